"""Lock, RLock, Semaphore, Condition, Event over cells: as multiprocessing's, without its semaphores.

Of a process that is killed: its RLock, and the RLock of its Condition, goes to the next one who wants
it, as nobody else could release that; a Lock or a Semaphore stays held, as any process may release it.
"""
import errno
import os
import sys
import threading

from shim import compat, logs
from shim.backfill import cells
from shim.backfill.barrier import Barrier as _Barrier, wait_for
from shim.backfill.process import current_process

__all__ = ['Barrier', 'BoundedSemaphore', 'Condition', 'Event', 'Lock', 'RLock', 'Semaphore']

SEM_VALUE_MAX = (1 << 31) - 1


def _me():
    """The thread that this is: its process and its number there."""
    return os.getpid(), compat.get_ident() & 0x7fffffffffffffff


class OfCell(cells.Shared):
    """What has nothing but a cell."""

    def _state(self):
        return self._cell,

    def _restore(self, cell):
        self._cell = cell


class Held(OfCell):
    """What locks and semaphores have in common; a subclass has _take() and _give()."""

    # Multiprocessing's own queues and conditions ask these of its _semlock.
    _semlock = property(lambda self: self)

    def acquire(self, block=True, timeout=None):
        """Take it; False if that can't be done at once (block false) or in `timeout` seconds."""
        if not block:
            timeout = 0
        return self._cell.wait(self._take, timeout)

    def release(self):
        """Give it back."""
        self._cell.settle(self._give)

    def locked(self):
        """True if acquire() would wait, or at an RLock of this thread's own."""
        return self._is_zero()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


class Semaphore(Held):
    """Counts how many times it may be acquired; release() by anybody."""

    _most = SEM_VALUE_MAX
    _taken = None, 0        # the thread of this process that acquired last, how many it has since

    def __init__(self, value=1, ctx=None):
        if not 0 <= value <= self._most:
            raise ValueError('semaphore value out of range: %r' % (value,))
        self._restore(cells.Cell(value, self._most))

    def _take(self):
        value = self._cell.read(0)
        if value > 0:
            self._cell.write(0, value - 1)
            me = _me()
            self._taken = me, 1 + self._count()
            return True

    def _give(self):
        value = self._cell.read(0)
        if value >= self._cell.read(1):
            raise ValueError('semaphore or lock released too many times')
        self._cell.ring()
        self._taken = self._taken[0], self._count() - 1
        self._cell.write(0, value + 1)

    def get_value(self):
        """How many times it can be acquired now."""
        return self._cell.read(0)

    _get_value = get_value

    def _is_zero(self):
        return self._cell.read(0) == 0

    def _count(self):
        thread, count = self._taken
        if thread is None or thread[0] != os.getpid():      # forked since
            return 0
        return max(0, count)

    def _is_mine(self):
        return self._count() > 0 and self._taken[0] == _me()

    def __repr__(self):
        return '<%s(value=%s)>' % (self.__class__.__name__, self.get_value())


class BoundedSemaphore(Semaphore):
    """A Semaphore that is never released more often than acquired: ValueError."""

    def __init__(self, value=1, ctx=None):
        self._most = value
        Semaphore.__init__(self, value)

    def __repr__(self):
        return '<%s(value=%s, maxvalue=%s)>' % (
            self.__class__.__name__, self.get_value(), self._cell.read(1))


class Lock(Semaphore):
    """Held by one thread of all processes; released by any."""

    _most = 1

    def __init__(self, ctx=None):
        Semaphore.__init__(self, 1)

    def __repr__(self):
        return '<%s(owner=%s)>' % (self.__class__.__name__, owner(self))


class RLock(Held):
    """Held by one thread of all processes, any number of times; it alone releases it.

    The numbers of its cell: the owner's pid or 0, which thread of that, how many times.
    """

    _heir_of = 0

    def __init__(self, ctx=None):
        self._restore(cells.Cell())

    def _take(self):
        cell, me = self._cell, _me()
        owner = cell.read(0)
        if owner == me[0]:
            if cell.read(1) != me[1]:
                return False
            cell.add(2, 1)
            return True
        if owner and not cell.hold():
            return False
        self._heir_of = owner
        # All at once, and held behind that: a signal handler may take and release it in between.
        cell.write(0, me[0], me[1], 1)
        cell.hold()
        return True

    def acquire(self, block=True, timeout=None):
        """As Lock.acquire(); also if this thread has it."""
        taken = Held.acquire(self, block, timeout)
        if taken and self._heir_of:
            logs.report('WARNING', 'shim: process %d has ended while it held an RLock,'
                        ' which this one takes over', self._heir_of)
            self._heir_of = 0
        return taken

    def release(self):
        """Give it back; AssertionError if another thread has it, or none."""
        self._cell.locked(self._give)       # also amid an acquire(): its owner is to be the same

    def _give(self):
        if not self._is_mine():
            raise AssertionError('attempt to release recursive lock not owned by thread')
        cell = self._cell
        if cell.add(2, -1) == 1:
            cell.ring()
            cell.write(0, 0)
            cell.let_go()

    def _is_zero(self):
        return self._cell.read(0) != 0

    def _is_mine(self):
        return (self._cell.read(0), self._cell.read(1)) == _me()

    def _count(self):
        if self._cell.read(0) != os.getpid():
            return 0
        return self._cell.read(2)

    def __repr__(self):
        who = owner(self)
        count = self._count()
        if who.startswith('SomeOther'):
            count = 'nonzero'
        return '<%s(%s, %s)>' % (self.__class__.__name__, who, count)


