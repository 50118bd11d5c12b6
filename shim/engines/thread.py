"""Workers are threads of this process: parallel where there is no GIL, concurrent everywhere.

Nothing is pickled; arguments, results and exceptions are the caller's own objects.
"""
import os
import sys
import time
from collections import deque

from shim import compat, errors, outcome, threads, wire
from shim.backfill.process import BaseProcess, exit_code_of
from shim.engines import channel, netty
from shim.engines.bell import Knock
from shim.engines.crew import Crew
from shim.waiting import ONE, Signal, Waiter

_END = object()         # behind the last task of a runner
END = -1                # a message: the runner has ended
DROPPED = '_target', '_args', '_kwargs'     # in that order
PATIENCE = 5.0          # seconds for a thread to return that has nothing more to do


class Runner(object):
    """A worker thread, as the crew sees it; and as programs that read Pool._pool."""

    sock = reason = None
    eof = False         # of its messages: they are never late
    exitcode = ident = thread = None

    def __init__(self, engine, number):
        engine.newborn = self
        self.engine, self.process = engine, self
        self.pid, self.name = os.getpid(), engine.worker_name % number
        self._todo, self._waiter, self._over = deque(), Waiter(), False
        self._busy = True       # maybe in the user's code, or about to be
        self.thread = threads.start(self._run, (), self.name)

    def is_alive(self):
        return not self._over

    # What the crew tells it.

    def send(self, call, tasks):
        self._todo.extend([(call.mode, task.item) for task in tasks])
        self._waiter.wake()

    def ask_back(self):
        count, leaving = 0, False
        try:
            while True:
                if self._todo.pop() is _END:
                    leaving = True
                else:
                    count += 1
        except IndexError:
            pass
        if leaving:
            self.dismiss()
        self._say(wire.RETURNED, count)

    def dismiss(self):
        self._todo.append(_END)
        self._waiter.wake()

    def flush(self):
        return False

    def drain(self):
        return []

    def gone(self):
        return self._over

    def terminate(self):
        """It can't be stopped, but it begins nothing more, and nobody waits for it."""
        self._todo.clear()
        self.dismiss()
        self._over = True

    kill = terminate

    def close(self):
        # About to return, or to wake up for that: not to be half way when the program ends.  Who is
        # not busy now begins nothing more, however long it takes to say what it has to say.
        if self.thread is not None and (self.eof or not self._busy):
            self.thread.join(PATIENCE)

    # In its thread.

    def _say(self, kind, body):
        self.engine.told(self, kind, body)

    def _run(self):
        if self.engine.unblock:     # programs that tasks start should hear Ctrl-C as ever
            compat.mask_interrupts('SIG_UNBLOCK')
        self.ident = compat.get_ident()
        try:
            if self._over:              # terminated before it began
                return
            if self.engine.initializer is not None:
                self.engine.initializer(*self.engine.initargs)
        except:     # noqa: E722
            self._say(wire.FAILED, outcome.trace_text())
        else:
            self._busy = False
            self._say(wire.READY, None)
            while not self._over and self._serve():
                pass
        self.exitcode = 0
        self.eof = self._over = True
        self._say(END, None)

    def _serve(self):
        self._busy = True           # before there is a task: see close()
        try:
            task = self._todo.popleft()
        except IndexError:
            self._busy = False
            self._waiter.wait()
            return True
        if task is _END:
            return False
        start = compat.monotonic()
        content = run(*task)
        task, self._busy = None, False
        self._say(wire.RESULTS, (max(0.0, compat.monotonic() - start), [content]))
        return True


def run(mode, item):
    """The outcome of a task, by reference."""
    func, args, kwds = item
    try:
        if mode == outcome.ONE:
            return outcome.RAW, func(*args, **kwds)
        return outcome.RAW, outcome.call_all(func, mode, args)
    except:     # noqa: E722  sys.exit and all the others are the task's outcome
        error = errors.current()
        if not hasattr(error, '__traceback__'):     # 2.x: it would be lost
            outcome.set_cause(error, outcome.trace_text())
        return outcome.RAISE, error


