"""Workers are processes of the interpreter's own multiprocessing (before 2.6 the backport's).

So they are Processes as the stdlib's Pool has them, and what multiprocessing hands down to a child
is there: locks, queues and values in initargs, with fork also an initializer that is a lambda.
"""
import os
import sys

from shim import compat, frozen, worker
from shim.engines import channel, forking, main_module
from shim.engines.crew import Crew
from shim.engines.remote import Remote


class Child(Remote):
    """A worker made by multiprocessing."""

    def start(self, number, engine):
        forking.alone(self._start, engine)

    def _start(self, engine):
        self.sock, far = channel.pair(engine.tcp)
        try:
            forking.register(self.sock)
            self.sock.setblocking(False)
            self.process = self._process(far, engine)
            compat.before_fork()
            try:
                start_daemon(self.process)
            finally:
                compat.after_fork()
        finally:
            far.close()

    def _process(self, far, engine):
        made = engine.context.Process(target=engine.serve, args=(
            far, os.getpid(), engine.initializer, engine.initargs, engine.unblock))
        made.name = made.name.replace('Process', 'PoolWorker')
        return made

    def close(self):
        Remote.close(self)
        if self.process is not None:
            compat.release(self.process)


def start_daemon(process):
    """Start a daemon, even from a daemon: a pool within a task of a pool.

    The stdlib forbids it as the inner ones might outlive the outer one; ours look for their parent.
    """
    me = compat.multiprocessing.current_process()
    config = getattr(me, '_config', None)
    if config is not None:      # 3.3 on
        daemon = config.get('daemon', False)
        config['daemon'] = False
    else:
        daemon, me._daemonic = me._daemonic, False
    try:
        # daemon= is 3.3+, the attribute 2.6+; in the backport, too
        process.daemon = True
        process.start()
        # Not among active_children(): a child that the program forks would end them with itself.
        compat.process_children().discard(process)
    finally:
        if config is not None:
            config['daemon'] = daemon
        else:
            me._daemonic = daemon


def serve(sock, parent, initializer, initargs, unblock):
    """The life of a worker."""
    compat.after_fork(child=True)
    forking.close_inherited()
    # Children of this worker are to close it, too.
    forking.register(sock)
    sock.setblocking(True)
    if not worker.Worker(sock, parent).serve(initializer, initargs, unblock):
        sys.exit(1)


def serve_quietly(*args):
    """The same where its exit code is the last thing it says."""
    try:
        serve(*args)
    finally:
        sys.excepthook = lambda *error: None


class ProcessEngine(Crew):
    """Tasks run in processes of multiprocessing; `method` is its start method."""

    method = 'fork'
    serve = staticmethod(serve)

    def __init__(self, *args, **kwds):
        Crew.__init__(self, *args, **kwds)
        self.tcp = channel.wants_tcp()
        self.context = compat.multiprocessing
        if hasattr(self.context, 'get_context'):
            self.context = self.context.get_context(self.method)

    def hire(self, number):
        if self.method == 'fork' and '_interpreters' in sys.modules:
            from shim.engines import beside
            beside.check_fork()
        return self.begin(Child(), number)


class SpawnEngine(ProcessEngine):
    """The same in new interpreters, which import the program."""

    method = 'spawn'

    def __init__(self, *args, **kwds):
        frozen.no_loop()
        ProcessEngine.__init__(self, *args, **kwds)
        self.has_main = main_module.importable()

    def hire(self, number):
        compat.start_helper(self.method)
        return ProcessEngine.hire(self, number)


class ForkServerEngine(SpawnEngine):
    """The same, forked from a server process that has no threads."""

    method = 'forkserver'
    if not compat.SERVER_WAITS:
        serve = staticmethod(serve_quietly)
