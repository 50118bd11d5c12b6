"""Workers on other machines, started by the ppservers of Parallel Python there.

    parent                                      a node: ppserver.py -s SECRET
      greets it, in pp's own words: is the
      secret right, how many cpus are there?
      a job for pp: start() ------------------> starts a new interpreter, waits for its end, and
      listens, on the address by which it   <-- returns the exit code; the interpreter connects back,
      reaches the node                          with a token, and serves as any other does

So a node runs a job for each worker and nothing else, and its own processes stay as they are; what dies
is a process whose exit code the job tells.  Tasks never pass through pp, which would give those
of a node that breaks down to another one.  What travels is as open to the network as pp's own jobs.
"""
import os
import socket
import struct
import subprocess
import sys
import threading
import traceback

from shim import compat, errors, pickling, threads, wire
from shim.engines import (
    abroad, channel, dialect, interpreter, main_module, parallel, roster, subproc)
from shim.engines.crew import Crew
from shim.waiting import OSErrors, Signal

try:
    from hashlib import sha1
except ImportError:     # 2.4
    from sha import sha as sha1

PATIENCE = 10.0         # seconds for a ppserver to say something
QUEUE = 30.0            # and to run a first job: those of others may have all of its processes
FAREWELL = 0.5          # seconds from the end of the channel to the exit code, or the reverse
# The names of the members of pp.Server that are nobody's business: in all of 1.6.4 to 1.7.8.
CONNECTIONS, STATISTICS = ('_Server__rworkers', '_Server__rworkers_reserved'), '_Server__stats'
clock = compat.monotonic
START = interpreter.LOAD + '''
from shim.engines.nodes import serve
serve(*sys.argv[3:])
'''


class Node(object):
    """A ppserver: where it is, how many cpus it has, which Python it is."""

    def __init__(self, address, secret):
        host, port = address.split(':')[0], int((address.split(':') + ['60000'])[1])
        self.address, self.pair = '%s:%d' % (host, port), (host, port)
        self.secret, self.taken, self.down = secret, 0, None    # down: when it failed last
        self.threads = []       # of pp's, that wait for jobs
        self.greet()
        self.server = parallel.server_of(0, ppservers=(self.address,), secret=secret)
        try:
            self.python = self.interpreter()
        except:
            self.leave()
            raise

    def greet(self):
        """Find out whether it knows the secret, how many cpus it has, and our address as it sees it."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(PATIENCE)
        try:
            try:
                sock.connect(self.pair)
                receive(sock)           # its version; pp refuses others by itself
                known = receive(sock) + self.secret.encode('ascii')
                send(sock, sha1(known).hexdigest().encode('ascii'))
                if receive(sock) != 'OK'.encode('ascii'):
                    raise errors.AuthenticationError(
                        'the ppserver at %s has another secret' % self.address)
                send(sock, 'STAT'.encode('ascii'))
                self.cpus = int(receive(sock))
                self.seen = sock.getsockname()[0]
            except OSErrors + (EOFError,):
                raise errors.PoolError('no ppserver at %s (%s): start one there: ppserver -s SECRET'
                                       % (self.address, errors.described(errors.current())))
        finally:
            sock.close()

    def interpreter(self):
        """The Python that it is; PoolError if shim is not there."""
        answer = self.run(ask, ())
        if '\n' in answer:
            raise errors.PoolError('the ppserver at %s can not import shim: install poolshim for the'
                                   ' Python that it runs in\n%s' % (self.address, answer))
        return interpreter.Interpreter('at ' + self.address, answer)

    def run(self, function, args):
        """What pp's job returns; PoolError if it does not in time."""
        said, done = [], Signal()

        def tell(result):
            said.append(result)
            done.fire()
        self.server.submit(function, args, callback=tell)
        done.wait_for(QUEUE)
        if not said or said[0] is None:
            raise errors.PoolError(
                'the ppserver at %s has not run a job within %d s: either others keep all of its'
                ' processes busy (ppserver -w N: how many it has), or it is another version of pp'
                % (self.address, QUEUE))
        return said[0]

    def submit(self, args, callback):
        """Have a worker started, in one's parallel.turn()."""
        alive = threading.enumerate()
        self.threads = [each for each in self.threads if each in alive] + parallel.submit(
            self.server, start, args, callback)

    def leave(self):
        """Close the connections.  ppft keeps them as long as the program runs, all that ever were."""
        server = self.server
        ends = [each.rworker for each in getattr(server, STATISTICS).values()
                if getattr(each, 'rworker', None)]
        for name in CONNECTIONS:
            ends += getattr(server, name)
            del getattr(server, name)[:]    # ppft would give the job of a closed one to the next
        server.destroy()
        for each in ends:
            try:
                each.socket.shutdown(socket.SHUT_RDWR)      # a thread may be reading from it
            except OSErrors:
                pass
            each.close()
        parallel.wait_for(self.threads)


