"""Programs in fresh interpreters, which a test starts and reads, and which end with it."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import six

from shim.engines.subproc import Child
from tests.deadlines import THREADS, Elapsed, wait_until

if not hasattr(unittest, 'SkipTest'):   # before 2.7
    import unittest2 as unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SkipTest = unittest.SkipTest

NO_PROCESSES = None
if not THREADS:
    try:
        subprocess.call([sys.executable, '-c', ''])
    except OSError:
        NO_PROCESSES = 'this interpreter starts no processes (%s)' % sys.exc_info()[1]


def skip(reason):
    """Skip the test that runs now (a call, not a decorator)."""
    raise SkipTest(reason)


def needs_processes():
    """Skip where no process can be started.  (A Script says so itself.)"""
    if NO_PROCESSES:
        skip(NO_PROCESSES)


def read_text(path):
    stream = open(path, 'rb')
    try:
        data = stream.read()
    finally:
        stream.close()
    if six.PY3:
        data = data.decode('utf-8', 'replace')
    return data.replace('\r\n', '\n')


def alive(pid):
    """Is the process running?  A zombie isn't."""
    try:
        if os.path.exists('/proc/self/stat'):
            return read_text('/proc/%d/stat' % pid).rsplit(')', 1)[1].split()[0] not in 'ZXx'
        os.kill(pid, 0)
        return True
    except EnvironmentError:
        return False


class Script(object):
    """A program that runs in an interpreter, session and process group of its own; whatever is
    left of that when the test ends will be killed."""

    started = []        # discarded at the end of the test

    def __init__(self, source, args=(), env=None, stdin='', options=()):
        needs_processes()
        self.folder = tempfile.mkdtemp()
        self.path = os.path.join(self.folder, 'script.py')
        self._write('script.py', source)
        self._write('stdin', stdin)
        # What mpiexec told this process is not for those that it starts.
        environ = dict([(name, value) for name, value in os.environ.items()
                        if not name.startswith('PMI') and not name.startswith('HYDI_')])
        paths = ROOT + os.pathsep + environ.get('PYTHONPATH', '')
        environ['PYTHONPATH'] = paths.rstrip(os.pathsep)
        environ.update(env or {})
        environ['JYTHONPATH'] = environ['PYTHONPATH']
        # Open until the end: threads of Jython's Popen go on to use them.
        self._files = files = [open(os.path.join(self.folder, name), mode) for name, mode in (
            ('stdin', 'rb'), ('stdout', 'wb'), ('stderr', 'wb'))]
        kwds, command = {'close_fds': True}, [sys.executable]
        if sys.version_info >= (3, 2):
            kwds['start_new_session'] = True
        elif hasattr(os, 'fork'):
            kwds['preexec_fn'] = os.setsid
        else:       # Jython
            command = ['setsid'] + command
        self._clock = Elapsed()
        self.process = Child(      # which knows of signals on Jython
            command + list(options) + [self.path] + list(args),
            stdin=files[0], stdout=files[1], stderr=files[2], env=environ, **kwds)
        self.pid = self.process.pid
        self.started.append(self)

    def _write(self, name, text):
        stream = open(os.path.join(self.folder, name), 'w')
        stream.write(text)
        stream.close()

    # What it has written so far.
    stdout = property(lambda self: read_text(os.path.join(self.folder, 'stdout')))
    stderr = property(lambda self: read_text(os.path.join(self.folder, 'stderr')))

    def poll(self):
        """The exit status (as Popen's), or None while it runs."""
        return self.process.poll()

    def wait(self, timeout=60):
        """Return (returncode, stdout, stderr, seconds); after the timeout fail the test."""
        if not wait_until(lambda: self.poll() is not None, timeout):
            self.kill_group()
            raise AssertionError('not done within %s s\n%s' % (timeout, self._outputs()))
        return self.poll(), self.stdout, self.stderr, self._clock.seconds

    def wait_for(self, text, timeout=30):
        """Wait until the text is in its stdout and return all that is there."""
        wait_until(lambda: text in self.stdout or self.poll() is not None, timeout)
        if text not in self.stdout:
            status = self.poll()
            self.kill_group()
            raise AssertionError('no %r from the program (status %s)\n%s'
                                 % (text, status, self._outputs()))
        return self.stdout

    def _outputs(self):
        return '--- stdout\n%s\n--- stderr\n%s' % (self.stdout, self.stderr)

    def kill_group(self, signum=None):
        """Signal (by default kill) the program and all it started."""
        try:
            os.kill(-self.pid, signum or signal.SIGKILL)
        except OSError:     # nobody left
            pass

    def discard(self):
        self.kill_group()
        self.process.wait()
        for each in self._files:
            each.close()
        shutil.rmtree(self.folder, True)


start_script = Script


def run_script(source, timeout=60, args=(), env=None, stdin='', options=()):
    """Run a program and return (returncode, stdout, stderr, seconds)."""
    return Script(source, args, env, stdin, options).wait(timeout)
