"""Twisted's reactor: the program's, if it runs, else one of our own in a thread.

Twisted has one reactor a program, which runs once and in one thread.  Where the program runs it, we
use it; where not, we leave it alone, so that the program may run it yet, and make another one.  A
child by fork has its parent's objects, but not the thread that ran them: it gets one of its own.
"""
import os

from twisted.internet import reactor as global_reactor
from twisted.python import threadable

from shim import compat, ending, errors, threads

KINDS = ('epollreactor', 'EPollReactor'), ('pollreactor', 'PollReactor'), (
    'selectreactor', 'SelectReactor')
_own = {}           # {pid: Own}
_seen = {}          # the pid in which the program's reactor was first seen to run


class Loop(object):
    """A reactor, and which thread it runs in."""

    reactor = global_reactor

    def here(self):
        """True in the thread of the reactor: what waits there for the reactor waits for ever."""
        return threadable.isInIOThread() and self.alive()

    def alive(self):
        """False once it has stopped: then it calls nothing any more."""
        return self.reactor.running

    def call(self, function, *args):
        """Have the reactor call it: at once in its own thread, else soon."""
        if self.here():
            function(*args)
        else:
            self.reactor.callFromThread(function, *args)

    def look(self, function):
        """Have it called soon, or now if the reactor can't: nothing else may call it then."""
        if self.here() or not self.alive():
            function()
        else:
            self.reactor.callFromThread(function)

    def before_end(self, function):
        """Have it called as the program stops its reactor; returns what takes that back."""
        trigger = []

        def fired():
            del trigger[:]
            function()

        self.call(lambda: trigger.append(
            self.reactor.addSystemEventTrigger('before', 'shutdown', fired)))

        def take_back():
            if trigger and self.alive():
                self.reactor.removeSystemEventTrigger(trigger.pop())
        return lambda: self.call(take_back)


class Own(Loop):
    """A reactor of ours, in a daemon thread, for as long as the process lives."""

    ident = None
    stopped = False

    def __init__(self):
        self.reactor = make()
        # What the program asks Twisted about is the thread of the program's reactor.
        self.reactor._registerAsIOThread = False
        self.thread = threads.start(self._run, (), 'shim-reactor')
        # After the pools.  On 2.x it would trip over modules that are half gone, were it woken then.
        ending.at_exit(self._stop, -10)

    def _stop(self):
        self.stopped = True
        self.reactor.callFromThread(self.reactor.stop)
        self.thread.join(1.0)

    def _run(self):
        self.ident = compat.get_ident()
        compat.mask_interrupts()
        self.reactor.run(installSignalHandlers=False)

    def here(self):
        return self.ident == compat.get_ident()

    def alive(self):
        return not self.stopped


def make():
    """Another reactor, of the best kind that this platform has."""
    for module, kind in KINDS:
        try:
            found = __import__('twisted.internet.' + module, None, None, [kind])
            return getattr(found, kind)()
        except ImportError:
            continue


def current():
    """The Loop that this process is to use."""
    pid = os.getpid()
    if global_reactor.running and _seen.setdefault('pid', pid) == pid:
        return Loop()
    if pid not in _own:
        _own[pid] = Own()
    return _own[pid]


def stopped():
    """What becomes of tasks whose reactor has stopped."""
    return errors.PoolTerminatedError(
        'the reactor was stopped before this task was done: it carries the tasks of this pool')