def own_ends(process):
    """Give it ends of its own of the pipes among its arguments, as if it had inherited these.

    Then either side closes what it does not use, as it is told to with processes.  Returns them.
    """
    found = []
    # Before somebody imports them there are none.
    kinds = tuple([module.Connection for module in [
        sys.modules.get(name) for name in ('shim.connection', 'multiprocessing.connection')]
        if hasattr(module, 'Connection')])

    def own(value):
        if not isinstance(value, kinds) or value.closed or not (
                hasattr(value, 'twin') or hasattr(os, 'dup')):      # Jython has no descriptors
            return value
        found.append(twin(value))
        return found[-1]

    if kinds:
        process._args = tuple([own(value) for value in process._args])
        process._kwargs = dict([(key, own(value)) for key, value in process._kwargs.items()])
    return found


def twin(connection):
    """The same end once more."""
    if hasattr(connection, 'twin'):
        return connection.twin()
    made = type(connection)(os.dup(connection.fileno()), connection.readable, connection.writable)
    compat.cloexec(made)
    return made


class Popen(object):
    """A thread as a Process has it: see shim.backfill.process."""

    def __init__(self, process):
        self.pid, self._code, self._over, self._ends = os.getpid(), None, Signal(), None
        self._inherited = own_ends(process)
        self._start(process)

    def _start(self, process):
        dropped = {}
        if compat.START_DROPS and not isinstance(process, BaseProcess):
            dropped = dict([(name, getattr(process, name)) for name in DROPPED])
        self._thread = threads.start(self._run_beside, (process, dropped), process.name)

    def _run_beside(self, process, dropped):
        """Run it with what start() makes it forget about now: a child elsewhere has a copy."""
        end = compat.monotonic() + PATIENCE
        while dropped and DROPPED[-1] in vars(process) and compat.monotonic() < end:
            time.sleep(0.0005)
        vars(process).update(dropped)
        self._run(process)

    def _run(self, process, passing=()):
        code = 1
        try:
            code = exit_code_of(process.run, process.name, passing)
        finally:
            for each in self._inherited:
                each.close()
            self._code = code
            self._over.fire()
            self._show()

    def _show(self):
        """Let the sentinel be readable."""
        if self._ends is not None:
            netty.close(self._ends[1])

    def _get_sentinel(self):
        if self._ends is None:
            self._ends = ends()
            if self._code is not None:
                self._show()
        return self._ends[0].fileno()

    sentinel = property(_get_sentinel)

    def poll(self):
        if self._code is not None:
            self._return()
        return self._code

    def wait(self, timeout):
        if self._code is None:
            self._over.wait_for(timeout)
        return self.poll()

    def _return(self):
        """It is over but for the thread's own last steps: not to be amid them as the program ends."""
        self._thread.join(PATIENCE)

    def terminate(self):
        if self._code is None:
            raise NotImplementedError('a thread cannot be ended from outside: let it look at an'
                                      ' Event now and then, or use another context')

    kill = interrupt = terminate

    def end_daemon(self):
        """The program ends, and it with the program."""

    def close(self):
        if self._ends is not None:
            netty.close(self._ends[0])
            self._show()


def ends():
    """Two files, the first of which can be read once the second is closed."""
    try:
        return channel.pair()
    except OSError:     # Pyodide has pipes, and sockets in name only
        reader, writer = [os.fdopen(end, mode) for end, mode in zip(os.pipe(), ('rb', 'wb'))]
        writer.write(ONE)       # as it is closed: select() there does not hear of an end alone
        return reader, writer


class ThreadEngine(Crew):
    """Tasks run in threads of this process."""

    worker_name = 'ThreadPoolWorker-%d'
    here = True
    unlimited = 'nothing can stop a function that runs in this process'
    bell_class = Knock

    def hire(self, number):
        return Runner(self, number)

    def name_of(self, func):
        return None     # nothing travels

    def pack(self, call, func, args, kwds=None):
        return func, args, kwds or {}

    def runs(self):
        me = compat.get_ident()
        return bool([slot for slot in list(self.slots) if slot.worker.ident == me])

    def told(self, runner, kind, body):
        """A runner has something to say to the loop."""
        self.mail.append((self.pass_on, (runner, kind, body)))
        self.wake()

    def pass_on(self, runner, kind, body):
        for slot in self.slots:
            if slot.worker is runner and kind == END:
                slot.eof = compat.monotonic()
            elif slot.worker is runner:
                self.take(slot, kind, body)
