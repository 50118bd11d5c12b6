"""Workers are places for one job each with a scheduler that is somebody else's.

    the loop -- lane.send(), flush() --> engine.carry(bytes, lane) --> the scheduler
                                                                            |
              the crew's frames <-- lane.landed(bytes, error) <-- shim.job.run(bytes)

A lane is to the crew what a worker is: its tasks, its death.  A pool never has more jobs with the
scheduler than lanes, however many tasks.  A job is one task: it comes back as a whole, and what is
done must not wait for what is slow.  (A chunk is one, too.)  A subclass says how it is carried there.

There are about twice as many lanes as jobs may run at a time.  Where tasks turn out tiny there are
more, up to MANY: a job is on its way for milliseconds, and who gives a scheduler few at a time
waits for that instead of for its work.  Then most jobs come back without a word (`quiet`): each that
wakes the loop costs a turn, and switches between threads, more than what it has done.
"""
import binascii
import os

from shim import ending, errors, job, outcome, pickling, wire
from shim.engines.bell import Knock
from shim.engines.crew import Crew
from shim.engines.slot import AHEAD, TINY, Slot


MANY = 64               # jobs on their way that keep any scheduler busy ...
CROWD = 4               # ... and this part of them may be back before anybody looks


def new_name():
    """A text that nobody else makes, anywhere."""
    return binascii.hexlify(os.urandom(16)).decode('ascii')


def settle(future, landed):
    """Tell how a future ended."""
    try:
        data = future.result()
    except:     # noqa: E722  a cancelled one raises what may be no Exception
        landed(None, errors.current())
    else:
        landed(data)


class LaneSlot(Slot):
    """A lane and the one task that it has."""

    def __init__(self, worker, left):
        Slot.__init__(self, worker, left)
        worker.slot = self

    def allows(self, task):
        return 1 - len(self.held)


class Lane(object):
    """A worker, as the crew sees it; and as programs that read Pool._pool."""

    sock = None             # there is no channel to watch
    eof = False             # it takes nothing more: a job was lost, or it was told to leave
    daemon, pid, exitcode = True, None, None    # pid: of the process that had its last job
    reason = None           # why a job was lost, as text
    slot = None             # its place in the crew
    token = None            # that process, by a name that comes never again

    def __init__(self, engine, number):
        self.engine, self.process = engine, self
        self.name = engine.worker_name % number
        self._away, self._leaving = False, False
        self._cancel = None         # what calls the job back, if it has not begun
        if self.is_known():
            self._tell([(wire.READY, None)])
        else:
            self._launch([])        # is shim there, does the initializer return?

    def is_alive(self):
        return not self.eof

    def is_known(self):
        """Whether jobs have come back from there."""
        return self.engine.proven

    # What the crew tells it.

    def send(self, call, tasks):
        key, parts = call.mode, []
        if call.blob is not None:
            key = outcome.STAR + 1      # each job stands alone
            parts = wire.frame(wire.CALL, (key, call.mode, call.blob))
        self._heard([(wire.BEGUN, len(tasks))])
        self._launch(parts + wire.frame(wire.TASKS, (key, [task.item for task in tasks])))

    def ask_back(self):
        self._tell([(wire.RETURNED, 0)])

    def dismiss(self):
        self._leaving = True

    def flush(self):
        if self._leaving and not self._away and not self.eof:
            self.eof, self.exitcode = True, 0
            self._tell([])
        return False

    def drain(self):
        return []

    def gone(self):
        return self.eof

    def terminate(self):
        """Call back what has not begun; what runs goes on, and nobody waits for it."""
        self.eof = True
        try:
            if self._cancel is not None:
                self._cancel()
        except Exception:       # who had it is gone
            pass

    kill = terminate

    def close(self):
        pass

    # The job.

    def _launch(self, parts):
        self._away = True
        try:
            self._cancel = self.engine.carry(job.joined(self.engine.beginning + parts), self)
        except Exception:
            self.engine.refused(errors.current())
            self.landed(None, errors.current())

    def lose(self, error):
        """Whatever it has is lost; called by the loop."""
        self.terminate()
        self.reason = errors.described(error)
        self._heard([])

    def landed(self, data, error=None):
        """The job has come back, or was lost; called by any thread, once."""
        self.engine.tell(self.take_in, data, error)

    def take_in(self, data, error=None):
        """The same, called by the loop."""
        if self.eof:        # it was lost, and has nobody waiting
            return
        self._away, self._cancel, frames = False, None, []
        if error is None:
            frames = wire.Inbox().feed(data)
            kind, body = frames[0]
            if kind == wire.FAILED:
                frames.append((wire.BEGUN, 0))
                self.eof = True
            else:
                (self.pid, self.token), body = body
                frames[0] = kind, body
                self.engine.proven = True
        else:
            # Nobody knows which process had it.
            self.reason, self.eof, self.pid = errors.described(error), True, None
        self._heard(frames)

    def _tell(self, frames):
        self.engine.tell(self._heard, frames)

    def _heard(self, frames):
        if self.slot in self.engine.slots:
            self.engine.hear(self.slot, frames)


