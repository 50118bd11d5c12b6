"""AMP, Twisted's protocol, between a program and a worker of its own; and the worker's end of it.

    the program                              the worker, or a peer that hands on (serving.py)
      Bytes, Bytes ...                  -->  the frames of shim.wire, in slices:
                                        <--  a value of AMP's ends at 65,535 bytes
    of a peer also:                     <--  Started, Ended: so much of its worker

The worker has no reactor.  It lives as any other one does (worker.py), in its main thread and with a
channel that speaks AMP: so a pool in a task is as anywhere else, and nothing but the program's code
handles signals.  What it has written has left the process, so that no death takes it along.
"""
import os

from ampoule.child import AMPChild
from twisted.protocols import amp

from shim import compat, wire
from shim.engines import subproc
from shim.retrying import retry

MOST = 65535            # bytes of a value of AMP's
EAR, MOUTH = 3, 4       # a child's descriptors, as Ampoule has them


def key(name):
    """The name of an argument, as AMP wants it."""
    return name.encode('ascii')


class Bytes(amp.Command):
    """The next bytes of the channel."""

    arguments = [(key('data'), amp.String())]
    requiresAnswer = False


class Started(amp.Command):
    """There is a worker, with that pid."""

    arguments = [(key('pid'), amp.Integer())]
    requiresAnswer = False


class Ended(amp.Command):
    """The worker has ended, with that exit code as Process has it."""

    arguments = [(key('code'), amp.Integer())]
    requiresAnswer = False


class Capacity(amp.Command):
    """How many workers is a peer good for?"""

    response = [(key('workers'), amp.Integer())]


class Sliced(amp.AMP):
    """Either end of a channel."""

    def send_bytes(self, data):
        """Send bytes, however many."""
        for start in range(0, len(data), MOST):
            self.callRemote(Bytes, data=data[start:start + MOST])

    def _bytes(self, data):
        self.came(data)
        return {}

    Bytes.responder(_bytes)

    def came(self, data):
        """Bytes have arrived."""
        raise NotImplementedError


class Child(AMPChild, Sliced):
    """The worker's end: to AMP both protocol and transport, to the worker a blocking socket."""

    disconnecting = False

    def live(self, parent, deaf, captured):
        """The life of a worker; never returns."""
        prepare = subproc.prepare
        if captured:
            prepare = subproc.prepare_captured
        subproc.live(self._connect, None, deaf, parent, prepare)

    def _connect(self, how):
        for pipe in (EAR, MOUTH):
            private(pipe)
        self._come = []
        self.makeConnection(self)
        return self

    def came(self, data):
        self._come.append(data)

    def connectionLost(self, reason):
        """Nothing: recv() finds out.  Ampoule's would stop a reactor."""

    # The transport.

    def write(self, data):
        """Write it, and return when all is written."""
        at = 0
        while at < len(data):
            at += retry(os.write, MOUTH, compat.view(data, at, wire.SLICE))

    def loseConnection(self):
        """What came made no sense."""
        os._exit(1)

    def getPeer(self):
        """What to call the other end in a log."""
        return 'the program'

    def getHost(self):
        """What to call this one."""
        return 'worker %d' % os.getpid()

    # The socket.

    def fileno(self):
        """What to poll."""
        return EAR

    def recv(self, size):
        """Wait for bytes; none at the end."""
        while not self._come:
            data = retry(os.read, EAR, wire.SLICE)
            if not data:
                return data
            self.dataReceived(data)
        data, self._come = wire.EMPTY.join(self._come), []
        # No poll tells of what is left here, so a worker takes all; but not who reads the first frame.
        if len(data) > size and size < wire.LONG:
            data, self._come = data[:size], [data[size:]]
        return data

    def send(self, data):
        """Send some bytes; returns how many."""
        data = data[:MOST].tobytes()
        self.callRemote(Bytes, data=data)
        return len(data)


def private(descriptor):
    """Keep it from programs that a task starts."""
    if hasattr(os, 'set_inheritable'):      # 3.4 on
        os.set_inheritable(descriptor, False)
    else:
        compat.cloexec(descriptor)
