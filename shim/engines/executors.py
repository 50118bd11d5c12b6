"""Jobs for an executor of somebody's: whatever has concurrent.futures' submit()."""
import os

from shim import compat, cpus, job, threads
from shim.engines.jobs import JobEngine, settle

PATIENCE = 5.0          # seconds for an executor to end


class ExecutorEngine(JobEngine):
    """Tasks run in jobs of `executor`, an option, which its owner shuts down.

    Without it, of what SHIM_EXECUTOR makes: 'module:class', called without arguments.
    """

    worker_name = 'ExecutorPoolWorker-%d'
    # Its workers may be children of this program that have all it has; else cloudpickle is needed.
    has_main = not compat.findable('cloudpickle')

    def connect(self):
        self.executor = self.options.get('executor')
        self._mine = self.executor is None
        if self._mine:
            self.executor = named(os.environ.get('SHIM_EXECUTOR'))()
        self.library = type(self.executor).__module__
        return workers(self.executor)

    def carry(self, data, lane):
        future = self.executor.submit(job.run, data)
        future.add_done_callback(lambda done: settle(done, lane.landed))
        return future.cancel

    def disconnect(self):
        if self._mine:
            shut_down(self.executor, self.ending is not None)


def workers(executor):
    """How many workers an executor has, as far as one can tell."""
    return getattr(executor, '_max_workers', None) or cpus.usable()


def shut_down(executor, at_once):
    """End an executor that nobody else has; at_once: with its processes, if it has some.

    The program would wait for what they run, by an exit function of concurrent.futures.
    """
    processes = list((getattr(executor, '_processes', None) or {}).values())
    if at_once:
        for process in processes:
            process.terminate()
        if not processes:       # nobody can end what runs in threads
            executor.shutdown(wait=False)
            return
    # Told to end without a wait, that of 3.7 trips over itself at the end of the program (bpo-39104).
    # Not for ever: it may want to write to a worker that was killed.
    try:
        threads.start(executor.shutdown, (), 'shim-executor').join(PATIENCE)
    except RuntimeError:        # nor does 3.12 start any thread there
        executor.shutdown(wait=False)


def named(name):
    """What 'module:name' stands for; ValueError if it is no such text."""
    module, attribute = ((name or '') + ':').split(':')[:2]
    if not attribute:
        raise ValueError('executor: which one?  Give it: get_context(executor=E), or name a class in'
                         ' SHIM_EXECUTOR: concurrent.futures:ProcessPoolExecutor')
    return getattr(__import__(module, None, None, [attribute]), attribute)
