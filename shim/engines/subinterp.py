"""Workers are sub-interpreters of this process, with a GIL each: from CPython 3.14 on.

    a thread of this process                   in the sub-interpreter, the same thread
      a socketpair; the number of one end   -> serve(): the Worker of a process, with a warden
      INIT, as bytes: sys.path, argv, ...   -> prepares __main__ as the stdlib's spawn does
      closes both when that has returned

So all is as with processes but its end: a sub-interpreter that runs the user's code can't be stopped.
Then the crew gives it up, and beside.py lets the program end all the same.
"""
import os
import socket
import sys
import threading
import traceback

from shim import compat, ending, pickling, running, threads, worker
from shim.backfill.process import exit_code_of
from shim.engines import beside, channel, forking, main_module, thread
from shim.engines.crew import Crew
from shim.engines.remote import Remote
from shim.engines.interpreter import PLACES
from shim.waiting import OSErrors

PATIENCE = thread.PATIENCE
START = 'import sys; sys.path[:] = %r + [each for each in sys.path if each not in %r]'
REFUSES = 'does not support loading in subinterpreters'
REMEDY = (". This module refuses sub-interpreters, and so the context 'interpreter' can not run what"
          " needs it: take another context, such as 'spawn' or 'thread'")


# In the parent.

class Interpreter(object):
    """A sub-interpreter in a thread of its own, with the names that Process has.

    life(*args), a function of this module, is called in there and returns the exit code; then
    after() is called here.
    """

    daemon, exitcode, given_up = True, None, False

    def __init__(self, name, life, args, after=int):
        self.pid, self.name = os.getpid(), name
        # An error of the system's, here rather than in the thread.
        from concurrent import interpreters
        self._made = interpreters.create()
        beside.begins(self)
        try:
            self.thread = threads.start(self._run, (life, args, after), name)
        except:
            self._close()
            raise

    def is_alive(self):
        return self.exitcode is None

    def join(self, timeout=None):
        self.thread.join(timeout)

    def kill(self):
        """Let nobody wait for it any more: it can't be stopped."""
        self.given_up = True

    def _run(self, life, args, after):
        compat.mask_interrupts()
        code = 1
        try:
            try:
                getattr(self._made, 'exec')(START % (PLACES, PLACES))
                code = self._made.call(life, *args)
            except:     # noqa: E722
                sys.stderr.write('%s:\n%s' % (self.name, traceback.format_exc()))
        finally:
            self._close()
            self.exitcode = code
            after()

    def _close(self):
        try:
            self._made.close()
        finally:
            beside.ended(self)


class Inner(Remote):
    """A worker in a sub-interpreter."""

    def start(self, number, engine):
        name, info = engine.worker_name % number, engine.info(number)
        forking.alone(self._start, name, info, engine)

    def _start(self, name, info, engine):
        self.sock, self._far = channel.pair(engine.tcp)
        forking.register(self.sock)
        forking.register(self._far)
        self.sock.setblocking(False)
        try:
            self.process = Interpreter(name, serve, (self._far.fileno(), info), self._over)
        except:
            self._over()
            raise

    def _over(self):
        forking.forget(self._far)

    def gone(self):
        return not self.process.is_alive() or self.process.given_up

    def terminate(self):
        """The end of its channel: it begins nothing more."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSErrors:        # it has just ended
            pass

    def kill(self):
        self.process.kill()

    def close(self):
        Remote.close(self)
        if self.process is not None and not self.process.is_alive():
            self.process.join(PATIENCE)


class Spawning(object):
    """What multiprocessing pickles for: descriptors are this process', and so the same in there."""

    class DupFd(object):
        """A descriptor: who takes it gets one of its own."""

        def __init__(self, number):
            self.number = number

        def detach(self):
            return os.dup(self.number)

    def duplicate_for_child(self, number):
        return number


