"""What concurrent.futures has, as CPython 3.14's: where there is none (2.4 to 3.1), or an older one.

    Future               a Signal: whoever waits for it may be interrupted by any signal handler
    wait, as_completed   one Watch for many futures

No lock here either: what becomes of a future is decided by whoever is the first to say so, with one
atomic operation (setdefault).
"""
from collections import deque
from operator import itemgetter

from shim import compat, errors, outcome, waiting
from shim.results import call_back
from shim.waiting import Signal

FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED = (
    'FIRST_COMPLETED', 'FIRST_EXCEPTION', 'ALL_COMPLETED')
RUNNING, CANCELLED = 'running', 'cancelled'

TimeoutError = errors.TimeoutError


class Error(Exception):
    """Base of these."""


class CancelledError(Error):
    """The future was cancelled."""


class InvalidStateError(Error):
    """The future has a result already, or was cancelled."""


class BrokenExecutor(RuntimeError):
    """The executor can run nothing any more."""


class BrokenProcessPool(BrokenExecutor):
    """The same, of a ProcessPoolExecutor."""


class BrokenThreadPool(BrokenExecutor):
    """The same, of a ThreadPoolExecutor."""


class Executor(object):
    """Base of the executors."""


class Future(Signal):
    """What will become of a call: `submit()` of an executor returns it."""

    _fate = None            # RUNNING or CANCELLED, once that is decided
    _outcome = None         # (True, value) or (False, exception)
    _told = False           # the executor knows that it was cancelled

    def __init__(self):
        self._callbacks = deque()

    def __repr__(self):
        state = self._fate or 'pending'
        if self._outcome is not None:
            good, value = self._outcome
            state = 'finished %s %s' % (['raised', 'returned'][good], value.__class__.__name__)
        return '<%s at %#x state=%s>' % (self.__class__.__name__, id(self), state)

    def cancel(self):
        """Keep the call from being begun; returns False if it is too late for that."""
        if self._decide(CANCELLED) == RUNNING:
            return False
        self._finish()
        return True

    def cancelled(self):
        """True if it was cancelled."""
        return self._fate == CANCELLED

    def running(self):
        """True if it can't be cancelled any more, and is not done."""
        return self._fate == RUNNING and not self.happened

    def done(self):
        """True if it was cancelled, or the call has ended."""
        return self.happened

    def result(self, timeout=None):
        """Return what the call returned, or raise what it raised.

        Raises TimeoutError if that takes more than `timeout` seconds, CancelledError if there will be
        nothing.
        """
        return outcome.give(*self._ended(timeout))

    def exception(self, timeout=None):
        """Return what the call raised, None if it returned; raises as result()."""
        good, value = self._ended(timeout)
        if good:
            return None
        return value

    def add_done_callback(self, function):
        """Call function(self) once it is done, or now if it is; what that raises is logged."""
        self._callbacks.append(function)
        if self.happened:
            self._call_back()

    # For executors.

    def set_running_or_notify_cancel(self):
        """Returns True if the call is to be begun, False if it was cancelled."""
        if self._told or self._outcome is not None or self._fate == RUNNING:
            raise RuntimeError('Future in unexpected state')
        self._told = self._decide(RUNNING) == CANCELLED
        return not self._told

    def set_result(self, value):
        """The call returned this."""
        self._set((True, value))

    def set_exception(self, error):
        """The call raised this."""
        self._set((False, error))

    def _decide(self, fate):
        """What is decided: this, if nothing was before."""
        return self.__dict__.setdefault('_fate', fate)

    def _set(self, outcome):
        if self._decide(RUNNING) == CANCELLED or (
                self.__dict__.setdefault('_outcome', outcome) is not outcome):
            raise InvalidStateError('%r is done' % (self,))
        self._finish()

    def _finish(self):
        self.fire()
        self._call_back()

    def _call_back(self):
        while self._callbacks:
            try:
                function = self._callbacks.popleft()
            except IndexError:      # another thread calls it
                break
            call_back(function, self)

    def _ended(self, timeout):
        if not self.wait_for(timeout):
            raise TimeoutError('no result after %s seconds' % timeout)
        if self._fate == CANCELLED:
            raise CancelledError()
        return self._outcome


class Watch(object):
    """Sees some futures become done, in the order in which they do; until nobody has it."""

    def __init__(self, futures, timeout):
        self.left, self.arrived = set(futures), deque()
        self.timeout, self.end = timeout, None
        if timeout is not None:
            self.end = compat.monotonic() + timeout
        self.waiter, self.entries = waiting.take(), []
        for future in self.left:
            entry = Entry(future, self.arrived, self.waiter)
            self.entries.append(entry)
            future.__dict__.setdefault('_waiters', []).append(entry)
            if future.happened:     # maybe before: then nobody tells, or just now: then twice
                entry.wake()

    def next(self):
        """The next future that is done; None if there is none before the time is over."""
        while True:
            while self.arrived:
                future = self.arrived.popleft()
                if future in self.left:
                    self.left.discard(future)
                    return future
            pause = None
            if self.end is not None:
                pause = self.end - compat.monotonic()
                if pause <= 0:
                    return None
            self.waiter.wait(pause)

    def __del__(self):
        for entry in self.entries:
            if entry in entry.future._waiters:
                entry.future._waiters.remove(entry)
        waiting.give_back(self.waiter)


class Entry(object):
    """What stands in a future's list of waiters for a Watch."""

    __slots__ = ('future', 'arrived', 'waiter')

    def __init__(self, future, arrived, waiter):
        self.future, self.arrived, self.waiter = future, arrived, waiter

    def wake(self):
        self.arrived.append(self.future)
        self.waiter.wake()


class DoneAndNotDoneFutures(tuple):
    """Two sets, `done` and `not_done`."""

    done, not_done = property(itemgetter(0)), property(itemgetter(1))


def wait(fs, timeout=None, return_when=ALL_COMPLETED):
    """Wait until the futures are done, or `timeout` seconds have passed.

    return_when: FIRST_COMPLETED, FIRST_EXCEPTION (or all done) or ALL_COMPLETED.  Returns the sets of
    those that are done and of the others.
    """
    if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
        raise ValueError('Invalid return condition: %r' % (return_when,))
    watch, done = Watch(fs, timeout), set()
    while watch.left:
        future = watch.next()
        if future is None:
            break
        done.add(future)
        if return_when == FIRST_COMPLETED or return_when == FIRST_EXCEPTION and (
                not future.cancelled() and future.exception() is not None):
            break
    done.update([future for future in watch.left if future.done()])
    return DoneAndNotDoneFutures((done, watch.left - done))


def as_completed(fs, timeout=None):
    """An iterator over the futures in the order in which they are done.

    Raises TimeoutError if that takes more than `timeout` seconds.
    """
    watch = Watch(fs, timeout)
    total = len(watch.left)
    return _as_completed(watch, total)


def _as_completed(watch, total):
    while watch.left:
        future = watch.next()
        if future is None:
            raise TimeoutError('%d (of %d) futures unfinished' % (len(watch.left), total))
        yield future
