"""Real ppservers on the loopback interface, for the tests of nodes."""
import os
import socket
import sys
import time

from shim.engines.subproc import Child
from tests.support import ROOT

SECRET = 'nobody knows'


def program():
    """The command line of a ppserver for this interpreter, or None."""
    for name in ('ppserver', 'ppserver.py'):
        path = os.path.join(os.path.dirname(sys.executable), name)
        if os.path.exists(path):
            return [sys.executable, path]
    for name in ('pp.cli', 'ppft.server'):
        try:
            __import__(name)
        except ImportError:
            continue
        return [sys.executable, '-m', name]


def why_not():
    """Why there can be none, or None."""
    from shim import context
    return context.unavailable('pp') or (
        not program() and 'NOT TESTED: Parallel Python has come without its ppserver' or None)


def free_port():
    """A port that nobody listens on now."""
    sock = socket.socket()
    try:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]
    finally:
        sock.close()


class Ppserver(object):
    """One with two workers, until end()."""

    def __init__(self, secret=SECRET):
        self.port = free_port()
        self.address = '127.0.0.1:%d' % self.port
        environ = dict(os.environ)
        environ['PYTHONPATH'] = os.pathsep.join([ROOT, environ.get('PYTHONPATH', '')]).rstrip(':')
        null = open(os.devnull, 'r+')
        self.process = Child(program() + ['-p', str(self.port), '-w', '2', '-s', secret,
                                          '-i', '127.0.0.1'],
                             stdin=null, stdout=null, stderr=null, env=environ, close_fds=True)
        null.close()
        self.pid = self.process.pid
        end = time.time() + 30
        while not self.listens() and time.time() < end:
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
