"""The locks and queues of the contexts 'thread' and 'serial': those of threads, as of today."""
import threading

from six.moves import queue

from shim import compat
from shim.backfill import barrier
from shim.backfill.barrier import wait_for


def find(name):
    """What makes that for threads; NotImplementedError if nothing does."""
    if name.startswith('Raw'):
        name = name[3:]     # what a lock protects needs none here
    for namespace in (OWN, vars(threading)):
        if name in namespace:
            return namespace[name]
    try:
        return getattr(compat.submodule('dummy'), name)
    except (ImportError, AttributeError):
        raise NotImplementedError('%s: %s' % (name, compat.why_missing(name)))


class Queue(queue.Queue):
    """queue.Queue; close() and the like have nothing to do here."""

    def __init__(self, maxsize=0):
        queue.Queue.__init__(self, max(0, maxsize))

    def close(self):
        """No more items from this process: here for programs that say so."""

    join_thread = cancel_join_thread = close


class Condition(object):
    """threading's, where that lacks wait_for() (until 3.2) and the names of today (until 2.6)."""

    def __init__(self, lock=None):
        self._condition = threading.Condition(lock or threading.RLock())
        for name in ('acquire', 'release', 'wait', 'notify'):
            setattr(self, name, getattr(self._condition, name))

    wait_for = wait_for

    def notify_all(self):
        """Wake all who wait."""
        self._condition.notifyAll()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


class Event(getattr(threading, '_Event', threading.Event)):
    """threading's, where that does not tell (until 2.7)."""

    def is_set(self):
        """True if it is set."""
        return self.isSet()

    def wait(self, timeout=None):
        """Wait until it is set; False if `timeout` seconds have passed before."""
        super(Event, self).wait(timeout)
        return self.isSet()


class Barrier(barrier.Barrier):
    """So many threads wait for one another: where threading has none (until 3.2)."""

    def __init__(self, parties, action=None, timeout=None):
        barrier.Barrier.__init__(self, parties, action, timeout, Condition(), barrier.Numbers())


class JoinableQueue(Queue):
    """A queue that counts what is not worked off: where none does (until 2.5)."""

    def __init__(self, maxsize=0):
        Queue.__init__(self, maxsize)
        self._left, self._change = 0, Condition()

    def _count(self, change):
        self._change.acquire()
        try:
            if self._left + change < 0:
                raise ValueError('task_done() called too many times')
            self._left += change
            if not self._left:
                self._change.notify_all()
        finally:
            self._change.release()

    def put(self, item, block=True, timeout=None):
        """As Queue.put()."""
        self._count(1)
        try:
            Queue.put(self, item, block, timeout)
        except:
            self._count(-1)
            raise

    def task_done(self):
        """One of those that get() returned is worked off; ValueError if there is none."""
        self._count(-1)

    def join(self):
        """Wait until all that was put is worked off."""
        self._change.acquire()
        try:
            while self._left:
                self._change.wait()
        finally:
            self._change.release()


OWN = {'Queue': Queue, 'JoinableQueue': Queue, 'SimpleQueue': Queue}
if not hasattr(queue.Queue, 'task_done'):
    OWN['JoinableQueue'] = JoinableQueue
if not compat.EVENTS_TELL:
    OWN['Event'] = Event
if not hasattr(threading.Condition, 'wait_for'):
    OWN['Condition'] = Condition
if not hasattr(threading, 'Barrier'):
    OWN['Barrier'] = Barrier
