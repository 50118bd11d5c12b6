"""Workers are started by job servers of Parallel Python: the module pp, of ppft or of pp itself.

    parent                                       a worker process of pp's
      pp.Server(1).submit(pilot, ...) ---------> pilot() connects back, as any new interpreter by
      listens: see shim.engines.subproc <------- TCP does, and serves until it is told to leave

So pp starts the processes, and what runs in them is one job each: everything else, and every
promise, is the crew's.  Tasks as jobs of their own could not keep these: ppft waits for ever when a
worker dies, and pp returns None; both give a dead worker's job on a remote machine to another one,
so that a task would run twice; neither tells which process has it.

A job server serves one worker: ppft does not know that a worker died, and goes on to give it jobs.
"""
import atexit
import os
import subprocess
import sys
import threading
import traceback

from shim import compat, pids, threads, wire
from shim.engines import interpreter, subproc
from shim.engines.crew import Crew
from shim.waiting import Signal

# The names of the members of pp.Server that are nobody's business: in all of 1.6.4 to 1.7.8.
WORKERS, EXITING = '_Server__workers', '_exiting'
_locks = {}         # {pid: see turn()}: a child by fork has one of its own


def pilot(places, line):
    """What pp runs.  Its source travels, so it names nothing outside; returns why it failed."""
    try:
        import sys
        sys.path[:0] = places
        from shim.engines.parallel import serve
        serve(line)
    except:     # noqa: E722
        import traceback
        return traceback.format_exc()


def serve(line):
    """The life of a worker; never returns."""
    # pp's own code goes on to use the module that it knows as __main__.
    globals()['_main'] = sys.modules['__main__']
    subproc.live(subproc.connect_back, line, False, None, subproc.prepare_captured)


class Job(object):
    """A worker process of pp's, with the names that Process has.

    Its server is made by a thread: that takes as long as an interpreter takes to start.
    """

    name, daemon, pid, failure = None, True, None, None
    _server = _popen = _code = None
    _threads = ()       # of pp's, that wait for the job

    def __init__(self, line):
        self.made = Signal()        # the process is there, or will not be
        self._unwanted = False
        threads.start(self._make, (line,), 'shim-pp')

    def _make(self, line):
        try:
            self._submit(line)
        except:     # noqa: E722  pp does not import, or can't start a process
            self.ended(traceback.format_exc())
            if self.pid is None:
                self._code = 1
        if self._unwanted:
            self.kill()
        self.made.fire()

    def _submit(self, line):
        lock = turn()
        lock.acquire()
        try:
            if self._unwanted:      # meanwhile: nobody waits for one that does not start
                raise EOFError('the pool has ended')
            self._server = server_of(1)
            atexit.register(spare, self._server)
            started = getattr(self._server, WORKERS)[0]
            self.pid, self._popen = started.pid, popen_of(started)
            self._threads = submit(self._server, pilot, (interpreter.PLACES, line), self.ended)
        finally:
            lock.release()

    def ended(self, failure):
        """pp's server has the job's result."""
        self.failure = failure
        self.kill()

    def let_go(self):
        """From now on the server has nothing to do with this process, and starts no other one."""
        if self._server is not None:
            setattr(self._server, EXITING, True)

    def _poll(self):
        if self._code is None and self.pid is not None:
            if self._popen is not None:
                self._code = self._popen.poll()
            else:
                self._code = reap(self.pid)
        return self._code

    exitcode = property(_poll)

    def is_alive(self):
        return self.exitcode is None

    def join(self, timeout=None):
        if self.made.wait_for(timeout) and timeout is None and self._popen is not None:
            self._popen.wait()

    def _signal(self, number):
        self._unwanted = True
        self.let_go()
        if self.pid is not None and self._poll() is None:
            pids.send(self.pid, number)

    def terminate(self):
        self._signal(compat.signal.SIGTERM)

    def kill(self):
        self._signal(compat.SIGKILL)

    def forget(self):
        """Let go of the server; the process has ended."""
        if self._server is None:
            return
        # ppft would kill whatever process has that pid by then, here and when the program ends, and
        # close files that its thread is reading from. They are closed as nobody has them any more.
        started = getattr(self._server, WORKERS)
        started[:] = [each for each in started if hasattr(each, 'proc')]
        self._server.destroy()
        wait_for(self._threads)
        # Their files are closed as they go: pp has this object until the program ends.
        self._poll()
        self._server, self._popen, self._threads = None, None, ()


