"""Jobs for a Dask cluster (module distributed).

Dask gives the jobs of a worker that died to another one, up to three times: a task would run again,
and one that kills its worker would kill three more; it also does again what nobody has fetched yet.
So each job is for one worker only, by its address and the name of its process, and a thread looks
which workers there are: the jobs of one that has gone are lost.
"""
import os
import threading

from shim import compat, errors, job, threads, wire
from shim.engines.jobs import JobEngine, Lane, LaneSlot, new_name, settle
from shim.engines.slot import SMALL

PATIENCE = 30           # seconds for a worker to come where there is none
LOOK = 0.25             # seconds between two looks at who is there
SILENCE = 20            # seconds without an answer from the scheduler that end the pool
LEAVE = 10              # seconds that it has to let the client go
PROMPT = 0.05           # seconds in which a job of small tasks is back
clock = compat.monotonic


def find_client(options):
    """(a Client, whether it was made here): of `client`, `address`, SHIM_DASK, or the running one.

    In a task of a cluster it is that cluster's; the task gives its place to the pool's.

    Raises ValueError if there is none of these.
    """
    distributed = __import__('distributed')
    client, address = options.get('client'), options.get('address') or os.environ.get('SHIM_DASK')
    if client is not None:
        return client, False
    if is_worker(distributed):
        found = distributed.get_client(options.get('address'))
        try:
            distributed.secede()
        except Exception:       # it has done so
            pass
        return found, False
    if address:
        return distributed.Client(address, set_as_default=False), True
    try:
        return distributed.default_client(), False
    except ValueError:
        raise ValueError('dask: which cluster?  Give its address (get_context("dask", address='
                         '"tcp://host:8786") or SHIM_DASK), or make a distributed.Client first')


def is_worker(distributed):
    """Whether this thread runs a task of a cluster."""
    try:
        return bool(distributed.get_worker())
    except ValueError:
        return False


class Nobody(object):
    """Stands for an executor that is not where it was."""

    def submit(self, function):
        """Does nothing."""


class PlaceSlot(LaneSlot):
    """A lane of one worker: what is in reserve there goes back if nothing moves on."""

    def room(self):
        """How many threads of its worker have no job; less than none: so many jobs are in reserve."""
        return self.worker.engine.free.get(self.worker.address, 0)

    def takes(self):
        return LaneSlot.takes(self) and (self.room() > 0 or not self.stuck())

    def allows(self, task):
        if self.room() <= 0 and not is_small(task):
            return 0
        return LaneSlot.allows(self, task)

    def stuck(self):
        """Whether what is in reserve there may have to wait for long."""
        return self.worker.address in self.worker.engine.slow

    def waits(self):
        return bool(self.held) and not self.asked and self.room() < 0 and self.stuck()


def is_small(task):
    return task.call.cost is not None and task.call.cost <= SMALL


class Place(Lane):
    """A lane whose jobs are for one worker."""

    name_there = None       # of its job ...
    since = 0.0             # ... which is there since then

    def __init__(self, engine, number):
        self.address = engine.emptiest()
        self.token = engine.tokens.get(self.address)
        Lane.__init__(self, engine, number)

    def send(self, call, tasks):
        self.since = clock()
        self.engine.free[self.address] = self.engine.free.get(self.address, 0) - 1
        Lane.send(self, call, tasks)

    def ask_back(self):
        try:
            threads.start(self._ask_back, (self.token, self.name_there), 'shim-dask-back')
        except Exception:       # there can be no thread more, or the program ends
            self._tell([(wire.RETURNED, 0)])

    def _ask_back(self, token, name):
        back = False
        try:
            back = self.engine.client.run(
                job.call_back, token, name, workers=[self.address])[self.address]
        except Exception:       # it has gone, or the scheduler: that will be noticed
            pass
        self.engine.tell(self._asked, name, back)

    def _asked(self, name, back):
        """Whether the job of that name is called back; if its answer is on the way, that says so."""
        count = 0
        if back and self.engine.forget(name):
            self.away, self._cancel, count = False, None, len(self.slot.held)
        self._heard([(wire.RETURNED, count)])

    def is_known(self):
        return self.token is not None

    def lose(self, error):
        self.engine.tokens.pop(self.address, None)
        Lane.lose(self, error)

    def take_in(self, data, error=None):
        Lane.take_in(self, data, error)
        if self.eof:
            self.engine.doubt(self.address)
        else:
            self.engine.tokens[self.address] = self.token


