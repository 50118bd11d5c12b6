"""The locks of the contexts 'thread' and 'serial': those of threads, with what multiprocessing's have.

Where its queues, shared values and pipes of threads are, too: see find().
"""
import sys
import threading
import time

from shim import compat
from shim.backfill import barrier, managed
from shim.backfill.barrier import wait_for
from shim.waiting import give_back, take

# {name: the module here that has it}
HOMES = {'Queue': 'thread_queues', 'JoinableQueue': 'thread_queues',
         'SimpleQueue': 'thread_queues', 'Pipe': 'thread_pipe', 'Value': 'thread_values',
         'Array': 'thread_values', 'RawValue': 'thread_values', 'RawArray': 'thread_values'}


def find(name):
    """What makes that for threads; NotImplementedError if nothing does."""
    if name in HOMES:
        home = __import__('shim.backfill.' + HOMES[name], None, None, [name])
        return getattr(home, name)
    for namespace in (OWN, vars(threading)):
        if name in namespace:
            return namespace[name]
    raise NotImplementedError('%s: %s' % (name, compat.why_missing(name)))


def acquired(acquire, block, timeout):
    """Call the acquire() of a lock, which until 3.2 knows no limit; whether it was to be had."""
    if not block:
        return bool(acquire(False))
    if timeout is None:
        return bool(acquire())
    timeout = max(0, timeout)
    if compat.TIMED_LOCKS:
        return acquire(True, min(timeout, 1e6))
    end, pause = compat.monotonic() + timeout, 0.0005
    while not acquire(False):
        left = end - compat.monotonic()
        if left <= 0:
            return False
        pause = min(2 * pause, left, 0.05)
        time.sleep(pause)       # as the Conditions of such a threading do
    return True


Unheld = RuntimeError
try:
    class Unheld(RuntimeError, compat._thread.error):
        """release() of what nobody has: threading's own error until 3.2, and today's, too."""
except TypeError:       # from 3.3 on they are one; Jython's is no class
    pass


class Lock(object):
    """A lock that any thread may release."""

    _kind = staticmethod(compat.allocate_lock)

    def __init__(self):
        self._lock = self._kind()

    def release(self):
        """Give it back; RuntimeError if nobody has it."""
        try:
            self._lock.release()
        except compat._thread.error:
            raise Unheld(str(sys.exc_info()[1]))

    def acquire(self, block=True, timeout=None):
        """Take it; False if that can't be done at once (block false) or in `timeout` seconds."""
        return acquired(self._lock.acquire, block, timeout)

    def locked(self):
        """True if some thread has it."""
        return managed.is_locked(self._lock)

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()

    def __repr__(self):
        return '<%s of threads: %r>' % (self.__class__.__name__, self._lock)


class RLock(Lock):
    """Held by one thread, any number of times; it alone releases it."""

    _kind = staticmethod(threading.RLock)

    def __init__(self):
        Lock.__init__(self)
        for name in ('_is_owned', '_release_save', '_acquire_restore'):     # a Condition's wishes
            if hasattr(self._lock, name):
                setattr(self, name, getattr(self._lock, name))


class Semaphore(object):
    """Counts how many times it may be acquired; release() by anybody."""

    _most = None

    def __init__(self, value=1):
        if value < 0:
            raise ValueError('semaphore value out of range: %r' % (value,))
        self._value, self._change = value, find('Condition')()

    def acquire(self, block=True, timeout=None):
        """Take one; False if that can't be done at once (block false) or in `timeout` seconds."""
        if not block:
            timeout = 0
        self._change.acquire()
        try:
            if not wait_for(self._change, self.get_value, timeout):
                return False
            self._value -= 1
            return True
        finally:
            self._change.release()

    def release(self):
        """Give one back."""
        self._change.acquire()
        try:
            if self._value == self._most:
                raise ValueError('semaphore released too many times')
            self._value += 1
            self._change.notify()
        finally:
            self._change.release()

    def get_value(self):
        """How many times it can be acquired now."""
        return self._value

    def locked(self):
        """True if acquire() would wait."""
        return self._value == 0

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()

    def __repr__(self):
        return '<%s(value=%s)>' % (self.__class__.__name__, self._value)


class BoundedSemaphore(Semaphore):
    """A Semaphore that is never released more often than acquired: ValueError."""

    def __init__(self, value=1):
        Semaphore.__init__(self, value)
        self._most = value


def of_condition(lock):
    """The lock that a Condition of threading's is to have; by default a new RLock."""
    if lock is None:
        lock = RLock()
    if compat.java_semaphore is not None:       # Jython's takes its own alone
        lock = getattr(lock, '_lock', lock)
    return lock


def new_condition(lock=None):
    """Lets threads wait until others notify them."""
    return threading.Condition(of_condition(lock))


class Condition(object):
    """Lets threads wait until others notify them: where threading's does not tell whether they did
    (until 3.2)."""

    def __init__(self, lock=None):
        self._lock, self._waiting = of_condition(lock), []
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def _check(self):
        if hasattr(self._lock, '_is_owned'):
            mine = self._lock._is_owned()
        else:
            mine = not self._lock.acquire(False)
            if not mine:
                self._lock.release()
        if not mine:
            raise RuntimeError('the lock of the Condition is not held')

    def wait(self, timeout=None):
        """Release the lock, wait to be notified, take the lock again: False if that took too long."""
        self._check()
        notified, waiter, end = [], take(), None
        if timeout is not None:
            end = compat.monotonic() + timeout
        entry = notified, waiter
        self._waiting.append(entry)
        saved = getattr(self._lock, '_release_save', self._lock.release)()
        try:
            while not notified:
                left = None
                if end is not None:
                    left = end - compat.monotonic()
                    if left <= 0:
                        break
                waiter.wait(left)
        finally:
            if hasattr(self._lock, '_acquire_restore'):
                self._lock._acquire_restore(saved)
            else:
                self._lock.acquire()
            if entry in self._waiting:
                self._waiting.remove(entry)
        give_back(waiter)
        return bool(notified)

    wait_for = wait_for

    def notify(self, n=1):
        """Wake n of those who wait, or as many as there are."""
        self._check()
        while self._waiting and n > 0:
            notified, waiter = self._waiting.pop(0)
            notified.append(True)
            waiter.wake()
            n -= 1

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


OWN = {'Lock': Lock, 'RLock': RLock, 'Semaphore': Semaphore, 'BoundedSemaphore': BoundedSemaphore,
       'Condition': new_condition}
if not compat.EVENTS_TELL:
    OWN['Event'] = Event
if not hasattr(threading.Condition, 'wait_for'):
    OWN['Condition'] = Condition
if not hasattr(threading, 'Barrier'):
    OWN['Barrier'] = Barrier
