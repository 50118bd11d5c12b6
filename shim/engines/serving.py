"""Workers for programs on other computers: what `python -m shim serve ampoule` runs.

    a program's pool -- AMP in TLS --> Host, Served -- AMP in pipes --> Child

A connection is a worker's: its first bytes start it, and the end of the one ends the other.  Nothing
is heard of who has not shown a certificate of the authority's.
"""
import sys

from OpenSSL import SSL
from twisted.internet import protocol, reactor

from shim.engines import amps, reactors, starters, tls

PATIENCE = 30           # seconds in which who has connected must have said something


class Host(amps.Sliced):
    """A connection."""

    served = None
    lost = False                # it has ended

    def __init__(self, workers, peer):
        amps.Sliced.__init__(self)
        self.workers, self.peer = workers, peer
        self._silence = None

    def connectionMade(self):
        tls.keep_alive(self.transport)
        self._silence = reactor.callLater(PATIENCE, self.transport.abortConnection)
        self._heard = False

    def hear(self):
        """It is one of ours: nobody else gets as far."""
        if not self._heard:
            self._heard = True
            self._silence.cancel()

    def _capacity(self):
        self.hear()
        return {'workers': self.workers}

    amps.Capacity.responder(_capacity)

    def came(self, data):
        self.hear()
        if self.served is None:
            self.served = Served(self)
            self.served.open()
            self.callRemote(amps.Started, pid=self.served.pid)
        self.served.send_bytes(data)

    def connectionLost(self, reason):
        amps.Sliced.connectionLost(self, reason)
        self.lost = True
        if self.served is not None:
            self.served.signal('KILL')
        if not self._heard:
            if self._silence.active():
                self._silence.cancel()
            if reason.check(SSL.Error):
                sys.stderr.write('shim: refused %s: %s\n' % (
                    self.peer, reason.getErrorMessage()))


class Served(starters.Manned):
    """The worker of a connection."""

    captured = True

    def __init__(self, host):
        starters.Manned.__init__(self)
        self.loop, self.host = reactors.Loop(), host

    def came(self, data):
        if not self.host.lost:
            self.host.send_bytes(data)

    def ended(self, code):
        """It has ended, with that exit code."""
        if not self.host.lost:
            self.host.callRemote(amps.Ended, code=code)
            self.host.transport.loseConnection()


class Hosts(protocol.Factory):
    """Makes a Host of each connection."""

    noisy = False

    def __init__(self, workers):
        self.workers = workers

    def buildProtocol(self, address):
        return Host(self.workers, address.host)


def serve(credentials, port, host, workers):
    """Serve until the process is told to end."""
    listening = reactor.listenSSL(port, Hosts(workers), credentials.serving(), interface=host)
    sys.stdout.write('shim: serving %d workers on %s:%d\n' % (
        workers, host or '*', listening.getHost().port))
    sys.stdout.flush()
    reactor.run()