class JobEngine(Crew):
    """Tasks run in jobs of a scheduler."""

    worker_name = 'JobPoolWorker-%d'
    bell_class, slot_class = Knock, LaneSlot
    proven = False          # a job has come back
    many = MANY             # lanes where tasks are tiny
    has_main = False        # nobody there imports the program
    unlimited = 'its workers are not this pool\'s to kill'
    library = None          # whose exit functions end the scheduler or wait for it
    crowd, sent = 1, 0      # of so many jobs one tells that it is back; jobs sent
    _early = None

    def __init__(self, size, *args, **kwds):
        Crew.__init__(self, size, *args, **kwds)
        if self.maxtasks is not None:
            raise ValueError('maxtasksperchild: the workers are not this pool\'s to replace;'
                             ' leave it out')
        begin = None
        if self.initializer is not None:
            begin = pickling.dumps((self.initializer, self.initargs),
                                   'the initializer with its arguments', not self.has_main)
        self.beginning = wire.frame(wire.INIT, (new_name(), begin))

        self.quiet = []     # those that do not: (future, lane)
        slots = self.connect()
        self.asked = size or slots
        self.size, self.most = self.lanes(slots)

    def connect(self):
        """Find the scheduler; returns how many jobs it runs at a time."""
        raise NotImplementedError

    def lanes(self, slots):
        """How many jobs to have there at once, and how many where they are tiny.

        If there is room for more, just so many as may run; else one in reserve for each of them.
        """
        if self.asked < slots:
            return self.asked, self.asked
        return 2 * slots, max(2 * slots, self.many)

    def give_out(self, now):
        pause = Crew.give_out(self, now)
        self.crowd = 1
        if len(self.todo) > self.size:
            cost = self.todo[0].call.cost
            if cost is not None and cost <= TINY:
                self.size, self.crowd = self.most, max(1, self.most // CROWD)
        if self.crowd > 1:
            return min(pause, AHEAD)
        while self.quiet:
            self.listen(*self.quiet.pop())
        return pause

    def attend(self, future, lane):
        """Have lane.landed() called when that is done, or at one of the next turns."""
        self.sent += 1
        if self.sent % self.crowd:
            self.quiet.append((future, lane))
        else:
            self.listen(future, lane)

    def listen(self, future, lane):
        """Have lane.landed() called when that is done."""
        future.add_done_callback(lambda done: settle(done, lane.landed))

    def gather(self):
        quiet, self.quiet = self.quiet, []
        for future, lane in quiet:
            if future.done():
                self.fetch(future, lane)
            else:
                self.quiet.append((future, lane))

    def fetch(self, future, lane):
        """Have lane.take_in() called: the job is done, and nobody has told."""
        settle(future, lane.take_in)

    # There are more lanes, for what is in reserve.
    workers = property(lambda self: Crew.workers.fget(self)[:self.asked])

    def carry(self, data, lane):
        """Have shim.job.run(data) called there; returns a function that tries to call it back.

        lane.landed(what it returned) or landed(None, exception) is called once, by any thread.
        """
        raise NotImplementedError

    def disconnect(self):
        """No job is needed any more."""

    def refused(self, error):
        """The scheduler takes no more jobs: nobody will run anything."""
        if self.ending is None:
            self.ending = errors.WorkerLostError(started=False, reason=errors.described(error))

    def hire(self, number):
        return Lane(self, number)

    def start(self):
        Crew.start(self)
        self._early = ending.before(self.library, self.program_ends)
        if self.ended.happened:
            ending.not_before(self._early)

    def end_all(self):
        Crew.end_all(self)
        if self._early is not None:
            ending.not_before(self._early)
        self.disconnect()
