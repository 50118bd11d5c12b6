"""Workers on other computers: those of `python -m shim serve ampoule` (serving.py), by TLS.

What a worker is to the pool it is here, too (ampoules.py), but for the program: no worker has it,
so that what is in __main__ travels whole, with cloudpickle.
"""
import os
import socket
import sys

from twisted.internet import protocol
from twisted.protocols import amp

from shim import compat, errors, logs, pickling, wire
from shim.backfill.process import current_process
from shim.engines import amps, main_module, tls
from shim.engines.ampoules import AmpouleEngine, Hired, ToWorker
from shim.engines.roster import rests
from shim.waiting import Signal

PATIENCE = 15           # seconds that a peer may take to connect, or to answer
BEGINS = 'shim: the pool begins without a peer: %s'
clock = compat.monotonic


class Peer(object):
    """A computer with workers, by 'host:port'."""

    workers, down = 1, None     # how many it is good for; when it failed last

    def __init__(self, text):
        host, colon, port = text.strip().rpartition(':')
        if not colon or not port.isdigit():
            raise ValueError('peers: %r is not host:port' % (text,))
        self.name, self.host, self.port = text.strip(), host.strip('[]'), int(port)

    def resolve(self):
        """Look its address up: not by the reactor, whose threads would outlive the program."""
        try:
            found = socket.getaddrinfo(self.host, self.port, 0, socket.SOCK_STREAM)
        except (socket.error, socket.gaierror):
            raise errors.PoolError('peers: %s: %s' % (self.name, sys.exc_info()[1]))
        # That is what a peer listens on, unless told otherwise.
        self.address = ([each for each in found if each[0] == socket.AF_INET] + found)[0][4][0]


class Once(protocol.ClientFactory):
    """Connects a protocol that there is, or tells failed(exception)."""

    noisy = False

    def __init__(self, made, failed):
        self.made, self.failed = made, failed

    def buildProtocol(self, address):
        return self.made

    def clientConnectionFailed(self, connector, reason):
        self.failed(reason.value)


class Question(amp.AMP):
    """Asks a peer how many workers it is good for."""

    def __init__(self, told):
        amp.AMP.__init__(self)
        self.told = told

    def connectionMade(self):
        asked = self.callRemote(amps.Capacity)
        asked.addCallbacks(lambda answer: self.told(answer['workers']),
                           lambda failure: self.told(failure.value))
        asked.addCallback(lambda answer: self.transport.loseConnection())

    def give_up(self):
        """Wait for no answer any more."""
        if self.transport is not None:
            self.transport.abortConnection()


class ToPeer(ToWorker):
    """What the program has of a worker of a peer: a connection, which is the worker's."""

    _unwanted = False
    _limit = None               # what ends it if the peer says nothing

    def __init__(self, worker):
        ToWorker.__init__(self, worker)
        self._before = []       # what is to be sent once it is connected

    def open(self):
        """Connect."""
        self.worker.engine.connect_to(self.worker.peer, self, self._failed)

    def connectionMade(self):
        tls.keep_alive(self.transport)
        before, self._before = self._before, None
        if self._unwanted:
            self.transport.abortConnection()
            return
        self._limit = self.loop.reactor.callLater(PATIENCE, self.transport.abortConnection)
        for data in before:
            self.send_bytes(data)

    def _heard(self):
        limit, self._limit = self._limit, None
        if limit is not None and limit.active():
            limit.cancel()

    def send_bytes(self, data):
        if self._before is None:
            ToWorker.send_bytes(self, data)
        else:
            self._before.append(data)

    def _failed(self, error):
        self.worker.ended(None, errors.PoolError('%s: %s' % (
            self.worker.peer.name, errors.described(error))))

    def connectionLost(self, reason):
        self._heard()
        ToWorker.connectionLost(self, reason)
        self._failed(reason.value)

    def _started(self, pid):
        self._heard()
        self.worker.started(pid)
        return {}

    amps.Started.responder(_started)

    def _ended(self, code):
        self.ended(code)
        return {}

    amps.Ended.responder(_ended)

    def signal(self, name):
        """Have the worker end: its peer kills it when nobody is there for it."""
        self._unwanted = True
        self.loop.call(self._abort)

    def _abort(self):
        if self._before is not None:
            self.worker.ended(None)     # it has not begun, and will not
        elif self.transport is not None:
            self.transport.abortConnection()

    def look(self):
        """Nothing: the connection tells."""


