"""The locks and queues of the contexts 'thread' and 'serial': those of threads, as of today."""
import threading

from six.moves import queue

from shim import compat
from shim.backfill import barrier
from shim.backfill.barrier import wait_for
from shim.waiting import Signal


def find(name):
    """What makes that for threads."""
    if name.startswith('Raw'):
        name = name[3:]     # what a lock protects needs none here
    for namespace in (OWN, vars(threading)):
        if name in namespace:
            return namespace[name]
    from shim import dummy
    return getattr(dummy, name)


class Queue(queue.Queue):
    """queue.Queue; close() and the like have nothing to do here."""

    def __init__(self, maxsize=0):
        queue.Queue.__init__(self, max(0, maxsize))

    def close(self):
        """No more items from this process: here for programs that say so."""

    join_thread = cancel_join_thread = close


class Condition(object):
    """As threading's of 3.2 on: until then wait() does not tell, and there is no wait_for().

    RuntimeError if it is not this thread that holds the lock.
    """

    def __init__(self, lock=None):
        if lock is None:
            lock = threading.RLock()
        self._lock, self._waiting = lock, []
        self.acquire, self.release = lock.acquire, lock.release

    def _check(self):
        if hasattr(self._lock, '_is_owned'):
            owned = self._lock._is_owned()
        else:
            owned = not self._lock.acquire(False)
            if not owned:
                self._lock.release()
        if not owned:
            raise RuntimeError('acquire() the condition before using it')

    def wait(self, timeout=None):
        """Release the lock, wait to be notified, take the lock again: False if that took too long."""
        self._check()
        mine = Signal()
        self._waiting.append(mine)
        release = getattr(self._lock, '_release_save', self._lock.release)
        acquire = getattr(self._lock, '_acquire_restore', lambda state: self._lock.acquire())
        state = release()
        try:
            mine.wait_for(timeout)
        finally:
            acquire(state)
            if mine in self._waiting:
                self._waiting.remove(mine)
        return mine.happened

    wait_for = wait_for

    def notify(self, n=1):
        """Wake n of those who wait, or as many as there are."""
        self._check()
        for each in self._waiting[:n]:
            self._waiting.remove(each)
            each.fire()

    def notify_all(self):
        """Wake all who wait."""
        self.notify(len(self._waiting))

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
