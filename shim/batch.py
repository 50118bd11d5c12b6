"""Tiny tasks that travel in one job, none of which waits for a slow one among them.

    the job         todo -- popleft --> run --> done        all that is done: its answer
    the warden, beside, when it takes long: pops what has not begun, and says at the pool's door
                    what is done by then, and how many tasks the pool has back

Both are one atomic operation: no task is ever begun and handed back.  The answer has once more
what the warden said: nothing depends on it but how soon that is known.  A process that has not
found the door yet, or does not, begins one task, and the others go back with the answer.
"""
import os
import time
from collections import deque

from shim import compat, threads, wire
from shim.engines.door import LONGEST, knock
from shim.waiting import Signal
from shim.worker import FORK, SLOW

AGAIN = 5.0         # seconds, at most, until the warden knocks once more
PAUSES = 0.1, 0.5, 2.0      # seconds after each try to find a door
DOORS = 100         # that a process remembers
found = {}          # {(door, pid): whether that process finds it}
clock = compat.monotonic


class Batch(object):
    """The tasks of a job; run(key, item) runs one, and raises nothing."""

    def __init__(self, run, key, items):
        self._run, self._key, self._todo, self._over = run, key, deque(items), Signal()
        self.done, self.spent = [], 0.0     # outcomes, in order; seconds

    def run(self, door=None, name=None):
        """Run them, as the job of that name; returns how many are to go back with its answer."""
        todo, done, run, key, size = self._todo, self.done, self._run, self._key, len(self._todo)
        item = todo.popleft()       # one is done, whatever the warden does
        try:
            if todo:
                self._be_watched(door, name)
            pid, start = compat.getpid(), clock()
            now = start
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

    def _be_watched(self, door, name):
        """Have a warden, if the door may be found; until it is, begin no second task."""
        key, rest = (door, os.getpid()), 0
        known = found.get(key)
        if not known:
            rest = len(self._todo)
            self._todo.clear()
        if known is not False:
            try:
                threads.start(self._watch, (key, name, rest), 'shim-warden')
            except Exception:       # there can be no thread more; or a handler raised, and there is one
                self._over.fire()
                self._todo.clear()

    def _watch(self, key, name, rest):
        """The warden."""
        compat.mask_interrupts()
        if not (found.get(key) or look(key)) or self._over.wait_for(SLOW):
            return
        pause = SLOW
        try:
            while True:
                self._todo.pop()
                rest += 1
        except IndexError:
            pass
        for done in (list(self.done), []):
            data = wire.EMPTY.join(wire.frame(wire.DOOR, (name, self.spent, done, rest)))
            if len(data) <= LONGEST:    # else what is done comes with the answer alone
                break
        while not knock(key[0], data) and not self._over.wait_for(pause):
            pause = min(2 * pause, AGAIN)


def look(key):
    """Find out whether this process finds that door; returns that."""
    if len(found) >= DOORS:
        found.clear()
    for pause in PAUSES:
        if knock(key[0]):
            found[key] = True
            return True
        time.sleep(pause)
    found[key] = False
    return False


def lacks(door):
    """Whether this process has found out that it does not find that door."""
    return found.get((door, os.getpid())) is False
