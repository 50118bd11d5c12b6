"""The far side: what a worker process runs.

    main thread         todo -- popleft --> run --> done -- speak() --> channel
                          ^                                               |
                          +------------ listen(), when todo is empty <----+
    the warden, beside  when the main thread is in a long task: sends what is done, reads what
                        came, hands back what is not begun; ends the process when the parent died

The main thread begins tasks in groups of about 1 ms and says so before (BEGUN): a death costs no
more than that.  It writes once per group, and reads only when it has nothing left to do; tasks
that turn out slow are what the warden is for.  A task is begun by `todo.popleft()`, handed back by
`todo.pop()`, each one atomic operation: nothing is ever both.
"""
import atexit
import os
import signal
import sys
import threading
import traceback
from collections import deque

from shim import compat, errors, pids, running, threads, wire
from shim.waiting import OSErrors, Waiter, poll

GROUP = 0.001       # seconds of work begun at once, and between two writes
SLOW = 0.010        # seconds without attention after which the warden steps in
ORPHAN = 0.5        # seconds between two looks whether the parent lives
LARGEST = 4000      # tasks in a group
FORK = 2e-5         # seconds that os.fork() takes at least
clock = compat.monotonic


class Worker(running.Runs):
    """Serves a channel until EXIT or the parent's end."""

    def __init__(self, sock, parent, frame=wire.frame, load=wire.load):
        running.Runs.__init__(self)
        self.sock, self.parent, self.pid = sock, parent, compat.getpid()
        self.adopted = compat.getppid() != parent   # by a forkserver, or the parent is gone
        self.frame = frame
        self.inbox, self.outbox = wire.Inbox(load), wire.Outbox()
        self.todo, self.done = deque(), deque()     # tasks (key, item); outcomes
        self.printed = deque()                      # (name of a stream, text): see capture()
        self.io = compat.allocate_lock()            # held by whoever reads or writes the channel
        self.again = False      # the warden spoke: announce the next group anew
        self.leaving = False    # EXIT came
        self.ended = False      # the channel has: the parent is gone, or has given this up
        self.spoke = self.heard = clock()
        self.alarm = Waiter()   # wakes the warden
        self.ticking = False    # the warden looks every SLOW seconds
        self.over = False       # the warden is to return

    def serve(self, initializer=None, initargs=(), unblock=False):
        """Report READY, run tasks until told to leave; returns False if the start failed.

        unblock: Ctrl-C was blocked for the time of the start.
        """
        self.own_interrupts()
        if unblock:
            compat.mask_interrupts('SIG_UNBLOCK')
        self.warden = threads.start(self.watch, (), 'shim-warden')
        if initializer is not None:
            try:
                try:
                    self.running = True
                    initializer(*initargs)
                finally:
                    self.running = False
            except:     # noqa: E722  SystemExit and Ctrl-C are failures of the start, too
                self.failed()
                return False
        self.say(wire.READY, self.pid)
        size = 1
        while True:
            count = min(size, len(self.todo))
            if self.done:
                running.flush_streams()
            if not self.speak(count):
                return True
            if count:
                size = self.begin(count, size)
            elif not self.listen():
                return True

    def capture(self):
        """Let what the program prints travel: stdin and stdout are somebody else's channel.

        What is written past sys.stdout and sys.stderr, by programs that a task starts, goes nowhere.
        """
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        os.close(null)
        sys.stdout, sys.stderr = Printed(self, 'stdout'), Printed(self, 'stderr')

    def failed(self):
        """Tell why the start failed: the exception being handled."""
        self.remark(errors.current())
        self.say(wire.FAILED, 'raised\n' + ''.join(traceback.format_exception(*sys.exc_info())))

    def begin(self, count, size):
        """Run up to `count` tasks; returns how many to announce next time, `size` being this."""
        popleft, done, run, start = self.todo.popleft, self.done, self.run, self.spoke
        now, ran = start, 0
        while ran < count and not self.again and now - start < GROUP:
            try:
                done.append(run(*popleft()))
            except IndexError:      # handed back: run() raises nothing
                break
            before, now = now, clock()
            if now - before > FORK:
                self.end_if_child()
            ran += 1
        # The clock of 2.x may be set back.
        return max(1, min(2 * size, LARGEST, int(GROUP * ran / max(now - start, 1e-7))))

    # The channel.

    def say(self, kind, body):
        """Send a frame; if nobody listens, listen() will find out."""
        self.outbox.put(self.frame(kind, body))
        self.speak(0)

    def speak(self, count):
        """Send what is done and announce the next group; False if nobody listens any more."""
        self.end_if_child()     # before the lock, which the warden may have had at the fork
        self.io.acquire()
        try:
            announced, self.again = self.again, False
            return self.flush(count, announced)
        finally:
            self.io.release()

    def end_if_child(self):
        """A task may have forked, and its child come back here: the tasks behind it are not its."""
        if compat.getpid() != self.pid:
            os._exit(0)

    def flush(self, begun, announced=False):
        """Send it; if the warden had announced one that there is not, that, too."""
        results, now = [], clock()
        while self.printed:
            self.outbox.put(self.frame(wire.PRINTED, self.printed.popleft()))
        try:
            while True:
                results.append(self.done.popleft())
        except IndexError:
            pass
        if results:
            # What is done was all done since the last time.
            self.outbox.put(self.frame(wire.RESULTS, (max(0.0, now - self.spoke), results)))
        if begun or announced:      # behind the results: until they are there, these had begun
            self.outbox.put(self.frame(wire.BEGUN, begun))
        self.spoke = now
        try:
            self.outbox.send(self.sock)
        except OSErrors:
            return False
        return True

    def listen(self):
        """Wait for frames and take them; False at the end."""
        self.io.acquire()
        try:
            # The warden may have read tasks, and EXIT behind them, since the main thread looked.
            if self.todo:
                return True
            if self.leaving:
                return False
            alive = self.hear()
        finally:
            self.io.release()
        if len(self.todo) > 1 and not self.ticking:
            self.alarm.wake()
        return alive

    def hear(self):
        try:
            data = self.sock.recv(self.inbox.room())
        except OSErrors:
            return compat.interrupted(sys.exc_info()[1])
        if not data:
            self.leaving = self.ended = True
            return False
        self.heard = clock()
        for kind, body in self.inbox.feed(data):
            if kind == wire.TASKS:
                key = body[0]
                self.todo.extend([(key, item) for item in body[1]])
            elif kind == wire.CALL:
                self.learn(*body)
            elif kind == wire.RETURN:
                self.hand_back()
            elif kind == wire.EXIT:
                self.leaving = True
        return True

    def hand_back(self):
        count = 0
        try:
            while True:
                self.todo.pop()
                count += 1
        except IndexError:
            pass
        self.outbox.put(self.frame(wire.RETURNED, count))
        self.outbox.send(self.sock)

    # Beside the main thread.

    def watch(self):
        """The warden."""
        compat.mask_interrupts()
        seen = None
        while not self.over:
            # First say that nobody looks, then look again: listen() does it the other way round.
            self.ticking = False
            if self.todo or self.done or self.running:
                self.ticking = True
                self.alarm.wait(SLOW)
                self.attend()
            elif self.heard != seen:
                seen = self.heard       # busy until a moment ago, so maybe again
                self.alarm.wait(5 * SLOW)
            else:
                self.alarm.wait(ORPHAN)
            if self.ended and self.running or self.orphaned():
                self.give_up()

    def give_up(self):
        """Nobody is there for what the main thread still does."""
        os._exit(1)

    def orphaned(self):
        """True if the parent has died."""
        if not self.adopted:
            return compat.getppid() != self.parent
        return not pids.exists(self.parent)

    def attend(self):
        """Do what the main thread would, if it has not come by for long."""
        if not (self.silent() or clock() - self.heard > SLOW) or not self.io.acquire(0):
            return
        try:
            try:
                if self.silent():       # still, now that the main thread says nothing
                    # The main thread looks at `again` before each task: it may begin one more,
                    # which is the one that BEGUN covers, and then it announces the next ones.
                    self.again = True
                    self.flush(1)
                while poll(self.sock, 0) and self.hear():
                    pass
            finally:
                self.io.release()
        except OSErrors:
            pass        # the main thread will find out

    def silent(self):
        """Has it said nothing for long?  It need not say again that the first one may have begun."""
        return clock() - self.spoke > SLOW and (self.done or self.printed or not self.again)

    def own_interrupts(self):
        """Let Ctrl-C interrupt a running task and nothing else.

        Only if it would have interrupted: what a task starts inherits an ignored signal.
        """
        previous = signal.getsignal(signal.SIGINT)
        if hasattr(previous, '__call__'):

            def handler(number, frame):
                if self.running:
                    self.running = False
                    previous(number, frame)
            signal.signal(signal.SIGINT, handler)


