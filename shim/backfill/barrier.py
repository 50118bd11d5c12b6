"""Barrier and Condition.wait_for(), over any Condition.

multiprocessing and threading have them from 3.3 and 3.2 on.
"""
import threading

from shim import compat

try:
    BrokenBarrierError = threading.BrokenBarrierError
except AttributeError:      # until 3.2
    class BrokenBarrierError(RuntimeError):
        """The barrier is broken, or was reset, or aborted."""

FILLING, DRAINING, RESETTING, BROKEN = 0, 1, -1, -2


def wait_for(self, predicate, timeout=None):
    """Wait until predicate() is true, or `timeout` seconds; returns what it said last.

    The method of a Condition (in multiprocessing from 3.3 on).
    """
    end = compat.monotonic() + (timeout or 0)
    result = predicate()
    while not result:
        left = None
        if timeout is not None:
            left = end - compat.monotonic()
            if left <= 0:
                break
        self.wait(left)
        result = predicate()
    return result


class Numbers(object):
    """What a Cell is, within one process."""

    def __init__(self):
        self._numbers = [0, 0]

    def read(self, index):
        return self._numbers[index]

    def write(self, index, number):
        self._numbers[index] = number


class Barrier(object):
    """So many threads, or processes, wait for one another: as threading.Barrier of CPython 3.2 on.

    parties: how many (int).  action: what one of them calls before they go on.  timeout: seconds for
    wait() where it gets none.  condition: of those who wait, with wait_for().  numbers: a Cell or the
    like, which holds how many are there and in which state the barrier is.
    """

    def __init__(self, parties, action, timeout, condition, numbers):
        if parties < 1:
            raise ValueError('parties must be > 0')
        self._restore(parties, action, timeout, condition, numbers)

    def _restore(self, *state):
        self._parties, self._action, self._timeout, self._cond, self._numbers = state

    def _state(self):
        return self._parties, self._action, self._timeout, self._cond, self._numbers

    _count = property(lambda self: self._numbers.read(0))
    _mode = property(lambda self: self._numbers.read(1))

    def _switch(self, mode):
        self._numbers.write(1, mode)
        self._cond.notify_all()

    def wait(self, timeout=None):
        """Wait until all are here; returns which one this is, from 0 to parties - 1.

        Raises BrokenBarrierError if one of them waits longer than `timeout` seconds.
        """
        if timeout is None:
            timeout = self._timeout
        self._cond.acquire()
        try:
            # The ones of the time before have to leave first.
            wait_for(self._cond, lambda: self._mode not in (DRAINING, RESETTING))
            self._check()
            index = self._count
            self._numbers.write(0, index + 1)
            try:
                if index + 1 == self._parties:
                    self._open()
                else:
                    self._await(timeout)
                return index
            finally:
                self._leave()
        finally:
            self._cond.release()

    def _check(self):
        if self._mode == BROKEN:
            raise BrokenBarrierError

    def _open(self):
        """All are here."""
        try:
            if self._action:
                self._action()
            self._switch(DRAINING)
        except:
            self._switch(BROKEN)
            raise

    def _await(self, timeout):
        try:
            came = wait_for(self._cond, lambda: self._mode != FILLING, timeout)
        except:     # a signal handler's: who waits with this one would wait for ever
            self._switch(BROKEN)
            raise
        if not came:
            self._switch(BROKEN)
        if self._mode < 0:
            raise BrokenBarrierError

    def _leave(self):
        left = self._count - 1
        self._numbers.write(0, left)
        if left == 0 and self._mode in (DRAINING, RESETTING):
            self._switch(FILLING)

    def _change(self, mode):
        self._cond.acquire()
        try:
            self._switch(mode())
        finally:
            self._cond.release()

    def reset(self):
        """Let those who wait raise BrokenBarrierError; then it is as new."""
        def mode():
            if not self._count:
                return FILLING
            if self._mode == DRAINING:
                return DRAINING
            return RESETTING
        self._change(mode)

    def abort(self):
        """Break it: all wait() raise BrokenBarrierError until reset()."""
        self._change(lambda: BROKEN)

    parties = property(lambda self: self._parties, doc='How many it waits for.')
    broken = property(lambda self: self._mode == BROKEN, doc='True if it is broken.')

    def _get_n_waiting(self):
        if self._mode == FILLING:
            return self._count
        return 0

    n_waiting = property(_get_n_waiting, doc='How many wait now.')

    def __repr__(self):
        state = 'broken'
        if not self.broken:
            state = 'waiters=%d/%d' % (self.n_waiting, self._parties)
        return '<%s at %#x: %s>' % (self.__class__.__name__, id(self), state)