def owner(lock):
    """Who has a lock, in multiprocessing's words."""
    if lock._is_mine():
        name, thread = current_process().name, threading.currentThread().getName()
        if thread != 'MainThread':
            name += '|' + thread
        return name
    if not lock._is_zero():
        return 'None'
    if lock._count() > 0:
        return 'SomeOtherThread'
    return 'SomeOtherProcess'


class Condition(cells.Shared):
    """Who waits makes a FIFO of its own in a folder of the condition's; notify() takes the oldest.

    Whoever removes a FIFO, the one who notifies or the one whose time is over, decides which it was;
    and one that nobody reads belongs to the dead.
    """

    def __init__(self, lock=None, ctx=None):
        self._restore(lock or RLock(), cells.Cell())

    def _state(self):
        return self._lock, self._cell

    def _restore(self, lock, cell):
        self._lock, self._cell, self._folder = lock, cell, cell.path('waiting')
        self.acquire, self.release = lock.acquire, lock.release

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *error):
        return self._lock.__exit__(*error)

    def _waiting(self):
        """The names of the FIFOs, the oldest first."""
        try:
            names = os.listdir(self._folder)
        except OSError:     # nobody has ever waited
            return []
        names.sort()
        return names

    def __repr__(self):
        return '<Condition(%s, %s)>' % (self._lock, len(self._waiting()))

    def wait(self, timeout=None):
        """Release the lock, wait to be notified, take the lock again: False if that took too long."""
        if not self._lock._semlock._is_mine():
            raise AssertionError('must acquire() condition before using wait()')
        make_folder(self._folder)
        path = os.path.join(self._folder, '%016d' % self._cell.locked(self._cell.add, 0, 1))
        bell = cells.Bell(path)
        count = self._lock._semlock._count()
        for _each in range(count):
            self._lock.release()
        try:
            end = compat.monotonic() + (timeout or 0)
            while os.path.exists(path):     # one who was killed may have removed it, and said nothing
                left = cells.LOOK
                if timeout is not None:
                    left = min(left, end - compat.monotonic())
                    if left <= 0:
                        break
                bell.wait(left)
            return not remove(path)
        finally:
            remove(path)
            for _each in range(count):
                self._lock.acquire()

    wait_for = wait_for

    def notify(self, n=1):
        """Wake n of those who wait, or as many as there are."""
        if not self._lock._semlock._is_mine():
            raise AssertionError('lock is not owned')
        for name in self._waiting():
            if n <= 0:
                break
            n -= self._wake(os.path.join(self._folder, name))

    def notify_all(self):
        """Wake all who wait."""
        self.notify(1 << 62)

    def _wake(self, path):
        """Wake who waits there: whether that was anybody."""
        try:
            number = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            if sys.exc_info()[1].args[0] == errno.ENXIO:        # it has been killed
                remove(path)
            return False
        try:
            if not remove(path):
                return False
            os.write(number, cells.ONE)
            return True
        finally:
            os.close(number)


def make_folder(path):
    """Make a folder, unless it is there."""
    try:
        os.mkdir(path, 448)
    except OSError:
        if not os.path.isdir(path):
            raise


def remove(path):
    """Remove a file: False if somebody else has."""
    try:
        os.unlink(path)
        return True
    except OSError:
        if sys.exc_info()[1].args[0] not in (errno.ENOENT, errno.ENOTDIR):
            raise
        return False


class Event(OfCell):
    """A flag to wait for.  The numbers of its cell: the flag, how often it has been set."""

    def __init__(self, ctx=None):
        self._restore(cells.Cell())

    def is_set(self):
        """True if it is set."""
        return self._cell.read(0) == 1

    def set(self):
        """Set it, and wake all who wait."""
        self._cell.settle(self._set)

    def _set(self):
        self._cell.ring()
        self._cell.add(1, 1)
        self._cell.write(0, 1)

    def clear(self):
        """It is set no longer."""
        self._cell.locked(self._cell.write, 0, 0)

    def wait(self, timeout=None):
        """Wait until it is set; False if `timeout` seconds have passed before."""
        times = self._cell.read(1)
        if self.is_set():
            return True
        return self._cell.wait(lambda: self.is_set() or self._cell.read(1) != times, timeout)

    def __repr__(self):
        return '<%s at %#x %s>' % (
            self.__class__.__name__, id(self), ['unset', 'set'][self.is_set()])


class Barrier(_Barrier, cells.Shared):
    """So many processes wait for one another."""

    def __init__(self, parties, action=None, timeout=None, ctx=None):
        _Barrier.__init__(self, parties, action, timeout, Condition(), cells.Cell())
