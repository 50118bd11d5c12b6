"""The package `processing` 0.52 under the names of multiprocessing, whose ancestor it is.

For 2.4 and 2.5 without the backport.  Its classes are given the names of PEP 8 beside their own, so
that whatever it makes, for us or for a program that knows it, has both.  ImportError if it is not
here, or something else of that name is.
"""
import os
import sys

import processing
from processing import (
    BufferTooShort, Manager, Process, ProcessError, activeChildren, currentProcess)
from processing import _processing, forking
from processing import process as _process
from processing.finalize import Finalize

__version__ = processing.__version__
__all__ = [
    'AuthenticationError', 'BufferTooShort', 'Manager', 'Pipe', 'Process', 'ProcessError',
    'TimeoutError', 'active_children', 'cpu_count', 'current_process', 'freeze_support']
# {multiprocessing's submodule: its module}; what is not here has none.
SUBMODULES = {'connection': 'connection', 'dummy': 'dummy', 'managers': 'managers', 'pool': 'pool',
              'process': 'process', 'queues': 'queue', 'sharedctypes': 'sharedctypes',
              'synchronize': 'synchronize'}
# The names that are not the same words in camel case.
OTHERS = {'cancelJoin': 'cancel_join_thread', 'getNoWait': 'get_nowait', 'getlock': 'get_lock',
          'getobj': 'get_obj', 'putNoWait': 'put_nowait'}

active_children, current_process = activeChildren, currentProcess
cpu_count, freeze_support = processing.cpuCount, processing.freezeSupport
TimeoutError = getattr(processing, 'TimeoutError', None)
if TimeoutError is None:        # built without semaphores
    class TimeoutError(ProcessError):
        """A time limit passed before the result was there."""


class AuthenticationError(ProcessError):
    """The other side of a connection does not know the key."""


def pep8(name):
    """A name in camel case as PEP 8 has it."""
    return OTHERS.get(name) or ''.join(
        [['', '_'][letter.isupper()] + letter.lower() for letter in name])


def adopt(kind):
    """Give the methods of a class the names of multiprocessing, too."""
    for name in dir(kind):
        if not name.startswith('_') and pep8(name) != name:
            setattr(kind, pep8(name), getattr(kind, name).im_func)


def submodule(name):
    """The module that multiprocessing has under that name; ImportError if there is none."""
    if name == 'util':
        return sys.modules[__name__]
    if name not in SUBMODULES:
        raise ImportError('processing %s has nothing like it' % __version__)
    module = __import__('processing.' + SUBMODULES[name], None, None, [name])
    if name == 'connection':
        adopt_connections(module)
    if name in ('queues', 'sharedctypes', 'synchronize'):
        for kind in list(vars(module).values()):
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                adopt(kind)
    return module


class Connection(_processing.Connection):
    """One end of a Pipe."""

    send_bytes = _processing.Connection.sendBytes
    recv_bytes = _processing.Connection.recvBytes
    recv_bytes_into = _processing.Connection.recvBytesInto


def adopt_connections(module):
    """Have its connections made of that class; they can be pickled as before."""
    if _processing.Connection is not Connection:
        from six.moves import copyreg
        from processing.reduction import reduceConnection
        module.AuthenticationError = AuthenticationError
        _processing.Connection = Connection
        copyreg.pickle(Connection, reduceConnection)


def _maker(submodule_name, name):
    """A function that makes what the submodule has under that name."""
    def make(*args, **kwds):
        return getattr(submodule(submodule_name), name)(*args, **kwds)
    make.__name__ = name
    return make


Pipe = _maker('connection', 'Pipe')
if processing.HAVE_NATIVE_SEMAPHORE:
    for _module, _names in (
            ('synchronize', ['Lock', 'RLock', 'Semaphore', 'BoundedSemaphore', 'Condition',
                             'Event']),
            ('queues', ['Queue', 'SimpleQueue']),
            ('sharedctypes', ['Value', 'Array', 'RawValue', 'RawArray'])):
        for _name in _names:
            globals()[_name] = _maker(_module, _name)
            __all__.append(_name)


# multiprocessing.util has these, too.
register_after_fork = _process._registerAfterFork
_run_after_forkers = _process._runAfterForkers


# Process: what was a get and a set is a property.

def _pid(self):
    if self is current_process():
        return os.getpid()
    return self._popen and self._popen.pid


adopt(Process)
Process.name = property(Process.getName, Process.setName)
Process.daemon = property(Process.isDaemon, Process.setDaemon)
Process.authkey = property(Process.getAuthKey, Process.setAuthKey)
Process.exitcode = property(Process.getExitCode)
Process.pid = Process.ident = property(_pid)


# And what multiprocessing does otherwise.

_init, _start, _poll = Process.__init__, Process.start, forking.Popen.poll


def init(self, group=None, target=None, name=None, args=(), kwargs={}):
    """A function that runs in a child made by fork."""
    if group is not None:
        raise AssertionError('group argument must be None for now')
    _init(self, None, target, name, args, kwargs)


def start(self):
    """Start it; only once, and not from a daemon, whose end its children would not see."""
    if current_process().daemon:
        raise AssertionError('daemonic processes are not allowed to have children')
    _start(self)


def poll(self, flag=os.WNOHANG):
    """The exit code, or None: also if somebody else took it.  A signal does not end the wait."""
    from shim.retrying import retry
    try:
        return retry(_poll, self, flag)
    except OSError:
        return None


def _open_stdin(module):
    """In a child: its stdin was closed, and the next file would be taken for it."""
    sys.stdin = open(os.devnull)


Process.__init__, Process.start, forking.Popen.poll = init, start, poll
_process._registerAfterFork(adopt, _open_stdin)
