"""Workers are processes that Twisted and Ampoule start, or those of peers.

    the loop -- Hired.flush() --> Loop.call() --> the reactor's thread: Link -- AMP --> Child
         ^                                                                |
         +--- engine.tell() <-- Hired.came(), ended() <-------------------+   see amps.py

To the crew such a worker is what all others are, with a channel that is the reactor's: what is to be
written is given to the reactor, and what it read waits in a deque.
"""
from collections import deque

from shim import errors, pickling, wire
from shim.engines import amps, main_module, reactors, starters
from shim.engines.bell import Knock
from shim.engines.crew import Crew
from shim.engines.remote import Remote
from shim.waiting import Signal

IN_A_REACTOR = ('this is the thread of the reactor, which carries the tasks: what waits for them here'
                ' waits for ever.  Take a Deferred: pool.apply_async(f).deferred(); and close() or'
                ' terminate() a pool without join()')


class ToWorker(amps.Sliced):
    """What the program has of a worker, in the reactor's thread."""

    def __init__(self, worker):
        amps.Sliced.__init__(self)
        self.loop, self.worker = worker.engine.loop, worker

    def came(self, data):
        self.worker.came(data)

    def ended(self, code):
        """It has ended, with that exit code."""
        self.worker.ended(code)


class Link(starters.Manned, ToWorker):
    """The same of one that is started here."""

    def open(self):
        starters.Manned.open(self)
        self.worker.started(self.pid)


class Hired(Remote):
    """A worker, as the crew sees it; and as programs that read Pool._pool."""

    daemon, pid, exitcode = True, None, None
    link_class = Link

    def __init__(self, engine, number):
        Remote.__init__(self)
        self.engine, self.process = engine, self
        self.name = engine.worker_name % number
        info = engine.info(number)      # may refuse: before there is a process
        self.made = Signal()            # the process is there, or will not be
        self.over = False               # it has ended, or will never be
        self._arrived = deque()
        self._link = self.link_class(self)
        self._ask(self._link.open)
        self._outbox.put(wire.frame(wire.INIT, info))

    def is_alive(self):
        return not self.over

    def _ask(self, function, *args):
        """Have the reactor call it, unless the worker has ended by then."""
        def call():
            if not self.over:
                try:
                    function(*args)
                except Exception:
                    if self.made.happened:      # it is about to end: that tells how
                        self.kill()
                    else:
                        self.ended(None, errors.current())
        self._link.loop.call(call)

    # In the reactor's thread.

    def started(self, pid):
        """The process is there."""
        self.pid = pid
        self.made.fire()

    def came(self, data):
        """It has sent bytes."""
        self._arrived.append(data)
        self.engine.tell(self._hear)

    def ended(self, code, error=None):
        """The worker has ended; with an error, if nobody knows how."""
        if not self.over:
            self.exitcode = code
            if error is not None:
                self.reason = errors.described(error)
            self.over = True
            self.made.fire()
            self.engine.tell(self._hear)

    # In the loop's.

    def _hear(self):
        for slot in self.engine.slots:
            if slot.worker is self:
                self.engine.hear(slot, self.drain())
                break

    def flush(self):
        data = self._outbox.take()
        if data and not self.eof:
            self._ask(self._link.send_bytes, data)
        return False

    def drain(self):
        over, frames = self.over, []    # in this order: nothing arrives when it is over
        while self._arrived:
            frames.extend(self._inbox.feed(self._arrived.popleft()))
        self.eof = over
        return frames

    def gone(self):
        loop = self._link.loop
        if not self.over:
            loop.look(self._link.look)
        if not self.made.happened and not loop.alive():     # nobody will start it any more
            self.ended(None, reactors.stopped())
        return self.over

    def terminate(self):
        self._link.signal('TERM')

    def kill(self):
        self._link.signal('KILL')

    def close(self):
        """There is nothing to close."""
        self.eof = True


class AmpouleEngine(Crew):
    """Tasks run in processes that Ampoule started."""

    worker_name = 'AmpoulePoolWorker-%d'
    bell_class, hired_class = Knock, Hired
    _keep = None

    def __init__(self, *args, **kwds):
        Crew.__init__(self, *args, **kwds)
        self.loop = reactors.current()
        self.prepare()

    def prepare(self):
        """Whatever is to be known before the first worker."""
        self.has_main = main_module.importable()
        self._begin = pickling.dumps_for_start(
            (self.initializer, self.initargs), 'the initializer with its arguments')

    def info(self, number):
        """What a worker has to know."""
        told = self.describe(self.worker_name % number, (number,))
        return pickling.dumps(told, 'the state of the program'), self._begin, self.unblock

    def describe(self, name, identity):
        """What the worker is to be like."""
        return main_module.describe(name, identity)

    def hire(self, number):
        return self.hired_class(self, number)

    workers = property(lambda self: [
        each for each in Crew.workers.fget(self) if each.pid is not None])

    def start(self):
        self._keep = self.loop.before_end(self._reactor_ends)
        Crew.start(self)
        try:
            if not self.loop.here():
                for slot in list(self.slots):
                    slot.worker.made.wait_for()
        except:
            self.terminate()
            raise

    def _reactor_ends(self):
        """The program stops its reactor: nothing can be carried any more."""
        if self.ending is None:
            self.ending = reactors.stopped()
        self.bell.ring()

    def look_after(self, now):
        if not self.loop.alive():       # it may have stopped before it heard of this pool
            self._reactor_ends()
        return Crew.look_after(self, now)

    def end_all(self):
        Crew.end_all(self)
        self._keep()

    # A program of Twisted's must not wait in its reactor's thread.

    def expect(self, blocks=True):
        if blocks and self.loop.here():
            raise RuntimeError(IN_A_REACTOR)
        Crew.expect(self, blocks)

    def wait(self):
        if self.loop.here() and not self.ended.happened:
            raise RuntimeError(IN_A_REACTOR)
        Crew.wait(self)

    def terminate(self):
        self.abandon()
        if not self.loop.here():
            Crew.terminate(self)
