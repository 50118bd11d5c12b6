"""Whose turn it is, among the threads of a process: the kernel's locks are a process', not a thread's.

Signal handlers come between any two bytecodes, may raise there, and may be at a cell themselves, as
may what a garbage collection calls.  So a turn is taken and noted in one atomic operation (an RLock
of 2.x is not: it is held before it knows by whom), and who has it already asks its own frames whether
it is in the middle of something, or was left it by what a handler raised.
"""
import sys
from collections import deque

from shim import compat, waiting

PAUSE = 0.05        # seconds after which who waits looks again: a handler may have cut the waking short


class Turn(object):
    """Had by one thread.

    places: where that is, the first one and those of its handlers; whoever has the turn keeps it.
    postponed: what these have left to do (see Cell.settle).
    """

    def __init__(self):
        self._owner, self._waiting = {}, deque()
        self.places, self.postponed = [], []

    def is_mine(self):
        """True if this thread has it."""
        return self._owner.get(0) == compat.get_ident()

    def take(self):
        """Take it; False if this thread had it already."""
        me = compat.get_ident()
        if self._owner.get(0) == me:
            return False
        if self._owner.setdefault(0, me) != me:
            waiter = waiting.take()
            while self._owner.setdefault(0, me) != me:
                self._waiting.append(waiter)
                if self._owner.setdefault(0, me) == me:
                    break
                waiter.wait(PAUSE)
            waiting.give_back(waiter)
        return True

    def give(self):
        """Not any more; nothing if it is another one's."""
        if self.is_mine():
            self._owner.pop(0, None)
            while self._waiting:
                try:
                    self._waiting.popleft().wake()
                except IndexError:      # another thread has just woken the last one
                    break

    def run(self, function, *args, **kwds):
        """Wait for it, and return what the function returns, which may call this itself."""
        return self._while_mine(self.take, function, args, kwds)

    def attempt(self, function, *args, **kwds):
        """The same without waiting: nothing is called, and False returned, if another thread has it."""
        return self._while_mine(self._take_at_once, function, args, kwds)

    def _take_at_once(self):
        self._owner.setdefault(0, compat.get_ident())

    def _while_mine(self, take, function, args, kwds):
        inner = self.is_mine()
        try:
            take()
            return self.is_mine() and function(*args, **kwds)
        finally:
            # Twice: a handler may raise right before the first one.
            try:
                if not inner:
                    self.give()
            finally:
                if not inner:
                    self.give()


def of_process(turns):
    """That of this process in {pid: Turn}: a child by fork may inherit one that is held for ever."""
    pid = compat.getpid()
    return turns.get(pid) or turns.setdefault(pid, Turn())


def amid(namespace, names):
    """True if one of these functions of a module has called, by whatever way, who asks."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_globals is namespace and frame.f_code.co_name in names:
            return True
        frame = frame.f_back
    return False
