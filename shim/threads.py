"""Threads of shim's own: daemons, started so that neither a signal nor a fork breaks the start.

In a sub-interpreter, which may have none, they are no daemons: see shim.ending.
"""
import sys
import threading

from shim import compat

LOST = ('a signal handler has raised an exception that is lost, as a thread was just being started'
        ' and threading of 2.6 hides it')


class Thread(threading.Thread):
    """A daemon thread.  start() raises what a signal handler does while it starts one.

    From 2.6 on the start that fails forgets the thread, which may have begun and be past that: then
    a KeyError hides what the handler raised.  The look for the thread is our chance to see it, but
    not on 2.6, where a lock is held meanwhile.
    """

    _handled = None

    def __init__(self, target, args, name):
        threading.Thread.__init__(self, target=target, args=args, name=name)
        if hasattr(threading.Thread, 'daemon'):     # 2.6 on; setDaemon() warns from 3.10 on
            self.daemon = compat.DAEMONS
        else:
            self.setDaemon(True)
        self._begun = None
        if not compat.START_WAITS:
            self._begun = threading.Event()

    if compat.START_FORGETS:
        def __hash__(self):
            self._handled = sys.exc_info()[1]
            return threading.Thread.__hash__(self)

    def start(self):
        """Start it; it has begun when this returns."""
        try:
            threading.Thread.start(self)
        except KeyError:
            if sys.exc_info()[1].args != (self,):
                raise
            raise self._handled or RuntimeError(LOST)
        if self._begun is not None:
            self._begun.wait()

    def run(self, system=sys):
        """What it is there for."""
        if self._begun is not None:
            self._begun.set()
        try:
            threading.Thread.run(self)
        except:     # noqa: E722
            # Until 3.3 daemons go on while the interpreter ends and takes the modules' contents
            # away, this one's, too: what it does then fails, and there is nobody to tell.
            if system.path is not None:
                raise


def start(target, args, name):
    """Start a daemon thread that calls target(*args); returns it."""
    made = Thread(target, args, name)
    made.start()
    return made
