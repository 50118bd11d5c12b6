"""Time in the tests: how long one may take, and how long it waits.

A Deadline makes what hangs fail.  First an alarm raises in the main thread, with the stacks of all
threads in the message, and again every few seconds if that was swallowed.  Where no exception gets
through (an untimed lock on 2.x), a thread reports what hung and ends the process with 70.
(Where there are neither alarms nor threads, only the limit of tests/matrix.py remains.)
"""
import gc
import os
import signal
import sys
import time
import traceback

import six

try:
    import faulthandler
except ImportError:     # before 3.3
    faulthandler = None
try:
    import thread as _thread
except ImportError:     # 3.x
    import _thread

# How much longer than CPython the interpreter may take: each worker of Jython's is a JVM, which
# takes seconds to start and is slow until it is warm.
PACE = [1, 6][sys.platform.startswith('java')]
GRACE = 15              # seconds from a test's deadline to the end of the process

# Pyodide has the modules, and no threads.
THREADS = True
try:
    _thread.start_new_thread(int, ())
except RuntimeError:
    THREADS = False

monotonic = getattr(time, 'monotonic', time.time)


def wait_until(predicate, timeout=10, interval=0.01):
    """Call `predicate` until it is true or the time is over; return what it said last."""
    end = monotonic() + timeout * PACE
    while True:
        value = predicate()
        if value or monotonic() > end:
            return value
        time.sleep(interval)


def wait_let_go(predicate, timeout=10):
    """The same for what ends when nobody has it: at once, or (PyPy, Jython) at a collection."""
    def look():
        if not hasattr(sys, 'getrefcount'):
            gc.collect()
        return predicate()
    return wait_until(look, timeout)


def thread_stacks():
    """The stacks of all threads as text (2.4: only of the one that asks)."""
    if not hasattr(sys, '_current_frames'):
        return 'This thread:\n' + ''.join(traceback.format_stack())
    return '\n'.join(['Thread %s:\n%s' % (ident, ''.join(traceback.format_stack(frame)))
                      for ident, frame in sys._current_frames().items()])


class Elapsed(object):
    """Time since it was made: `clock = Elapsed(); ...; clock.seconds`, which a limit is held
    against, are those of CPython (see PACE)."""

    def __init__(self):
        self._start = monotonic()

    real = property(lambda self: monotonic() - self._start)
    seconds = property(lambda self: self.real / PACE)


class Deadline(object):
    """start() ... stop() around what must not hang; see the top of this file."""

    running = []        # what the watching thread watches
    thread = []         # the pid of the process whose watching thread runs

    def __init__(self, label, seconds, alarm=True):
        self.label, self.seconds = label, seconds * PACE
        self.alarm = alarm and hasattr(signal, 'alarm')
        self.passed = False

    def start(self):
        self.end = monotonic() + self.seconds
        self.running.append(self)
        if THREADS and os.getpid() not in self.thread:
            self.thread[:] = [os.getpid()]
            _thread.start_new_thread(_watch, (self.running, monotonic, time.sleep))
        if self.alarm:
            try:
                self._old = signal.signal(signal.SIGALRM, self._ring)
            except ValueError:      # not the main thread
                self.alarm = False
            else:
                signal.alarm(int(self.seconds))

    def stop(self):
        if self.alarm:
            signal.alarm(0)
            if self._old is not None:   # else not set by Python
                signal.signal(signal.SIGALRM, self._old)
        self.running.remove(self)

    def _ring(self, signum, frame):
        self.passed = True
        signal.alarm(5)
        raise AssertionError('%s hung: not done after %d s\n%s'
                             % (self.label, self.seconds, thread_stacks()))


def _watch(running, now, sleep):
    # No lock and no import in here, for tests fork while this thread is anywhere in it; and no
    # global name while nothing runs, for 2.x ends by setting those to None.
    while True:
        sleep(0.5)
        for deadline in list(running):
            if now() > deadline.end + GRACE:
                try:
                    os.write(2, six.b('\n%s hung, beyond interruption\n' % deadline.label))
                    if faulthandler is not None:
                        faulthandler.dump_traceback(2)
                    else:
                        os.write(2, six.b(thread_stacks()))
                finally:
                    os._exit(70)
