"""Workers as Twisted and Ampoule start them, for a pool of this program or for one elsewhere.

Twisted does not notice that a process has ended unless somebody reaps: a signal tells it only where its
reactor runs in the main thread.  So look() does, whenever who needs to know asks; and when a pipe
has ended, until the process has.
"""
import binascii
import os
import pickle
import sys

from ampoule.main import AMPConnector, ProcessStarter
from twisted.internet import error

from shim import compat
from shim.engines import amps, forking, main_module
from shim.engines.roster import FLUSH, LINGER
from shim.engines.subproc import interpreter_flags

AGAIN = 0.01            # seconds from the end of a pipe to the next look at the process
START = ('import sys, signal; %s; import binascii, pickle; '
         'sys.path[:] = pickle.loads(binascii.unhexlify(sys.argv[1])); '
         'from shim.engines.amps import Child; Child().live(%d, %r, %r)')


class Connector(AMPConnector):
    """Hears of a process from Twisted."""

    def __init__(self, proto, name=None):
        AMPConnector.__init__(self, proto, name)
        self.finished.addErrback(lambda failure: None)
        self.over = False       # its exit code is known
        self._later = None      # what is to be called, if nothing happens before
        self._closed = None     # when it closed a pipe

    def _call_later(self, seconds, function):
        self._cancel()
        self._later = self.amp.loop.reactor.callLater(seconds, function)

    def _cancel(self):
        if self._later is not None and self._later.active():
            self._later.cancel()

    def reap(self):
        """Look whether it has ended."""
        if not self.over:
            self.transport.reapProcess()

    def childConnectionLost(self, descriptor):
        """It has closed a pipe: it has ended, or is about to; or a task closed it."""
        if not self.over and self._closed is None:
            self._closed = compat.monotonic()
            self._watch()

    def _watch(self):
        self.reap()
        if not self.over:
            if compat.monotonic() - self._closed > LINGER:
                self.signalProcess('KILL')
            self._call_later(AGAIN, self._watch)

    def processExited(self, reason):
        """It has ended; what it wrote may still be in the pipe, and a child of it hold that open."""
        self.over = True
        self.code = exit_code(reason.value)
        self._call_later(FLUSH, self.loseConnection)

    def processEnded(self, reason):
        """It has ended, and the pipes are read to their end, or closed."""
        self._cancel()
        AMPConnector.processEnded(self, reason)
        self.amp.ended(self.code)


def exit_code(reason):
    """The exit code as Process has it, of Twisted's reason."""
    if isinstance(reason, error.ProcessDone):
        return 0
    if reason.signal is not None:
        return -reason.signal
    return reason.exitCode


class Starter(ProcessStarter):
    """Starts a worker, with the stdout, stderr and environment of this program, on any reactor."""

    connectorFactory = Connector

    def __init__(self, loop, captured):
        deaf = compat.deaf_start() is not None
        ignore = 'pass'
        if deaf:
            ignore = 'signal.signal(signal.SIGINT, signal.SIG_IGN)'
        ProcessStarter.__init__(self, bootstrap=START % (
            ignore, os.getpid(), deaf, captured))
        self.loop = loop

    def startPythonProcess(self, prot, *args):
        """As Ampoule's, which gives it pipes that end in Twisted's log, on the global reactor."""
        program = main_module.executable()
        path = binascii.hexlify(pickle.dumps(list(sys.path), 2)).decode('ascii')
        null = os.open(os.devnull, os.O_RDONLY)
        blocked = compat.mask_interrupts()      # until the worker is able to answer
        try:
            forking.alone(
                self.loop.reactor.spawnProcess, prot, program,
                [program] + interpreter_flags() + ['-c', self.bootstrap, path] + list(args), None,
                childFDs={0: null, 1: 1, 2: 2, amps.EAR: 'w', amps.MOUTH: 'r'})
        finally:
            if blocked is False:
                compat.mask_interrupts('SIG_UNBLOCK')
            os.close(null)
        return prot.amp, prot.finished


class Manned(amps.Sliced):
    """This end of a worker that was started here: used in the reactor's thread, but for signal()."""

    captured = False            # what it prints travels to its program
    connector = None
    _unwanted = None            # the signal that it is to get

    def open(self):
        """Start the worker."""
        Starter(self.loop, self.captured).startAMPProcess(amps.Child, lambda: self)
        # In this order: signal() does it the other way round.
        self.connector = self.transport
        if self._unwanted:
            self.signal(self._unwanted)

    pid = property(lambda self: self.connector.transport.pid)

    def signal(self, name):
        """Have it end, 'TERM' or 'KILL'; called by any thread."""
        self._unwanted = name
        if self.connector is not None:
            try:
                self.connector.signalProcess(name)
            except error.ProcessExitedAlready:
                pass

    def look(self):
        """Find out whether it has ended."""
        if self.connector is not None:
            self.connector.reap()