def packed(name, identity, daemon, begin, what, unblock):
    """What the sub-interpreter has to know, pickled.  begin: what() it starts with."""
    context = compat.multiprocessing.context
    context.set_spawning_popen(Spawning())
    try:
        begin = pickling.dumps_for_start(begin, what)
    finally:
        context.set_spawning_popen(None)
    return pickling.dumps({
        'main': main_module.describe_inside(name, identity, daemon), 'begin': begin,
        'unblock': unblock}, 'the state of the program')


class InterpreterEngine(Crew):
    """Tasks run in sub-interpreters."""

    worker_name = 'InterpreterPoolWorker-%d'
    unlimited = thread.ThreadEngine.unlimited

    def __init__(self, *args, **kwds):
        Crew.__init__(self, *args, **kwds)
        self.tcp, self.has_main = channel.wants_tcp(), main_module.importable()

    def info(self, number):
        """What a worker has to know; anew for each, as what it starts with may hold descriptors."""
        return packed(self.worker_name % number, (number,), True, (self.initializer, self.initargs),
                      'the initializer with its arguments', self.unblock)

    def hire(self, number):
        return self.begin(Inner(), number)


class Popen(thread.Popen):
    """A sub-interpreter as a Process has it: see shim.backfill.process."""

    def _start(self, process):
        info = packed(process.name, process._identity, process.daemon, (process, None),
                      'the process', False)
        self._inner = Interpreter(process.name, run, (info,), self._ended)
        self._thread = self._inner.thread

    def _ended(self):
        self._code = self._inner.exitcode
        self._over.fire()
        self._show()

    def terminate(self):
        if self._code is None:
            raise NotImplementedError(
                'a sub-interpreter cannot be ended from outside: let it look at an Event now and'
                ' then, or use another context')

    kill = interrupt = terminate


# In the sub-interpreter.

def prepare(info):
    """Make this one look like one of that program; returns (begin, args, unblock)."""
    from multiprocessing import queues
    sys.stdin = open(os.devnull)
    queues.threading = Undaemonic()
    ending.before_threads()
    info = pickling.loads(info)
    main_module.prepare(info['main'])
    return pickling.loads(info['begin']) + (info['unblock'],)


def serve(number, info):
    """The life of a worker; returns its exit code."""
    sock = socket.socket(fileno=number)
    try:
        sock.setblocking(True)
        inside = Inside(sock)
        try:
            initializer, initargs, unblock = prepare(info)
        except:     # noqa: E722  the program's main module may do anything
            inside.failed()
            return 1
        return int(not inside.serve(initializer, initargs, unblock))
    finally:
        sock.detach()       # the parent's: it closes it


def run(info):
    """The life of a Process; returns its exit code."""
    made = []

    def begin():
        made.append(prepare(info)[0])

    code = exit_code_of(begin, 'in a sub-interpreter')
    if made:
        code = made[0]._bootstrap()
    running.flush_streams()
    return code


class Undaemonic(object):
    """threading, as multiprocessing's queues are to see it: no thread may be a daemon in here."""

    def __getattr__(self, name):
        return getattr(threading, name)

    def Thread(self, *args, **kwds):
        return threading.Thread(*args, **dict(kwds, daemon=False))


class Inside(worker.Worker):
    """A worker that is a part of its parent's process."""

    def __init__(self, sock):
        worker.Worker.__init__(self, sock, compat.getppid())

    def serve(self, initializer, initargs, unblock):
        try:
            return worker.Worker.serve(self, initializer, initargs, unblock)
        finally:
            self.give_up()
            self.alarm.wake()
            self.warden.join()

    def give_up(self):
        self.over = True

    def orphaned(self):
        return False

    def own_interrupts(self):
        pass        # they are the main interpreter's

    def remark(self, error):
        # What else an exception's own code may do is not for us to find out.
        if not isinstance(error, ImportError) or not isinstance(error.msg, str):
            return
        if REFUSES in error.msg and REMEDY not in error.msg:
            error.msg = error.msg.rstrip() + REMEDY
            error.args = (error.msg,)
