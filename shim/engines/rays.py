"""Jobs for a Ray cluster (module ray)."""
import logging
import os
import time

from shim import errors, job
from shim.engines.jobs import JobEngine, Lane, LaneSlot, new_name, settle
from shim.engines.roster import LOOK


FOR_EVER = 1e9          # seconds
GONE = 'ray.shutdown() has ended what the pool was connected to'


def connected(options):
    """The module ray, connected: to what it is connected to, `address`, SHIM_RAY, or a local one.

    It stays so: Ray knows one cluster a process.
    """
    ray = __import__('ray')
    if not ray.is_initialized():
        address = options.get('address') or os.environ.get('SHIM_RAY')
        ray.init(address=address or 'local', include_dashboard=False, logging_level=logging.WARNING)
    return ray


class RaySlot(LaneSlot):
    """A lane whose tasks with a limit are sent when there is a processor for them, so that no
    waiting is taken for running.  Nor is the start of a process, which takes seconds."""

    _seen = None, None      # its task, and when that was first seen to have begun

    def allows(self, task):
        engine = self.worker.engine
        if task.limit is not None and engine.away() >= engine.processors:
            return 0
        return LaneSlot.allows(self, task)

    def overdue(self, now):
        if not LaneSlot.overdue(self, now):
            return False
        task, ran = self.held[0], self.worker.ran()
        if ran is None:         # it has not begun
            self.deadline = now + task.limit
            return False
        if self._seen[0] is not task:
            self._seen = task, now
        # By two clocks, which may differ by anything: by ours from that moment on, in any case.
        ran = max(now - self._seen[1], ran)
        self.deadline = now + max(0, task.limit - ran)
        return LaneSlot.overdue(self, now)


class RayLane(Lane):
    """A lane that Ray's cluster can be asked about."""

    name_there = None       # of its task's begin, if that has a limit

    def send(self, call, tasks):
        self.name_there = None
        if tasks[0].limit is not None:
            self.name_there = 'shim-' + new_name()
        Lane.send(self, call, tasks)

    def ran(self):
        """For how many seconds its task has run; None if it has not begun."""
        try:
            began = self.engine.kept._internal_kv_get(self.name_there)
        except Exception:       # nobody is there to ask: as long as it is there
            return FOR_EVER
        return began and time.time() - float(began)


class RayEngine(JobEngine):
    """Tasks run in jobs of a Ray cluster, none of them twice."""

    worker_name = 'RayPoolWorker-%d'
    library = 'ray'
    unlimited = None
    slot_class = RaySlot

    _looked = 0.0

    def connect(self):
        self.ray = connected(self.options)
        self._context = self.ray.get_runtime_context()
        self._connection = self.connection()
        from ray.experimental import internal_kv
        self.kept = internal_kv
        self._run, self._run_noted = [
            self.ray.remote(max_retries=0)(each) for each in (job.run, job.run_noted)]
        self.processors = max(1, int(self.ray.cluster_resources().get('CPU', 1)))
        return self.processors

    def connection(self):
        """A name of what Ray is connected to, or None; most of Ray's functions would connect it."""
        try:
            return self._context.get_worker_id()
        except Exception:
            return None

    def is_connected(self):
        """Whether Ray still is where it was."""
        return self.connection() == self._connection

    def look_after(self, now):
        if not 0 <= now - self._looked < LOOK:
            self._looked = now
            if not self.is_connected():
                self.refused(errors.PoolError(GONE))
        return JobEngine.look_after(self, now)

    def away(self):
        """How many tasks Ray has."""
        return len([slot for slot in self.slots if slot.held])

    def hire(self, number):
        return RayLane(self, number)

    def carry(self, data, lane):
        if not self.is_connected():
            raise errors.PoolError(GONE)
        name = lane.name_there
        if name is None:
            reference = self._run.remote(data)
        else:
            reference = self._run_noted.remote(name, data)
        reference.future().add_done_callback(lambda done: settle(done, lane.landed))

        def cancel():
            if not self.is_connected():
                return
            self.ray.cancel(reference, force=True)
            if name is not None:
                self.kept._internal_kv_del(name)
        return cancel
