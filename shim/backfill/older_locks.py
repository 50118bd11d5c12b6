"""What the locks and queues of an older multiprocessing lack: classes to stand before its own.

Only where its semaphores work: cell_locks.py has all of it.
"""
from six import get_function_code, get_unbound_function

from shim import compat
from shim.backfill import barrier, cells
from shim.backfill.barrier import wait_for


class Locked(object):
    """What a lock or semaphore lacks until 3.14."""

    def locked(self):
        """True if acquire() would wait, or at an RLock of this thread's own."""
        return self._semlock._is_zero()


class Waiting(object):
    """What a Condition lacks until 3.7: notify(n); until 3.3 wait_for(), and a result of wait()."""

    def _check(self):
        if not self._lock._semlock._is_mine():
            raise AssertionError('must acquire() condition before using it')

    def wait(self, timeout=None):
        """Release the lock, wait to be notified, take the lock again: False if that took too long."""
        self._check()
        self._sleeping_count.release()
        count = self._lock._semlock._count()
        for _each in range(count):
            self._lock.release()
        try:
            return self._wait_semaphore.acquire(True, timeout)
        finally:
            self._woken_count.release()
            for _each in range(count):
                self._lock.acquire()

    wait_for = wait_for

    def notify(self, n=1):
        """Wake n of those who wait, or as many as there are."""
        self._check()
        while self._woken_count.acquire(False):     # those whose time was over
            self._sleeping_count.acquire(False)
        woken = 0
        while woken < n and self._sleeping_count.acquire(False):
            self._wait_semaphore.release()
            woken += 1
        for _each in range(woken):
            self._woken_count.acquire()
        while woken and self._wait_semaphore.acquire(False):    # who gave up meanwhile
            pass

    def notify_all(self):
        """Wake all who wait."""
        self.notify(1 << 62)


class Telling(object):
    """What an Event lacks until 2.7."""

    def wait(self, timeout=None):
        """Wait until it is set; False if `timeout` seconds have passed before."""
        super(Telling, self).wait(timeout)
        return self.is_set()


class Closing(object):
    """What a SimpleQueue lacks until 3.9."""

    def close(self):
        """This process does not use it any more."""
        self._reader.close()
        self._writer.close()


class Refusing(object):
    """What a Queue lacks until 3.8: put() and get() of a closed one are a ValueError."""

    def _check(self):
        if self._closed:
            raise ValueError('Queue %r is closed' % (self,))

    def put(self, obj, block=True, timeout=None):
        """Append it; Full if that can't be done at once (block false) or in `timeout` seconds."""
        self._check()
        super(Refusing, self).put(obj, block, timeout)

    def get(self, block=True, timeout=None):
        """Take the first; Empty if that can't be done at once (block false) or in `timeout` seconds."""
        self._check()
        return super(Refusing, self).get(block, timeout)


class Barrier(barrier.Barrier, cells.Shared):
    """So many processes wait for one another: until 3.3 there is none."""

    def __init__(self, parties, action=None, timeout=None):
        barrier.Barrier.__init__(self, parties, action, timeout, COMPLETE['Condition'](),
                                 cells.Cell())


def takes_number(notify):
    return get_function_code(get_unbound_function(notify)).co_argcount > 1


def completed(name):
    """The class of that name with what it lacks; None if it is here and lacks nothing."""
    home = 'synchronize'
    if name.endswith('Queue'):
        home = 'queues'
    base = getattr(compat.submodule(home), name)
    mixins = []
    if name == 'Condition':
        if not takes_number(base.notify):
            mixins.append(Waiting)
    elif name == 'Event':
        if not compat.EVENTS_TELL:
            mixins.append(Telling)
    elif name == 'SimpleQueue':
        if not hasattr(base, 'close'):
            mixins.append(Closing)
    elif home == 'queues':
        if not compat.QUEUES_TELL:
            mixins.append(Refusing)
    elif not hasattr(base, 'locked'):
        mixins.append(Locked)
    if not mixins:
        return None
    return type(name, tuple(mixins) + (base,), {'__module__': __name__, '__doc__': base.__doc__})


# {name: what takes the place of multiprocessing's own}; the classes are names here, to be pickled.
COMPLETE = {}
for _name in ('Lock', 'RLock', 'Semaphore', 'BoundedSemaphore', 'Condition', 'Event',
              'Queue', 'JoinableQueue', 'SimpleQueue'):
    _found = completed(_name)
    if _found is not None:
        globals()[_name] = COMPLETE[_name] = _found
if not hasattr(compat.multiprocessing, 'Barrier') and not cells.WHY_NOT:
    COMPLETE['Barrier'] = Barrier