class DaskEngine(JobEngine):
    """Tasks run in jobs of a Dask cluster."""

    worker_name = 'DaskPoolWorker-%d'
    slot_class = PlaceSlot
    library = 'distributed'
    _primed = False
    _alone = None           # since when there have been no workers

    def connect(self):
        self._over, self._failure, self._watcher = threading.Event(), None, None
        self.tokens = {}        # {address: the process that is there, as far as known}
        self.free = {}          # {address: how many of its threads have no job}
        self.slow = ()          # addresses where a job takes long, or may
        self._away = {}         # {name: (future, lane)}: the jobs there
        self.client, self._mine = find_client(self.options)
        self._heard_of = clock()
        self._doubted = {}      # {address of a worker: when a job of it was lost}
        try:
            self.client.wait_for_workers(1, PATIENCE)
            self.threads = self.client.nthreads()       # {address of a worker: how many}
        except:
            self.disconnect()
            raise
        return sum(self.threads.values())

    def start(self):
        JobEngine.start(self)
        self._watcher = threads.start(self._watch, (), 'shim-dask')

    def _watch(self):
        while not self._over.is_set():
            asked = clock()
            try:
                found = self.client.nthreads()
            except Exception:
                self.tell(self._seen, asked, {}, errors.current())
            else:
                self.tell(self._seen, asked, found, None)
            self._over.wait(LOOK)

    def doubt(self, address):
        """A job of that worker was lost: it may be dead, so nothing is sent there until it is seen."""
        self.tokens.pop(address, None)
        self.threads.pop(address, None)
        self._doubted[address] = clock()

    def _seen(self, asked, found, error):
        """The workers that were there after `asked`, or why nobody knows."""
        self._failure = error
        if error is not None:
            return
        for address in list(self._doubted):
            if self._doubted[address] < asked:
                del self._doubted[address]
        before, self._heard_of = self.threads, clock()
        self.threads = dict([each for each in found.items() if each[0] not in self._doubted])
        if [address for address in self.threads if address not in before]:
            self.share_out()
        for slot in list(self.slots):
            if slot.worker.address not in found and slot.eof is None:
                slot.worker.lose(errors.PoolError('its worker %s has gone' % slot.worker.address))

    def look_after(self, now):
        # By the clock: whoever asks may wait for an answer, and for the next one, as long as it likes.
        if now - self._heard_of > SILENCE:
            self.refused(self._failure or errors.PoolError(
                'its scheduler has not answered for %d seconds' % SILENCE))
        return JobEngine.look_after(self, now)

    def share_out(self):
        """Workers have come: lanes beyond the share of theirs leave, after their jobs."""
        taken, total = dict.fromkeys(self.threads, 0), sum(self.threads.values())
        for slot in self.slots:
            address = slot.worker.address
            if slot.eof is None and not slot.leaving and address in taken:
                taken[address] += 1
                if taken[address] > -(-self.size * self.threads[address] // total):
                    self.dismiss(slot)

    def failed(self, now, why):
        """While there are no workers at all, some may come."""
        if self.threads:
            self._alone = None
        elif self._alone is None:
            self._alone = now
        if self._alone is not None and 0 <= now - self._alone < PATIENCE:
            self.retry = now + LOOK
        else:
            JobEngine.failed(self, now, why)

    def emptiest(self):
        """The address of the worker with the fewest lanes for each of its threads."""
        taken = dict.fromkeys(self.threads, 0)
        for slot in self.slots:
            if slot.eof is None and slot.worker.address in taken:
                taken[slot.worker.address] += 1
        if not taken:
            raise errors.PoolError('the cluster has no workers')
        return sorted(taken, key=lambda each: float(taken[each]) / self.threads[each])[0]

    def hire(self, number):
        return Place(self, number)

    def give_out(self, now):
        self.free, self.slow = dict(self.threads), {}
        for slot in self.slots:
            where = slot.worker.address
            if where not in self.free:
                self.slow[where] = True     # nothing for one that may be dead
            elif slot.worker.away:
                self.free[where] -= 1
                if now - slot.worker.since > PROMPT or slot.held and not is_small(slot.held[0]):
                    self.slow[where] = True
        pause = JobEngine.give_out(self, now)
        if [where for where in self.free if self.free[where] < 0]:
            pause = min(pause, PROMPT)
        return pause

    def forget(self, name):
        """That job is called back: nobody waits for it.  False if it has come back by itself."""
        future, lane = self._away.pop(name, (None, None))
        if future is None or lane.eof:
            return False
        future.cancel()
        return True

    def carry(self, data, lane):
        lane.name_there = 'shim-' + new_name()
        future = self.client.submit(
            job.run_in, lane.token, lane.name_there, data, key=lane.name_there, pure=False, retries=0,
            workers=[lane.address], allow_other_workers=False)
        self._away[future.key] = future, lane
        future.add_done_callback(self._arrived)
        if not self._primed:
            # Let Dask have its thread for callbacks: at the end of a program it could start none (3.12).
            self._primed = True
            getattr(type(future), '_cb_executor', Nobody()).submit(int)
        return future.cancel

    def _arrived(self, future):
        """Take all that are done, not just this one: a gather() of many costs as one of one."""
        done = []
        for key, each in list(self._away.items()):
            if each[0].done() and self._away.pop(key, None):
                done.append(each)
        good = [each for each in done if each[0].status == 'finished']
        try:
            # Even a gather() of none asks the scheduler.
            values = good and self.client.gather([each for each, _lane in good])
        except Exception:       # a worker has gone just now, with its results
            good, values = [], []
        for number in range(len(good)):
            good[number][1].landed(values[number])
        for each, lane in done:
            if (each, lane) not in good:
                settle(each, lane.landed)

    def end_all(self):
        self._over.set()
        JobEngine.end_all(self)

    def disconnect(self):
        if self._mine:
            if self._watcher is not None:
                self._watcher.join(LEAVE)
            try:
                self.client.close(LEAVE)
            except Exception:       # its scheduler has gone, or does not answer
                pass
