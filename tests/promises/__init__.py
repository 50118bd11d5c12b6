"""The promises of the Pool (README.rst), each with its test, on every engine that can keep it.

Where SHIM_LONG=1, and on the interpreters of THOROUGH, the tests that only time makes thorough
run at full length.
"""
import os
import shutil
import signal
import sys
import tempfile

from shim.context import CLUSTERS
from tests import promise_tasks, schedulers, support

LONG = os.environ.get('SHIM_LONG') == '1'
# For tests that take long and are not about channels: each engine, and one with the other channel.
EACH_ENGINE = [variant for variant in support.VARIANTS if LONG or variant != 'fork_tcp']
THOROUGH = LONG or sys.version_info[:2] in ((2, 7), (3, 13))

# A program says main(ctx); it gets the engine's name as its first argument.
HEAD = '''
import os, signal, subprocess, sys, threading, time
import shim
from tests import promise_tasks as tasks

def say(text):
    sys.stdout.write(text + '\\n')
    sys.stdout.flush()
'''
TAIL = '''
if __name__ == '__main__':
    main(shim.get_context(sys.argv[1]))
'''


def scratch(case, name='lines'):
    """The path of a file that is not there yet, removed after the test."""
    folder = tempfile.mkdtemp()
    case.addCleanup(shutil.rmtree, folder, True)
    return os.path.join(folder, name)


def lines(path):
    """The lines of a file so far."""
    if not os.path.exists(path):
        return []
    stream = open(path)
    try:
        return stream.read().split('\n')[:-1]
    finally:
        stream.close()


def kill(pid):
    """SIGKILL; False if there is no such process any more."""
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return False
    return True


class Promise(object):
    """Base of the test bodies: skips where the engine declares that it can't."""

    promise = None

    def setUp(self):
        super(Promise, self).setUp()
        if self.promise:
            self.needs(self.promise)

    @property
    def beside(self):
        """How many tasks a death may cost beside its own: those in the other threads of a worker of
        Dask's, and what was in reserve for it."""
        return [0, schedulers.SIZE - 1][self.engine == 'dask']

    def scratch(self, name='lines'):
        return scratch(self, name)

    def noted(self, path, count, timeout=20):
        """The first `count` lines of a file, once they are there."""
        if not support.wait_until(lambda: len(lines(path)) >= count, timeout):
            self.fail('only %r of %d lines' % (lines(path), count))
        return lines(path)[:count]

    def noted_pids(self, path, count):
        return [int(pid) for line in self.noted(path, count) for pid in line.split()]

    def pids(self, pool):
        """Of the workers that are alive now."""
        return [pid for pid in promise_tasks.pids(pool) if pid and support.alive(pid)]

    def gone(self, pids, timeout):
        """All these processes end within so many seconds."""
        support.wait_until(lambda: not [1 for pid in pids if support.alive(pid)], timeout)
        left = [pid for pid in pids if support.alive(pid)]
        if left:
            self.fail('still alive after %s s: %r of %r' % (timeout, left, pids))

    def lost(self, result, clock):
        """The WorkerLostError of a result, which must come within a second on the clock."""
        import shim
        error = self.catch(shim.WorkerLostError, result.get, 20)
        # A scheduler has to notice first.
        self.assertLess(clock.seconds, [1, 5][self.engine in CLUSTERS], 'the loss was noticed too late')
        return error

    def start(self, source, args=(), env=None, options=()):
        """Start a program (HEAD, TAIL) for this variant."""
        environ = {'SHIM_CHANNEL': self.channel or ''}
        environ.update(env or {})
        return support.start_script(HEAD + source + TAIL, [self.engine] + list(args), environ,
                                    options=options)

    def succeed(self, program, timeout=30, said='done\n', noise=None):
        """Wait for a program: exit status 0, its last words, no traceback; return its stdout.

        noise: a compiled expression, for the tracebacks that are the interpreter's own.
        """
        status, out, err, seconds = program.wait(timeout)
        self.assertEqual((status, out[-len(said):]), (0, said), out + err)
        if noise:
            err = noise.sub('', err)
        self.assertNotIn('Traceback', err)
        return out
