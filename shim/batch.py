"""Tiny tasks that travel in one job, none of which waits for a slow one among them.

    the job         todo -- popleft --> run --> done        all that is done: its answer
    the warden, beside, when it takes long: pops what has not begun, and says at the pool's door
                    what is done by then, and how many tasks the pool has back

Both are one atomic operation: no task is ever begun and handed back.  The answer has once more
what the warden said: nothing depends on it but how soon that is known.  A process that does not
find the door begins one task, and the others go back with the answer.
"""
import os
from collections import deque

from shim import compat, threads, wire
from shim.engines.door import knock
from shim.waiting import Signal
from shim.worker import FORK, SLOW

AGAIN = 5.0         # seconds, at most, until the warden knocks once more
DOORS = 100         # that a process remembers
clock = compat.monotonic


class Batch(object):
    """The tasks of a job; run(key, item) runs one, and raises nothing."""

    known = {}      # {(door, pid): whether that process has found it}

    def __init__(self, run, key, items):
        self._run, self._key, self._todo, self._over = run, key, deque(items), Signal()
        self.done, self.spent = [], 0.0     # outcomes, in order; seconds

    def finds(self, door):
        """Whether this process finds that door; it looks once."""
        key = door, os.getpid()
        if key not in self.known:
            if len(self.known) >= DOORS:
                self.known.clear()
            self.known[key] = knock(door)
        return self.known[key]

    def run(self, door=None, name=None):
        """Run them, as the job of that name; returns how many are to go back with its answer."""
        todo, done, run, key, size = self._todo, self.done, self._run, self._key, len(self._todo)
        item = todo.popleft()       # one is done, whatever the warden does
        if todo and not self._watched(door, name):
            todo.clear()
        pid, start = compat.getpid(), clock()
        now = start
        try:
            while True:
                done.append(run(key, item))
                before, now = now, clock()
                if now - before > FORK and compat.getpid() != pid:
                    os._exit(0)     # a child of the task's: what comes next is not its
                self.spent = max(0.0, now - start)
                try:
                    item = todo.popleft()
                except IndexError:
                    break
        finally:
            self._over.fire()
        return size - len(done)

    def _watched(self, door, name):
        """Have a warden; returns False if there is none."""
        if door is None or not self.finds(door):
            return False
        try:
            threads.start(self._watch, (door, name), 'shim-warden')
        except Exception:       # there can be no thread more
            return False
        return True

    def _watch(self, door, name):
        """The warden."""
        compat.mask_interrupts()
        if self._over.wait_for(SLOW):
            return
        rest, pause = 0, SLOW
        try:
            while True:
                self._todo.pop()
                rest += 1
        except IndexError:
            pass
        said = name, self.spent, list(self.done), rest
        data = wire.EMPTY.join(wire.frame(wire.DOOR, said))
        while not knock(door, data) and not self._over.wait_for(pause):
            pause = min(2 * pause, AGAIN)
