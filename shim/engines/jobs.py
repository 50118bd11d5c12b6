"""Workers are places for one job each with a scheduler that is somebody else's.

    the loop -- lane.send(), flush() --> engine.carry(bytes, lane) --> the scheduler
                                                                            |
              the crew's frames <-- lane.landed(bytes, error) <-- shim.job.run(bytes)

A lane is to the crew what a worker is: its tasks, its death.  A pool never has more jobs with the
scheduler than lanes, about twice as many as may run at a time, however many tasks.  A subclass says
how a job is carried there.

A job is one task, or about 1 ms of tiny ones.  It comes back as a whole, and what is done, or has
not begun, must not wait for what is slow: then a job that still runs hands back at the pool's door
(see shim.batch).  Where its process does not reach this program a job is always one task; and as
it is on its way for milliseconds, there are up to MANY lanes where tasks are tiny.
"""
import binascii
import os

from shim import ending, errors, job, logs, outcome, pickling, wire
from shim.engines import base, channel, netty
from shim.engines.bell import Knock
from shim.engines.crew import Crew
from shim.engines.door import Door
from shim.engines.slot import TINY, Slot
from shim.waiting import OSErrors


MANY = 64               # jobs on their way that keep any scheduler busy
HERE = '127.0.0.1'      # who says nothing of it has its workers on this machine
UNREACHED = ('a worker does not reach this program at %s:%d, given as host=: each tiny task is a job of'
             ' its own')


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


def check(host):
    """Raises ValueError if this machine has no such address."""
    why = 'that is no address to connect to'
    try:
        server = channel.listen(host)
        if server.getsockname()[0] != '0.0.0.0':
            why = None
        netty.close(server)
    except (TypeError, UnicodeError) + OSErrors:
        why = errors.described(errors.current())
    if why:
        raise ValueError('host: no address of this machine is %r (%s); give the name by which the'
                         ' workers reach it' % (host, why))


class LaneSlot(Slot):
    """A lane and the tasks of its job, to which nothing can be added."""

    def __init__(self, worker, left):
        Slot.__init__(self, worker, left)
        worker.slot = self

    def takes(self):
        return not self.held and not self.worker.away and Slot.takes(self)

    def allows(self, task):
        if self.held or self.worker.away:
            return 0
        return self.worker.engine.together(task)

    def waits(self):
        return False        # a job hands back by itself


class Lane(object):
    """A worker, as the crew sees it; and as programs that read Pool._pool."""

    sock = None             # there is no channel to watch
    eof = False             # it takes nothing more: a job was lost, or it was told to leave
    daemon, pid, exitcode = True, None, None    # pid: of the process that had its last job
    reason = None           # why a job was lost, as text
    slot = None             # its place in the crew
    away = False            # its job is
    jobs = 0                # how many it has had
    heard = None            # how many results the job that is away has told
    token = None            # that process, by a name that comes never again

    def __init__(self, engine, number):
        self.engine, self.process = engine, self
        self.name, self.number = engine.worker_name % number, number
        self._leaving = False
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
        self.jobs, self.heard = self.jobs + 1, None
        if len(tasks) > 1:
            parts += wire.frame(wire.DOOR, (self.engine.door.where, (self.number, self.jobs)))
        self._heard([(wire.BEGUN, len(tasks))])
        self._launch(parts + wire.frame(wire.TASKS, (key, [task.item for task in tasks])))

    def dismiss(self):
        self._leaving = True

    def flush(self):
        if self._leaving and not self.away and not self.eof:
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
        self.away = True
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
        self.away, self._cancel, frames = False, None, []
        if error is None:
            frames = wire.Inbox().feed(data)
            kind, body = frames[0]
            if kind == wire.FAILED:
                frames.append((wire.BEGUN, 0))
                self.eof = True
            else:
                (self.pid, self.token), body = body
                self.engine.proven = True
                frames = self._news(kind, body, frames[1:])
        else:
            # Nobody knows which process had it.
            self.reason, self.eof, self.pid = errors.described(error), True, None
        self._heard(frames)

    def _news(self, kind, body, frames):
        """What nobody has heard yet of the answer of a job."""
        if (wire.DOOR, None) in frames:
            frames.remove((wire.DOOR, None))
            self.engine.unreached()
        if self.heard is not None:
            spent, outcomes = body
            left = len(self.slot.held)
            news = outcomes[self.heard:self.heard + left]
            frames = [(wire.RETURNED, left - len(news))]
            if not news:
                return frames
            if self.heard:      # how long these took alone nobody knows
                spent = None
            body = spent, news
        return [(kind, body)] + frames

    def word(self, number, spent, done, rest):
        """A job, which goes on, says what is done, and how much it hands back."""
        if self.away and number == self.jobs and self.heard is None and not self.eof:
            self.heard, frames = len(done), []
            if done:
                frames.append((wire.RESULTS, (spent, done)))
            self._heard(frames + [(wire.RETURNED, rest)])

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
    has_main = False        # nobody there imports the program
    unlimited = 'its workers are not this pool\'s to kill'
    library = None          # whose exit functions end the scheduler or wait for it
    door = None             # where jobs that run hand back ...
    reached = True          # ... and whether they find it, as far as known
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
        if self.options.get('host'):
            check(self.options['host'])
        slots = self.connect()
        self.asked = size or slots
        self.size, self.most = self.lanes(slots)

    def connect(self):
        """Find the scheduler; returns how many jobs it runs at a time."""
        raise NotImplementedError

    def lanes(self, slots):
        """How many jobs to have there at once, and how many where they are tiny and find no door.

        If there is room for more, just so many as may run; else one in reserve for each of them.
        """
        if self.asked < slots:
            return self.asked, self.asked
        return 2 * slots, max(2 * slots, MANY)

    def together(self, task):
        """How many tasks like that one a job is to have: 1 ms of them, or one.

        Where it is to be many for the first time there is a door from now on.
        """
        cost = task.call.cost
        if cost is None or cost > TINY / 2 or task.limit is not None or len(self.todo) < 2:
            return 1
        if self.door is None and self.reached:
            try:
                self.door = Door(self.options.get('host') or HERE, self.said)
            except Exception:       # no port, or no thread
                self.reached = False
        if not self.reached:
            self.size = self.most
            return 1
        return int(TINY / max(cost, 1e-6))

    def unreached(self):
        """A process does not find the door: from now on a job is one task."""
        if self.reached and self.options.get('host'):
            logs.report('WARNING', 'shim: %s', UNREACHED % (self.door.where[:2]))
        self.reached = False

    def said(self, name, *said):
        """A job that runs says this; called by a thread of the door's."""
        self.tell(self._said, name, said)

    def _said(self, name, said):
        number, job_number = name
        for slot in list(self.slots):
            if slot.worker.number == number:
                slot.worker.word(job_number, *said)

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

    def finish(self):
        try:
            if isinstance(self.ending, errors.WorkerLostError):
                for slot in self.slots:
                    while slot.held:        # it may have begun
                        base.fail(slot.held.popleft(), errors.WorkerLostError(
                            started=None, reason=self.ending.reason))
        finally:
            Crew.finish(self)

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
        if self.door is not None:
            self.door.close()
        self.disconnect()