def send(sock, data):
    sock.sendall(struct.pack('!Q', len(data)) + data)


def receive(sock):
    return channel.read(sock, struct.unpack('!Q', channel.read(sock, 8))[0])


# What pp runs: their source travels, so they name nothing outside.

def ask():
    """Which Python it is, or a traceback."""
    try:
        from shim.engines import interpreter
        return interpreter.mine()
    except:     # noqa: E722
        import traceback
        return traceback.format_exc()


def start(line, words):
    """The exit code of a worker, or a traceback."""
    try:
        from shim.engines import nodes
        return nodes.host(line, words)
    except:     # noqa: E722
        import traceback
        return traceback.format_exc()


def host(line, words):
    """Start a worker and wait for its end."""
    null = open(os.devnull, 'w')
    try:
        child = subprocess.Popen(
            [sys.executable, '-c', START] + interpreter.PLACES + ['%d' % os.getpid()] + words,
            stdin=subprocess.PIPE, stdout=null, stderr=null, close_fds=os.name == 'posix',
            env=interpreter.environment())
    finally:
        null.close()
    child.stdin.write(line.encode('ascii'))
    child.stdin.close()
    return child.wait()


# In the worker.

def serve(parent, *words):
    """The life of a worker; never returns."""
    speaking = ()
    if words:
        spoken = dialect.spoken(words)
        spoken.adopt()
        speaking = spoken.frame, spoken.load
    subproc.live(subproc.open_channel, True, False, int(parent), prepare, *speaking)


def prepare(served, told):
    """Make this interpreter a worker; nothing of the program is here."""
    told, key = told
    served.capture()
    told = abroad.decoded(told)
    told['authkey'] = key
    sys.path[:0] = told['sys_path']
    main_module.be_worker(main_module.current_process(), told)


# In the parent.

class Distant(object):
    """A process on a node, with the names that Process has."""

    daemon, pid, exitcode, failure = True, None, None, None
    _left = False

    def __init__(self, node, line, words):
        self.node = node
        node.taken += 1
        threads.start(self._submit, (line, words), 'shim-pp')

    def _submit(self, line, words):
        """By a daemon thread: on 2.5 pp's are daemons, too, only if that one is which starts them."""
        lock = parallel.turn()
        lock.acquire()
        try:
            try:
                self.node.submit((line, words), self.ended)
            except:     # noqa: E722  the pool has ended meanwhile
                self.ended(traceback.format_exc())
        finally:
            lock.release()

    def ended(self, said):
        """pp has the job's result: the exit code, a traceback, or None if its worker died."""
        if isinstance(said, int):
            self.exitcode = said
        else:
            self.failure = said or 'the process of the ppserver that started it has died'
            self.exitcode = 1

    def is_alive(self):
        return self.exitcode is None

    def leave(self):
        """Its node has room for another one."""
        if not self._left:
            self._left = True
            self.node.taken -= 1


