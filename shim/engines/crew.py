"""The crew: turns workers into an engine.  One thread, one loop, one channel per worker.

    callers, feeds -- post() --> todo -- feed() --> worker.held --> channel --> the worker
                                  ^                     |                          |
                                  +- handed back, lost -+ <-- BEGUN, RESULTS ------+
                                                              job.settle()

A task is queued (in `todo`), sent (in a worker's `held`), begun (among the first `begun` of them)
or done.  Only the loop's thread moves it on.  It never blocks on a channel and never runs the
user's code, but for callbacks.  Who lives and who died: roster.py.
"""
import sys
from collections import deque

from shim import compat, ending, errors, logs, stats, threads, wire
from shim.backfill.turns import Turn
from shim.engines import base, forking
from shim.engines.roster import LOOK, REST, Roster
from shim.engines.slot import AHEAD, MOST, SMALL, TINY
from shim.waiting import Signal

clock = compat.monotonic


def write(name, text):
    """Write to a stream of sys, which may be anything."""
    try:
        getattr(sys, name).write(text)
    except:     # noqa: E722
        logs.report('ERROR', 'shim: what a task wrote to %s is lost', name, exc_info=True)


class Crew(Roster):
    """An engine of workers.  A subclass says what a worker is: hire()."""

    def __init__(self, *args, **kwds):
        Roster.__init__(self, *args, **kwds)
        self.mail = deque()         # (function, arguments) for the loop to call
        self.lead = deque([True])   # who pops it is the loop, or ends what has none
        self.failing = Turn()       # to settle what nobody is going to run
        self.gate, self.ident, self.thread = base.Gate(), None, None
        self.hook = None            # what ends this with the program
        self.keep = None            # which tasks are still to be begun, if not all of them
        self.asleep = False         # the loop waits
        self.hungry = False         # a post should wake it
        self.unblock = False        # Ctrl-C is blocked in its thread, and was not where it was started

    # Called by any thread.

    def start(self):
        try:
            try:
                self.unblock = compat.mask_interrupts() is False
                forking.alone(self.bell.hang)
                self.fill()
                self.hook = ending.at_exit(self.program_ends)
                self.thread = threads.start(self.run, (), 'shim-pool')
            except:
                self.ending = errors.PoolBrokenError('the pool did not start')
                if self._leads():
                    self.finish()
                else:           # a signal handler has raised, and the loop runs
                    self.bell.ring()
                    self.ended.wait_for()
                raise
        finally:
            if self.unblock:
                compat.mask_interrupts('SIG_UNBLOCK')

    def _leads(self):
        try:
            return self.lead.pop()
        except IndexError:
            return False

    def post(self, task):
        self.todo.append(task)
        if self.hungry:
            self.wake()
        if self.error is not None:
            self.fail_all()

    def report(self, task, content):
        self.tell(base.settle, task, content)

    def sift(self, keep):
        over = Signal()
        self.tell(self.sift_all, keep, over)
        if self.here and not self.serves():
            over.wait_for()

    def tell(self, function, *args):
        """Have the loop call it."""
        self.mail.append((function, args))
        self.wake()
        if self.error is not None:
            self.fail_all()

    def finish_feed(self, feed, total, error):
        self.tell(self.feed_over, feed, total, error)

    def feed_over(self, feed, total, error):
        if self.feeds.pop(feed, None):
            feed.job.end(total, error)

    def backlog(self):
        return len(self.todo)

    def wake(self):
        # Only the loop takes the flag back: it may wake, and fall asleep again, in between.
        if self.asleep:
            self.bell.ring()

    def room(self, call):
        if self.error is not None:
            return MOST         # they fail at once
        many = 4
        if call.cost is not None and call.cost <= TINY:
            many = 2 * AHEAD / max(call.cost, 4e-6)
        return self.size * int(many) + 4 - len(self.todo)

    def close(self):
        self.closing = True
        self.bell.ring()

    def terminate(self):
        self.abandon()
        if not self.serves():
            self.wait()

    def abandon(self):
        if self.ending is None:
            self.ending = base.terminated()
        self.bell.ring()

    def wait(self):
        self.ended.wait_for()
        # It is about to return; the end of the program must not find it half way (2.x, 3.x to 3.8).
        if self.thread is not None:
            self.thread.join()

    def call_out(self, function, *args):
        if not self.unblock or not self.serves():
            return function(*args)
        # Programs that it starts should hear Ctrl-C as ever.
        compat.mask_interrupts('SIG_UNBLOCK')
        try:
            return function(*args)
        finally:
            compat.mask_interrupts()

    def serves(self):
        return compat.get_ident() == self.ident

    # The loop.

    def run(self):
        self.ident = compat.get_ident()
        compat.mask_interrupts()
        if not self._leads():
            return
        try:
            while self.turn():
                pass
        except:     # noqa: E722  a bug here must not leave anybody waiting
            self.ending = errors.PoolBrokenError(
                'the loop of the pool failed: %s' % errors.described(sys.exc_info()[1]))
            logs.report('CRITICAL', 'shim: the loop of a pool failed', exc_info=True)
        self.finish()

    def turn(self):
        """Give out tasks, wait, take what came; returns False at the end."""
        if self.ending is not None:
            return False
        now = clock()
        pause = min(self.look_after(now), self.give_out(now))
        if self.closing and not self.todo and not self.feeds and not self.mail:
            if not [slot for slot in self.slots if slot.held]:
                self.dismiss_all()
                if not self.slots:
                    return False
        for slot in self.slots:
            if slot.held or slot.leaving or not slot.ready:
                pause = min(pause, LOOK)
            left = slot.worker.flush()
            if slot.eof is None and (
                    slot.writing is not left or slot.watched is not slot.worker.sock):
                self.watch(slot, slot.worker.sock, left)
        # First say that posts shall wake us, then look again: post() appends first.
        self.hungry = bool([slot for slot in self.slots if slot.takes()])
        self.asleep = True
        if self.mail:
            pause = 0
        elif self.hungry and self.todo:
            head = self.todo[0]
            if [slot for slot in self.slots if slot.takes() and slot.allows(head) > 0]:
                pause = 0
        ready = self.bell.wait(pause)
        self.asleep = self.hungry = False
        for slot in list(self.slots):
            if slot.watched is not None and slot.watched.fileno() in ready:
                self.hear(slot, slot.worker.receive())
        while self.mail:
            settle, args = self.mail.popleft()
            settle(*args)
        return True

    # Giving out.

    def give_out(self, now):
        """Give every worker its share; returns how long that may rest."""
        if self.keep is not None and self.todo:     # maybe handed back
            self.sift_todo()
        takers = [slot for slot in self.slots if slot.takes()]
        idle = [slot for slot in takers if not slot.held]
        for count in range(len(idle)):
            if not self.todo:
                break
            self.give(idle[count], -(-len(self.todo) // (len(idle) - count)), now)
        for slot in takers:
            if self.todo and slot.held and slot.fed != now:
                self.give(slot, MOST, now)
        if self.gate.waiting:
            self.gate.open(len(self.todo))
        pause = REST
        if not self.todo and [slot for slot in idle if not slot.held]:
            for slot in self.slots:
                if slot.waits():
                    pause = min(pause, max(0, slot.fed + SMALL - now))
                    if slot.fed + SMALL <= now:
                        slot.asked = True
                        slot.worker.ask_back()
        return pause

    def give(self, slot, most, now):
        """Send a worker up to `most` of the next tasks, as many as it should have."""
        while most > 0 and self.todo:
            head = self.todo[0]
            many = min(most, slot.allows(head))
            if many <= 0:
                break
            tasks = [self.todo.popleft()]
            while len(tasks) < many and self.todo and self.todo[0].call is head.call:
                if self.todo[0].limit is not None:
                    break
                tasks.append(self.todo.popleft())
            if self.claim is not None:
                tasks = [task for task in tasks if self.claim(task)]
                if not tasks:
                    continue
            most -= len(tasks)
            slot.alone = not slot.held and len(tasks) == 1
            slot.held.extend(tasks)
            slot.fed = now
            slot.worker.send(head.call, tasks)
            if slot.left is not None:
                slot.left -= len(tasks)
                if slot.left <= 0:
                    self.dismiss(slot)

    def sift_all(self, keep, over):
        self.keep = keep
        for slot in self.slots:
            if slot.waits():
                slot.asked = True
                slot.worker.ask_back()
        self.tell(self.sifted, over)        # threads have answered by then

    def sifted(self, over):
        self.sift_todo()
        over.fire()

    def sift_todo(self):
        for _each in range(len(self.todo)):
            task = self.todo.popleft()
            if self.keep(task):
                self.todo.append(task)

    def dismiss(self, slot):
        if not slot.leaving:
            slot.leaving = True
            slot.worker.dismiss()

    def dismiss_all(self):
        for slot in self.slots:
            self.dismiss(slot)

    # Hearing.

    def hear(self, slot, frames):
        for kind, body in frames:
            self.take(slot, kind, body)
        if slot.worker.eof and slot.eof is None:
            slot.eof = clock()
            self.watch(slot, None)
            # Before its successor gets what was queued behind them.
            self.take_back(slot, slot.begun)

    def take(self, slot, kind, body):
        if self.error is not None:
            return      # the end: it holds nothing any more
        held = slot.held
        if kind == wire.RESULTS:
            spent, outcomes = body
            call = held[0].call
            for content in outcomes:
                task = held.popleft()
                if task.call is not call:
                    call = None     # a mixture tells nothing
                job = task.job      # base.settle(), spelled out: this line is run most
                if job is not None:
                    task.job = None
                    job.settle(task.index, content)
            if call is not None and spent is not None:
                cost = spent / len(outcomes)
                if call.cost is not None and cost < call.cost:
                    cost = (cost + call.cost) / 2
                call.cost = cost
            self.done += len(outcomes)
            slot.begun = max(0, slot.begun - len(outcomes))
            slot.deadline, slot.worked, self.young = None, True, 0
        elif kind == wire.BEGUN and body is None:
            slot.sure, slot.begun = slot.begun > 0, len(held)
        elif kind == wire.BEGUN:
            slot.begun = min(body, len(held))
            if body and held and held[0].limit is not None and slot.deadline is None:
                slot.deadline = clock() + held[0].limit
        elif kind == wire.RETURNED:
            self.take_back(slot, len(held) - body)
            slot.begun = min(slot.begun, len(held))
            slot.asked, slot.fed = False, clock()
            if slot.left is not None and not slot.leaving:
                slot.left += body
        elif kind == wire.READY:
            slot.ready = True
            self.failures = 0
        elif kind == wire.FAILED:
            slot.failure, slot.ready = body, False
        elif kind == wire.PRINTED:
            write(*body)

    # The end.

    def fail_all(self):
        """Nobody is going to run these.  One thread settles them, if many post: the first one."""
        while self.todo or self.mail:
            if self.failing.attempt(self._fail_one) is False:
                break       # it looks again

    def _fail_one(self):
        settle, args = base.fail, None
        try:
            if self.todo:
                args = self.todo.popleft(), self.error
            else:
                settle, args = self.mail.popleft()
            settle(*args)
        except Exception:   # a bug here, or nothing left: the others are to hear of it all the same
            if args is not None:
                logs.report('CRITICAL', 'shim: a task was not settled', exc_info=True)

    def finish(self):
        """The end: nobody waits for a result any more, and no worker is left."""
        self.error = self.ending or ValueError('Pool not running')
        try:
            self.end_newborn()
            for slot in self.slots:
                slot.worker.terminate()
                self.todo.extend(slot.held)
                slot.held.clear()
            self.fail_all()
            for feed in list(self.feeds):
                feed.abort(self.error)
            self.fail_all()
            self.gate.open()
            self.end_all()
            self.bell.take_down()
            ending.not_at_exit(self.hook)
            self.restarts = max(0, self.hired - self.size)
            stats.note(self)
        finally:
            self.ended.fire()