def turn():
    """Held by who makes a server, or submits a job."""
    return _locks.setdefault(os.getpid(), compat.allocate_lock())


def submit(server, function, args, callback):
    """Have pp run a job, in one's turn(); returns the threads of pp's that wait for its result."""
    others = threading.enumerate()
    server.submit(function, args, callback=callback)
    return [each for each in threading.enumerate() if each not in others and 'run_' in repr(each)]


def wait_for(threads):
    """Let these threads of pp's end: on 2.x the program's end would trip over them."""
    for each in threads:
        each.join(1.0)


def server_of(*args, **kwds):
    """A server of pp's."""
    path = os.environ.get('PYTHONPATH')
    try:
        return __import__('pp').Server(*args, **kwds)
    finally:
        # It puts all of sys.path there, also for whatever the program starts.
        if path is None:
            os.environ.pop('PYTHONPATH', None)
        else:
            os.environ['PYTHONPATH'] = path


def spare(server):
    """The program ends: leave nothing to pp's own function, which comes next.

    It kills by pid, in a child that the program forked, too; and it closes files that pp's threads
    are reading from, which crashes 2.5 or stops it for seconds.  The pool's own end comes after it.
    """
    del getattr(server, WORKERS)[:]


def popen_of(started):
    """The Popen of a process that pp started, or None.

    ppft drops it: then the subprocess module takes the exit code, when it next starts something.
    """
    found = getattr(started, 'proc', None)
    for each in list(getattr(subprocess, '_active', None) or ()):
        if each.pid == started.pid:
            subprocess._active.remove(each)
            found = each
    return found


def reap(pid):
    """The exit code of a child, or None; Remote.gone() finds out if somebody else has it."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except OSError:
        return None
    if found != pid:
        return None
    if os.WIFSIGNALED(status):
        return -os.WTERMSIG(status)
    return os.WEXITSTATUS(status)


class Hired(subproc.Spawned):
    """A worker that pp started."""

    def _start(self, engine):
        self.process = Job(self._listen())

    def receive(self):
        waited = self._listening is not None
        frames = subproc.Spawned.receive(self)
        if waited and self._listening is None:
            self.process.let_go()
        return frames

    def drain(self):
        frames = subproc.Spawned.drain(self)
        if self.process.failure:
            frames.append((wire.FAILED, 'raised\n' + self.process.failure))
        return frames

    def gone(self):
        if not self.process.made.happened:
            return False
        return self.process.pid is None or subproc.Spawned.gone(self)

    def close(self):
        subproc.Spawned.close(self)
        if self.process is not None:
            self.process.forget()


class ParallelEngine(subproc.SubprocessEngine):
    """Tasks run in processes that Parallel Python started."""

    worker_name = 'PPPoolWorker-%d'
    collected = staticmethod(lambda: None)      # another process starts them

    def fitting(cls, options):
        from shim.engines import nodes
        if nodes.addresses(options):
            return nodes.NodesEngine
        return cls      # pp starts the interpreter that it runs in

    fitting = classmethod(fitting)

    def settle(self):
        subproc.SubprocessEngine.settle(self)
        self.tcp = True

    workers = property(lambda self: [
        each for each in Crew.workers.fget(self) if each.pid is not None])

    def start(self):
        subproc.SubprocessEngine.start(self)
        try:
            for slot in list(self.slots):
                slot.worker.process.made.wait_for()
        except:
            self.terminate()
            raise

    def hire(self, number):
        return self.begin(Hired(), number)