class OfPeer(Hired):
    """A worker of a peer."""

    link_class = ToPeer
    _silent = False             # it ended without a word

    def __init__(self, engine, number):
        self.peer = engine.emptiest()
        Hired.__init__(self, engine, number)

    def ended(self, code, error=None):
        if self.pid is None and error is not None:
            self.peer.down = clock()
        Hired.ended(self, code, error)

    def drain(self):
        frames = Hired.drain(self)
        if self.eof and self.exitcode is None and not self._silent:
            # Its last words may have ended with its peer, or on the way: any of its tasks may have begun.
            self._silent = True
            frames.append((wire.BEGUN, None))
        return frames


class PeersEngine(AmpouleEngine):
    """Tasks run with peers: options `peers`, `certificate`, `key`, `authority`.

    Without these, with those of SHIM_AMPOULE_PEERS (separated by commas), _CERTIFICATE and so on.
    """

    hired_class, has_main = OfPeer, False

    def __init__(self, size, *args, **kwds):
        self.given = size is not None
        AmpouleEngine.__init__(self, size, *args, **kwds)

    def _option(self, name):
        found = self.options.get(name) or os.environ.get('SHIM_AMPOULE_' + name.upper())
        if not found:
            raise ValueError('ampoule: workers of peers need %s=, or SHIM_AMPOULE_%s' % (
                name, name.upper()))
        return found

    def prepare(self):
        self._begin = pickling.dumps((self.initializer, self.initargs),
                                     'the initializer with its arguments', True)
        named = self._option('peers')
        if not isinstance(named, (list, tuple)):
            named = named.split(',')
        self.peers = [Peer(text) for text in named]
        paths = [self._option(name) for name in tls.OPTIONS]
        try:
            self._credentials = tls.Credentials(*paths)
        except Exception:       # of many kinds: no such file, no such format, the wrong key
            raise ValueError('ampoule: the certificates are not to be used: %s' % (
                errors.described(errors.current()),))
        unknown = {}
        for peer in self.peers:
            try:
                peer.resolve()
            except errors.PoolError:
                unknown[peer] = errors.current()
        if len(unknown) == len(self.peers):
            raise list(unknown.values())[0]
        self.peers = [peer for peer in self.peers if peer not in unknown]
        for error in unknown.values():
            logs.report('WARNING', BEGINS, error)
        # In the reactor's thread all peers are taken as equal.
        if not self.loop.here():
            self._ask_all()
            if not self.given:
                self.asked = self.size = sum([peer.workers for peer in self.peers])
        elif not self.given:
            raise RuntimeError('ampoule: in the thread of the reactor nobody can wait for the peers'
                               ' to tell how many workers they have: give the number of processes')

    def connect_to(self, peer, made, failed):
        """Connect a protocol to a peer; in the reactor's thread."""
        reactor = self.loop.reactor
        reactor.connectTCP(peer.address, peer.port, self._credentials.to(
            peer.host, Once(made, failed), reactor), timeout=PATIENCE)

    def _ask_all(self):
        answers, asked = dict([(peer, Signal()) for peer in self.peers]), []

        def ask(peer):
            def told(answer):
                answers[peer].answer = answer
                answers[peer].fire()
            try:
                asked.append(Question(told))
                self.connect_to(peer, asked[-1], told)
            except Exception:
                told(errors.current())
        for peer in self.peers:
            self.loop.call(ask, peer)
        end, silent = clock() + PATIENCE, []
        for peer in self.peers:
            answer = 'no answer within %d seconds' % PATIENCE
            if answers[peer].wait_for(max(0, end - clock())):
                answer = answers[peer].answer
            if isinstance(answer, int):
                peer.workers = max(1, answer)
                continue
            if isinstance(answer, Exception):
                answer = errors.described(answer)
            peer.down = clock()
            silent.append('%s: %s' % (peer.name, answer))
        for question in asked:
            self.loop.call(question.give_up)
        if len(silent) == len(self.peers):
            raise errors.PoolError('no peer has workers for this pool: ' + '; '.join(silent))
        for text in silent:
            logs.report('WARNING', BEGINS, text)

    def emptiest(self):
        """The peer with the fewest lanes for each of its workers."""
        taken = dict.fromkeys(self.peers, 0)
        for slot in self.slots:
            if slot.eof is None:
                taken[slot.worker.peer] += 1
        return sorted(self.peers, key=lambda each: (
            rests(each.down), float(taken[each] + 1) / each.workers))[0]

    def describe(self, name, identity):
        authkey = main_module.str_of(getattr(current_process(), 'authkey', None))
        return {'name': name, 'identity': identity, 'daemon': True, 'pid': os.getpid(),
                'authkey': authkey, 'sys_path': None}