class Placed(parallel.Hired):
    """A worker on a node."""

    def _start(self, engine):
        node = engine.emptiest()
        self._until = clock() + PATIENCE
        self._ended = None
        self.process = Distant(node, self._listen(node.seen), engine.words)

    def _get_reason(self):
        if self.process.exitcode is None:
            return 'its worker on %s has gone' % self.process.node.address

    reason = property(_get_reason)

    def receive(self):
        frames = subproc.Spawned.receive(self)
        for kind, body in frames:
            if kind == wire.READY:
                self.process.pid = body
        return frames

    def gone(self):
        now = clock()
        if self._listening is not None:
            over = self.process.exitcode is not None or now > self._until
            if over:
                self.process.node.down = now
            return over
        told = self.process.exitcode is not None
        if self._ended is None and (self.eof or told):
            self._ended = now
        return self._ended is not None and (self.eof and told or now - self._ended > FAREWELL)

    def terminate(self):
        """The end of its channel: it ends, whatever it does."""
        self._ended = clock() - FAREWELL
        self.eof = True
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSErrors:
            pass
        self._until = 0

    kill = terminate

    def close(self):
        subproc.Spawned.close(self)
        if self.process is not None:
            self.process.leave()


class NodesEngine(parallel.ParallelEngine):
    """Tasks run in processes on the machines of ppservers."""

    worker_name = 'PPNodePoolWorker-%d'
    workers, start = Crew.workers, Crew.start

    def __init__(self, size, *args):
        self._size = size
        subproc.SubprocessEngine.__init__(self, size, *args)
        self.has_main = False

    def settle(self):
        secret = self.options.get('secret') or os.environ.get('SHIM_PP_SECRET')
        if not secret:
            raise ValueError("pp's own secret is known to everybody: give that of your ppservers"
                             " (option secret, or SHIM_PP_SECRET)")
        self.nodes = []
        try:
            for address in addresses(self.options):
                self.nodes.append(Node(address, secret))
                first, python = self.nodes[0].python, self.nodes[-1].python
                if (python.name, python.version[:2]) != (first.name, first.version[:2]):
                    raise ValueError('the ppservers are of different Pythons: %s, %s' % (first, python))
        except:
            self.leave()
            raise
        here, self.words = interpreter.here(), []
        if (here.name, here.version[:2]) != (first.name, first.version[:2]):
            self.dialect = dialect.with_(first)
            self.speaking, self.words = (self.dialect.frame, self.dialect.load), self.dialect.words()
            self.pack, self.name_of = self.dialect.pack, self.dialect.name_of
        cpus = sum([node.cpus for node in self.nodes])
        self.asked = self._size or cpus
        self.size = min(self.asked, cpus)

    def pickled_start(self):
        dumps = pickling.dumps
        if self.words:
            dumps = self.dialect.dumps
        return dumps((self.initializer, self.initargs), 'the initializer with its arguments', True)

    def described(self, name, identity, daemon=True):
        told = {'name': name, 'identity': identity, 'daemon': daemon, 'pid': os.getpid(),
                'sys_path': list(self.options.get('path', ()))}
        key = main_module.str_of(getattr(main_module.current_process(), 'authkey', None))
        return abroad.encoded(told), key

    def info(self, number):
        return self.described(self.worker_name % number, (number,)), self._begin, False

    def emptiest(self):
        """The node with the most room, of those that work if there are any."""
        return sorted(self.nodes, key=lambda node: (
            roster.rests(node.down), float(node.taken) / node.cpus))[0]

    def hire(self, number):
        return self.begin(Placed(*self.speaking), number)

    def end_all(self):
        subproc.SubprocessEngine.end_all(self)
        self.leave()

    def leave(self):
        for node in self.nodes:
            node.leave()


def addresses(options):
    """Of the ppservers that are to run tasks: a list of 'host:port', empty if there are none."""
    found = options.get('ppservers')
    if found is None:
        found = os.environ.get('SHIM_PPSERVERS', '')
    if not isinstance(found, (list, tuple)):
        found = found.split(',')
    return [each.strip() for each in found if each.strip()]
