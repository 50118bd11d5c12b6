"""What the locks and queues of an older multiprocessing lack: classes to stand before its own.

Only where its semaphores work: cell_locks.py has all of it.
"""
from six import get_function_code, get_unbound_function

from shim import compat, primitives
from shim.backfill import barrier, cell_locks, cell_queues, cells
from shim.backfill.barrier import wait_for


class Choosing(type):
    """What all of them lack until 3.4: ctx=, the context that one is for, which makes it then."""

    def __call__(cls, *args, **kwds):
        context = kwds.get('ctx')
        if context is None or COMPLETE.get(cls.__name__) is not cls or of_threads(context):
            return type.__call__(cls, *args, **kwds)
        return getattr(kwds.pop('ctx'), cls.__name__)(*args, **kwds)


def of_threads(context):
    """Does it make those of threads?  They are no instances of these, and these serve threads, too."""
    return getattr(context, '_make', None) == getattr(context, 'of_threads', ())


class Chosen(object):
    """The same where a subclass calls its base."""

    def __init__(self, *args, **kwds):
        kwds.pop('ctx', None)
        super(Chosen, self).__init__(*args, **kwds)


class Entered(object):
    """What a lock lacks until 2.7: a with statement looks for these at the class."""

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


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


class Simple(object):
    """What it lacks until 3.3: get() and put() of the class; before, each object made its own."""

    def _make_methods(self):
        pass

    def get(self):
        """The next one; waits for it."""
        self._rlock.acquire()
        try:
            return self._reader.recv()
        finally:
            self._rlock.release()

    def put(self, obj):
        """Put something; waits for room."""
        if self._wlock is None:     # Windows: nobody comes in between
            return self._writer.send(obj)
        self._wlock.acquire()
        try:
            self._writer.send(obj)
        finally:
            self._wlock.release()


class Shut(object):
    """What a Queue lacks until 3.8: ValueError once it is closed."""

    def put(self, obj, block=True, timeout=None):
        """Put something; Full if there is no room at once (block false) or in `timeout` seconds."""
        self._check_open()
        super(Shut, self).put(obj, block, timeout)

    def get(self, block=True, timeout=None):
        """The next one; Empty if there is none at once (block false) or in `timeout` seconds."""
        self._check_open()
        return super(Shut, self).get(block, timeout)

    def _check_open(self):
        if self._closed:
            raise ValueError('Queue %r is closed' % (self,))


class Barrier(barrier.Barrier, cells.Shared):
    """So many processes wait for one another: until 3.3 there is none."""

    __metaclass__ = Choosing

    def __init__(self, parties, action=None, timeout=None, ctx=None):
        barrier.Barrier.__init__(self, parties, action, timeout, COMPLETE['Condition'](),
                                 cells.Cell())


def takes(method, number):
    """True for a method with that many parameters, or more."""
    return get_function_code(get_unbound_function(method)).co_argcount > number


def lacking(name, base):
    """Yield what to put before that class of multiprocessing's."""
    if name == 'Condition':
        if not takes(base.notify, 1):
            yield Waiting
    elif name == 'Event':
        if not compat.EVENTS_TELL:
            yield Telling
    elif name == 'SimpleQueue':
        if not hasattr(base, 'close'):
            yield Closing
        if not hasattr(base, 'put'):
            yield Simple
    elif name in ('Queue', 'JoinableQueue'):
        if not compat.QUEUES_SHUT:
            yield Shut
    elif not hasattr(base, 'locked'):
        yield Locked
    if not (hasattr(base, '__enter__') or name == 'Event' or 'Queue' in name):
        yield Entered
    if not hasattr(compat.multiprocessing, 'get_context'):
        yield Chosen


def completed(name):
    """The class of that name with what it lacks; None if it is here and lacks nothing."""
    if HOME[name] == 'queues' and compat.QUEUES_IMPORT and not cells.WHY_NOT:
        return getattr(cell_queues, name)
    base = getattr(compat.submodule(HOME[name]), name)
    mixins = list(lacking(name, base))
    if not mixins:
        return None
    # Of ours, too, one is the other's base.
    parents = [COMPLETE[each] for each in ('Queue', 'Semaphore') if each in COMPLETE
               and issubclass(base, getattr(compat.submodule(HOME[each]), each))]
    kind, home = type, [cell_locks, cell_queues]['Queue' in name]
    if Chosen in mixins:
        kind = Choosing
    if parents:
        mixins = []
    return kind(name, tuple(mixins + parents) + (base,), {
        '__module__': __name__, '__doc__': base.__doc__ or getattr(home, name).__doc__})


NAMES = [(name, home) for home in ('synchronize', 'queues')
         for name in primitives.HOMES[home][1] if name != 'Barrier']
HOME = dict(NAMES)
# {name: what takes the place of multiprocessing's own}; the classes are names here, to be pickled.
COMPLETE = {}
for _name, _home in NAMES:
    _found = completed(_name)
    if _found is not None:
        globals()[_name] = COMPLETE[_name] = _found
if not hasattr(compat.multiprocessing, 'Barrier') and not cells.WHY_NOT:
    COMPLETE['Barrier'] = Barrier
