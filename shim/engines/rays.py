"""Jobs for a Ray cluster (module ray)."""
import logging
import os

from shim import job
from shim.engines.executors import settle
from shim.engines.jobs import JobEngine, LaneSlot


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
    """A lane: a task with a limit is sent when there is a processor for it, so that no waiting
    is taken for running."""

    def allows(self, task):
        engine = self.worker.engine
        if task.limit is not None and engine.away() >= engine.processors:
            return 0
        return LaneSlot.allows(self, task)


class RayEngine(JobEngine):
    """Tasks run in jobs of a Ray cluster, none of them twice."""

    worker_name = 'RayPoolWorker-%d'
    library = 'ray'
    unlimited = None
    slot_class = RaySlot

    def connect(self):
        self.ray = connected(self.options)
        self._function = self.ray.remote(max_retries=0)(job.run)
        self.processors = max(1, int(self.ray.cluster_resources().get('CPU', 1)))
        return self.processors

    def away(self):
        """How many tasks Ray has."""
        return len([slot for slot in self.slots if slot.held])

    def carry(self, data, lane):
        reference = self._function.remote(data)
        reference.future().add_done_callback(lambda done: settle(done, lane.landed))

        def cancel():
            self.ray.cancel(reference, force=True)
        return cancel
