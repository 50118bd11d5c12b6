"""Who is in the crew: workers hired, watched, replaced and buried.

When a worker dies, all its bytes are read first.  Then what had not begun is queued again, at the
front, and what had begun is lost, or queued there, too, if it may be tried again.  Its exit status
decides that it died: the end of its channel only says where to look, as a grandchild may hold the
channel open; but nothing begins after it.
"""
import sys
import time
from collections import deque

from shim import compat, errors, logs
from shim.engines import base
from shim.engines.bell import Bell
from shim.engines.slot import Slot

clock = compat.monotonic

LOOK = 0.25             # seconds between two looks at the exit status, with work in flight
REST = 2.0              # the same without
GRACE = 0.5             # seconds from SIGTERM to SIGKILL
LINGER = 1.0            # seconds a process may live on after its channel has ended
FLUSH = 0.05            # seconds that the last words of a dead process may take
FAILURES = 3            # failed starts in a row, beyond one for each worker, that break the pool
BACKOFF = 0.05          # seconds before the second try; doubled each time
SHUNNED = 30            # seconds in which a computer that failed gets a worker only if no other can


def rests(failed):
    """When a computer failed last, if that was a moment ago, else 0: to sort them by."""
    if failed is not None and 0 <= clock() - failed < SHUNNED:
        return failed
    return 0


class Roster(base.Engine):
    """An engine's workers, each in a slot.  Only the loop's thread is here, once it runs."""

    bell_class, slot_class = Bell, Slot     # what the loop sleeps on; what it knows of a worker

    def __init__(self, *args, **kwds):
        base.Engine.__init__(self, *args, **kwds)
        self.todo, self.slots, self.bell = deque(), [], self.bell_class()
        self.ending = None          # told to terminate: the error that everything pending gets
        self.newborn = None         # a worker that is being started
        self.hired = self.failures = 0
        self.young = 0              # how many died in a row that had not worked
        self.retry = self.looked = 0.0

    def hire(self, number):
        """Start a worker, the `number`th of this pool; returns it: a Remote or the like."""
        raise NotImplementedError

    def hear(self, slot, frames):
        """Take what a worker has said."""
        raise NotImplementedError

    workers = property(lambda self: [
        slot.worker.process for slot in list(self.slots) if slot.eof is None])

    def places(self):
        """How many workers are missing: those whose channel has ended are as good as gone."""
        return self.size - len([slot for slot in self.slots if slot.eof is None])

    def begin(self, made, number):
        """Start a worker; returns it."""
        self.newborn = made
        made.start(number, self)
        return made

    def fill(self):
        """Start the workers that are missing."""
        while self.places() > 0:
            self.hired += 1
            try:
                made = self.hire(self.hired)
                self.slots.append(self.slot_class(made, self.maxtasks))
                self.newborn = None
            except:
                self.end_newborn()
                raise

    def end_newborn(self):
        """Of a worker whose start was broken off, maybe by a signal handler, leave nothing."""
        made, self.newborn = self.newborn, None
        if made is not None and made not in [slot.worker for slot in self.slots]:
            if getattr(made.process, 'pid', None) is None:
                made.close()        # if there is a process, it hears of that
            else:
                slot = self.slot_class(made, None)
                slot.leaving = True
                self.slots.append(slot)
                made.kill()

    def watch(self, slot, sock, writing=False):
        """Tell the bell which socket of a worker to look at, if any."""
        if slot.watched is not None:
            self.bell.forget(slot.watched)
        slot.watched, slot.writing = sock, writing
        if slot.watched is not None:
            self.bell.watch(slot.watched, writing)

    def look_after(self, now):
        """Kill the late, bury the dead, hire anew; returns how long that may rest."""
        pause, look = REST, not 0 <= now - self.looked < LOOK
        if look:
            self.looked = now
        for slot in list(self.slots):
            if slot.deadline is not None and slot.late is None and slot.held:
                if slot.overdue(now):
                    slot.late = slot.held[0]
                    slot.worker.kill()
                else:
                    pause = min(pause, slot.deadline - now)
            if slot.gone is None and (look or slot.eof is not None) and slot.worker.gone():
                slot.gone = now
            if slot.gone is not None:
                # What it wrote may still be on the way, where the channel is TCP.
                pause = min(pause, FLUSH)
                if slot.worker.eof or now - slot.gone > FLUSH:
                    self.bury(slot, now)
            elif slot.eof is not None:
                pause = min(pause, 0.001 + (now - slot.eof) / 4)
                if now - slot.eof > LINGER and not slot.leaving:
                    slot.worker.kill()
        if self.places() > 0 and (self.todo or self.feeds or not self.closing):
            pause = min(pause, max(0, self.retry - now))
            if self.retry <= now:
                try:
                    self.fill()
                except Exception:
                    self.failed(now, 'could not be started: %s' % (sys.exc_info()[1],))
        return pause

    def bury(self, slot, now):
        """A worker is gone: its last words, then its tasks."""
        self.hear(slot, slot.worker.drain())
        self.remove(slot)
        self.take_back(slot, slot.begun)
        pid, code = slot.worker.process.pid, slot.worker.process.exitcode
        again = []
        for number, task in enumerate(slot.held):
            task.tries += 1
            if task is slot.late:       # it would be late again
                base.fail(task, errors.TaskTimeoutError(task.limit, pid))
            elif task.tries <= task.retries:
                # Alone, so that it takes nothing else with it, nor is taken along.
                task.call = task.call.unknown()
                again.append(task)
            else:
                base.fail(task, errors.WorkerLostError(
                    pid, code, [None, True][number == 0 and slot.sure], tries=task.tries,
                    reason=slot.worker.reason))
        self.lost += len(slot.held) - len(again)
        self.todo.extendleft(again[::-1])
        if not slot.ready and not slot.leaving:
            self.failed(now, slot.failure or slot.worker.reason
                        or 'ended with exit code %s before it was ready' % code)
        elif not slot.leaving and not slot.worked and not slot.held:
            # Who dies without having worked might do so again and again.
            self.young += 1
            self.retry = now + min(0.5, BACKOFF * 0.1 * 2 ** min(self.young, 10))

    def take_back(self, slot, count):
        """Queue again, at the front, what a worker holds beyond the first `count`."""
        while len(slot.held) > count:
            self.todo.appendleft(slot.held.pop())

    def failed(self, now, why):
        """A start failed: try again later, but not for ever while nobody can work."""
        self.failures += 1
        self.retry = now + min(1.0, BACKOFF * 2 ** min(self.failures - 1, 10))
        if self.failures <= self.size + FAILURES:
            return
        said = '%d workers in a row failed to start. The last one %s' % (self.failures, why)
        if not [slot for slot in self.slots if slot.ready and slot.eof is None]:
            self.ending = errors.PoolBrokenError('the pool is broken: ' + said)
        elif self.failures == self.size + FAILURES + 1:
            logs.report('WARNING', 'shim: the pool goes on with fewer workers: %s', said)

    def remove(self, slot):
        self.watch(slot, None)
        self.slots.remove(slot)
        slot.worker.close()

    def end_all(self):
        """Leave no worker running: asked first, killed after GRACE."""
        deadline = clock() + GRACE
        while self.slots:
            for slot in list(self.slots):
                if slot.worker.gone():
                    self.remove(slot)
                elif clock() > deadline:
                    slot.worker.kill()
            if self.slots:
                time.sleep(0.002)
