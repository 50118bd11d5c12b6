"""Workers are new interpreters, started by the subprocess module: wherever that works.

    parent                                       python -c "... serve()"
      socketpair, one end as the child's fd 0 -> moved up; fd 0 becomes the null device, so that
                                                 a task's print still reaches the user's stdout
      or SHIM_CHANNEL=tcp: a port and two        connects; each side shows one token and checks
      tokens on the child's stdin             -> the other
      INIT: sys.path, argv, the program, ...  -> prepares __main__ as the stdlib's spawn does

An executable that is another interpreter than this one is abroad.py's affair.
"""
import os
import socket
import subprocess
import sys

from shim import compat, pickling, pids, wire, worker
from shim.backfill.process import Polled
from shim.engines import channel, forking, interpreter, main_module, netty
from shim.engines.crew import Crew
from shim.engines.passed import Given, collected
from shim.engines.remote import Remote
from shim.retrying import retry
from shim.waiting import OSErrors, poll

SHAKE = 5.0         # seconds that a connection may take to show its token ...
SHOWN = 0.5         # ... to the loop, which does nothing else meanwhile: it is shown at once
# No script is given by its path: its folder would come first on sys.path, as the current one does
# with -c.  INIT brings the parent's sys.path.
START = ("import sys; sys.path[:] = %r + [entry for entry in sys.path if entry]; "
         "from shim.engines.subproc import serve; serve(%r, %r, %r)")


class Child(pids.Signalled, subprocess.Popen):
    """A Popen with the names that Process has."""

    exitcode = property(lambda self: self.poll())
    name, daemon = None, True

    if compat.java_semaphore is not None:
        def poll(self):     # Java tells signals as shells do
            code = subprocess.Popen.poll(self)
            if code is not None and 128 < code < 160:
                code = 128 - code
            return code

    def is_alive(self):
        return self.poll() is None

    def join(self, timeout=None):
        if timeout is None:
            self.wait()


class Spawned(Remote):
    """A worker in a new interpreter."""

    _listening = _served = None

    def start(self, number, engine):
        info = engine.info(number)      # may refuse: before there is a process
        try:
            forking.alone(self._start, engine)
        except:
            self.close()
            raise
        self.process.name = engine.worker_name % number
        self._outbox.put(self.frame(wire.INIT, info))

    def _start(self, engine):
        if engine.tcp:
            self._start_tcp(engine)
        else:
            self._start_pair(engine)

    def _start_pair(self, engine):
        self.sock, far = channel.pair()
        forking.register(self.sock)
        self.sock.setblocking(False)
        try:
            self._popen(engine, far)
        finally:
            far.close()

    def _start_tcp(self, engine):
        line = self._listen()
        self._popen(engine, subprocess.PIPE)
        self.process.stdin.write(line.encode('ascii'))
        self.process.stdin.close()

    def _listen(self, host='127.0.0.1'):
        """Wait for the worker to connect; returns what it is to be told for that, as a line."""
        self._listening = self.sock = channel.listen(host)
        forking.register(self.sock)
        self.sock.setblocking(False)
        self._theirs, self._ours = channel.token(), channel.token()
        return '%s %d %s %s\n' % (host, self.sock.getsockname()[1], self._theirs, self._ours)

    def _popen(self, engine, stdin):
        deaf, passed = compat.deaf_start(engine.unblocks), engine.passed

        def keeping():
            passed.keep()
            (deaf or int)()

        self.process = Child(engine.command(deaf is not None), stdin=stdin,
                             close_fds=os.name == 'posix' and not passed,
                             preexec_fn=[deaf, keeping][bool(passed)], env=engine.environment())

    # Until the worker has connected, the channel is the listening socket.

    def flush(self):
        return self._listening is None and Remote.flush(self)

    def receive(self):
        if self._listening is None:
            if self._served is not None:    # not before: the crew was still watching it
                self._close_listening()
            return Remote.receive(self)
        try:
            made = channel.accept(self._listening)
        except OSErrors:
            return []
        if not channel.shake(made, self._ours, self._theirs, SHOWN, first=False):
            made.close()        # somebody else on this machine
            return []
        netty.accepted(self._listening, made)
        made.setblocking(False)
        forking.alone(forking.register, made)
        self.sock, self._served, self._listening = made, self._listening, None
        return []

    def close(self):
        self._close_listening()
        Remote.close(self)

    def _close_listening(self):
        for sock in (self._listening, self._served):
            if sock is not None and sock is not self.sock:
                forking.forget(sock)
        self._served = None


class Alike(object):
    """How the same interpreter is started again: for a pool and for a Process."""

    unblocks = True     # it can unblock a signal, if this one can block it
    speaking = ()       # how frames are written and read, if not as this one's
    environment = staticmethod(lambda: None)
    collected = staticmethod(collected)

    def settle(self):
        """Decide what is started, and what its channel is."""
        self.tcp, self.executable = channel.wants_tcp(), main_module.executable()

    def command(self, deaf):
        """The command line; deaf: Ctrl-C is ignored until the worker says otherwise."""
        return [self.executable] + interpreter_flags() + [
            '-c', START % (interpreter.PLACES, self.tcp, deaf, os.getpid())]

    def described(self, name, identity, daemon=True):
        """What it has to know of the program."""
        return pickling.dumps(
            main_module.describe(name, identity, daemon), 'the state of the program')


