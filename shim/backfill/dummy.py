"""multiprocessing.dummy as of CPython 3.15: what multiprocessing has, made of threads.

Until 3.3 all of it is ours; from then on only Pool, which is shim's.
"""
import sys
import threading
import weakref

from six.moves import queue

from shim import alias
from shim.backfill import thread_locks

real = alias.found('dummy')
__all__ = ['Pool']


def Pool(processes=None, initializer=None, initargs=()):
    """A pool of threads: see shim.pool.ThreadPool."""
    from shim.pool import ThreadPool
    return ThreadPool(processes, initializer, initargs)


class Process(threading.Thread):
    """A thread with the names of a Process.  RuntimeError if another thread starts it than made it."""

    _begun = False

    def __init__(self, group=None, target=None, name=None, args=(), kwargs={}):
        threading.Thread.__init__(self, group, target, name, args, kwargs)
        self._parent = current_process()

    if not hasattr(threading.Thread, 'name'):       # until 2.6
        name = property(threading.Thread.getName, threading.Thread.setName)
        daemon = property(threading.Thread.isDaemon, threading.Thread.setDaemon)
        is_alive = threading.Thread.isAlive

    def start(self):
        """Start it; only once."""
        if self._parent is not current_process():
            raise RuntimeError('a dummy.Process is started by the thread that made it: that was %r'
                               % self._parent)
        self._begun = True
        children_of(self._parent)[self] = None
        threading.Thread.start(self)

    def _get_exitcode(self):
        if self._begun and not self.is_alive():
            return 0

    exitcode = property(_get_exitcode, doc='0 once it has ended, else None.')


class Other(object):
    """A thread that is no Process, with a name as from 2.6 on."""

    def __init__(self, thread):
        self._thread = thread

    name = property(lambda self: self._thread.getName())

    def is_alive(self):
        """True while it runs."""
        return self._thread.isAlive()

    def __getattr__(self, name):
        return getattr(self._thread, name)


def current_process():
    """The thread that this is."""
    thread = threading.currentThread()
    if hasattr(thread, 'name'):
        return thread
    return vars(thread).setdefault('_as_process', Other(thread))


def children_of(parent):
    return vars(parent).setdefault('_children', weakref.WeakKeyDictionary())


def active_children():
    """The list of those that this thread has started and that run."""
    mine = children_of(current_process())
    for process in list(mine.keys()):
        if not process.is_alive():
            mine.pop(process, None)
    return list(mine.keys())


def freeze_support():
    """Nothing to do."""


class Connection(object):
    """One end of a Pipe: what is sent at the other end, itself and not a copy, arrives here."""

    def __init__(self, incoming, outgoing):
        self._in = incoming
        self.send = self.send_bytes = outgoing.put
        self.recv = self.recv_bytes = incoming.get

    def poll(self, timeout=0.0):
        """True if there is something to receive within so many seconds (None: no limit)."""
        self._in.not_empty.acquire()
        try:
            if not self._in.queue and (timeout is None or timeout > 0):
                self._in.not_empty.wait(timeout)
            return bool(self._in.queue)
        finally:
            self._in.not_empty.release()

    def close(self):
        """Nothing to do."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def Pipe(duplex=True):
    """Two connected Connections."""
    one, other = queue.Queue(), queue.Queue()
    return Connection(one, other), Connection(other, one)


def Manager():
    """What has dict(), list(), Value() and the like: they need no server here."""
    return sys.modules[__name__]


def shutdown():
    """Nothing to do."""


dict, list = dict, list
if not hasattr(real, 'Barrier'):        # until 3.3
    from shim.backfill.own_managers import Array, Namespace, Value
    LOCKS = ['Barrier', 'BoundedSemaphore', 'Condition', 'Event', 'JoinableQueue', 'Lock', 'Queue',
             'RLock', 'Semaphore']
    for _name in LOCKS:
        globals()[_name] = thread_locks.find(_name)
    __all__ += LOCKS + ['Array', 'Manager', 'Namespace', 'Pipe', 'Process', 'Value',
                        'active_children', 'current_process', 'dict', 'freeze_support', 'list',
                        'shutdown']
