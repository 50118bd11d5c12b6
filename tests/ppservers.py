"""Real ppservers on the loopback interface, for the tests of nodes."""
import os
import re
import socket
import sys
import time

from shim.engines.subproc import Child
from tests.support import ROOT

SECRET = 'nobody knows'


def program(python=sys.executable):
    """The command line of the ppserver that this interpreter has, run by that one; or None."""
    for name in ('ppserver', 'ppserver.py'):
        path = os.path.join(os.path.dirname(sys.executable), name)
        if os.path.exists(path):
            return [python, path]
    for name in ('pp.cli', 'ppft.server'):
        try:
            __import__(name)
        except ImportError:
            continue
        return [python, '-m', name]


def why_not():
    """Why there can be none, or None."""
    from shim import context
    return context.unavailable('pp') or (
        not program() and 'NOT TESTED: Parallel Python has come without its ppserver' or None)


def link(folder):
    """Have Parallel Python and six in that folder, for another interpreter: no more of ours."""
    for name in ('pp', 'ppft', 'dill', 'six'):
        try:
            path = getattr(__import__(name), '__file__', None)
        except ImportError:
            continue
        path = re.sub(r'(/__init__)?\.py[co]?$', '', path)
        if not os.path.isdir(path):
            path += '.py'
        os.symlink(path, os.path.join(folder, os.path.basename(path)))


def free_port():
    """A port that nobody listens on now."""
    sock = socket.socket()
    try:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]
    finally:
        sock.close()


class Ppserver(object):
    """One with so many workers, until end(); run by that Python, with this folder on its path."""

    def __init__(self, secret=SECRET, python=sys.executable, path=None, workers=2):
        self.port = free_port()
        self.address = '127.0.0.1:%d' % self.port
        environ = dict(os.environ)
        environ['PYTHONPATH'] = os.pathsep.join(
            [ROOT, path or environ.get('PYTHONPATH', '')]).rstrip(os.pathsep)
        null = open(os.devnull, 'r+')
        self.process = Child(program(python) + ['-p', str(self.port), '-w', str(workers), '-s', secret,
                                          '-i', '127.0.0.1'],
                             stdin=null, stdout=null, stderr=null, env=environ, close_fds=True)
        null.close()
        self.pid = self.process.pid
        end = time.time() + 30
        while self.process.poll() is None and not self.listens() and time.time() < end:
            time.sleep(0.1)

    def listens(self):
        sock = socket.socket()
        try:
            try:
                sock.connect(('127.0.0.1', self.port))
                return True
            except socket.error:
                return False
        finally:
            sock.close()

    def end(self):
        self.process.kill()
        self.process.wait()