class Popen(Alike, Polled, Spawned):
    """A new interpreter as a Process has it: see shim.backfill.process."""

    worker_name = 'Process-%d'

    def __init__(self, process):
        self.settle()
        Spawned.__init__(self, *self.speaking)
        self._begin, self.passed = process, self.collected()
        try:
            self.start(process._identity[-1], self)
        finally:
            if self.passed is not None:
                self.passed.close()
            self._begin = self.passed = None
        while self._listening is not None and self.process.poll() is None:
            poll(self.sock, 0.1)
            self.receive()
        self.sock.setblocking(True)
        self.flush()
        self.pid, self.sentinel = self.process.pid, self.sock.fileno()
        self.poll, self.terminate = self.process.poll, self.process.terminate
        self.kill, self.interrupt = self.process.kill, self.process.interrupt

    def info(self, number):
        process = self._begin
        return (self.described(process.name, process._identity, process.daemon),
                self._pickled(process), None)

    def _pickled(self, process):
        if not hasattr(process, '_config'):
            return pickling.dumps_for_start(
                (bootstrap, (process,)), 'the process', self.passed)
        # One of multiprocessing's: its authkey is pickled only so, and connections ask for these.
        context = compat.multiprocessing.context
        context.set_spawning_popen(self)
        try:
            return pickling.dumps_for_start((bootstrap, (process,)), 'the process', self.passed)
        finally:
            context.set_spawning_popen(None)

    duplicate_for_child, DupFd = staticmethod(pickling.pass_on), Given


def started(process):
    """A Popen for that Process."""
    if interpreter.another(main_module.executable()) is None:
        return Popen(process)
    from shim.engines.abroad import AbroadPopen
    return AbroadPopen(process)


def bootstrap(process):
    """What a Process does in its new interpreter; returns its exit code."""
    if hasattr(compat.multiprocessing, 'parent_process'):
        from shim.backfill import parent
        parent.need_no_sentinel()
    return process._bootstrap()


def interpreter_flags():
    """The options that this interpreter was started with, for the new one."""
    try:
        return subprocess._args_from_interpreter_flags()
    except AttributeError:      # until 2.7; Jython asks for flags that it has not
        return []


def serve(tcp, deaf, parent):
    """The life of a worker in a new interpreter; never returns."""
    live(open_channel, tcp, deaf, parent)


def prepare(served, told):
    """Make this interpreter one of the program's."""
    main_module.prepare(pickling.loads(told))


def prepare_captured(served, told):
    """The same where stdin and stdout are somebody else's: what it prints travels."""
    served.capture()
    prepare(served, told)


def live(connect, how, deaf, parent, prepare=prepare, *speaking):
    """The same; connect(how) returns its channel, prepare(worker, told) comes before what it does.

    speaking: what a Worker writes frames with, and reads them.
    """
    code = 1
    try:
        sock = connect(how)
        served = worker.Worker(sock, compat.getppid(), *speaking)
        head = channel.read(sock, wire.HEAD)
        frames = served.inbox.feed(head + channel.read(sock, wire.body_length(head)))
        told, begin, unblock = frames[0][1]
        try:
            prepare(served, told)
            begin, args = pickling.loads(begin)
        except:     # noqa: E722  the program's main module may do anything
            if unblock is None:
                raise
            served.failed()
        else:
            if deaf:
                compat.hear_interrupts()
            if unblock is None:
                code = begin(*args)
            else:
                code = int(not served.serve(begin, args, unblock))
    except EOFError:        # the parent gave up
        pass
    except OSErrors:
        if compat.getppid() in (parent, None):      # else it is gone: there is nobody to tell
            raise
    worker.leave(code)


def open_channel(tcp):
    """The channel, and the null device in place of what was fd 0."""
    if tcp:
        line = retry(sys.stdin.readline)
        if not line:
            raise EOFError
        sock = connect_back(line)
    else:
        sock = socket.fromfd(0, socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(True)
        compat.cloexec(sock)
        forking.register(sock)
    if hasattr(os, 'dup2'):
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
    else:       # Jython
        sys.stdin = open(os.devnull)
    return sock


def connect_back(line):
    """A channel to who listens with that line: see Spawned._listen()."""
    host, port, ours, theirs = line.split()
    sock = channel.connect(int(port), host)
    if not channel.shake(sock, ours, theirs, SHAKE, first=True):
        raise EOFError
    forking.register(sock)
    return sock


class SubprocessEngine(Alike, Crew):
    """Tasks run in new interpreters."""

    worker_name = 'SubprocessPoolWorker-%d'

    def __init__(self, *args, **kwds):
        Crew.__init__(self, *args, **kwds)
        self.settle()
        self.has_main, self.passed = main_module.importable(), self.collected()
        self._begin = self.pickled_start()

    def fitting(cls, options):
        if interpreter.another(main_module.executable()) is None:
            return cls
        from shim.engines.abroad import AbroadEngine
        return AbroadEngine

    fitting = classmethod(fitting)

    def pickled_start(self):
        """The initializer, as a new interpreter gets it."""
        return pickling.dumps_for_start(
            (self.initializer, self.initargs), 'the initializer with its arguments', self.passed)

    def end_all(self):
        Crew.end_all(self)
        if self.passed is not None:
            self.passed.close()

    def info(self, number):
        """What the new interpreter has to know."""
        return self.described(self.worker_name % number, (number,)), self._begin, self.unblock

    def hire(self, number):
        return self.begin(Spawned(*self.speaking), number)