class Printed(object):
    """A stream whose text travels to the program, before the next result."""

    encoding, closed = 'utf-8', False

    def __init__(self, worker, name):
        self.worker, self.name = worker, name

    def write(self, text):
        """Write some text."""
        # Joined, so that nothing travels but strings: no class of the user's.
        self.worker.printed.append((self.name, ''.join([text])))
        return len(text)

    def writelines(self, lines):
        """Write each of them."""
        for line in lines:
            self.write(line)

    def flush(self):
        """Send it, unless the worker is about to, or this is a child of it."""
        worker = self.worker
        if worker.printed and compat.getpid() == worker.pid and worker.io.acquire(0):
            try:
                worker.flush(0)
            finally:
                worker.io.release()

    def isatty(self):
        """It is no terminal."""
        return False


def reseed(program, initializer, initargs):
    """An initializer before the user's: a random seed for this process, unless it is `program`."""
    if os.getpid() != program:
        import random
        random.seed()
        numpy = sys.modules.get('numpy.random')
        if numpy is not None:
            numpy.seed()
    if initializer is not None:
        initializer(*initargs)


def leave(code):
    """End a worker's interpreter, as a program's end does it, but for tearing it down.

    The warden runs until the end and would trip over modules that are half gone.
    """
    for end in (getattr(threading, '_shutdown', None),
                getattr(sys, 'exitfunc', None) or getattr(atexit, '_run_exitfuncs', None),
                sys.stdout.flush, sys.stderr.flush):
        try:
            if end is not None:
                end()
        except:     # noqa: E722
            pass
    os._exit(code)
