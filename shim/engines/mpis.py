"""Jobs for the processes of MPI (module mpi4py)."""
from shim.engines.executors import ExecutorEngine


class MpiEngine(ExecutorEngine):
    """Tasks run in jobs of mpi4py.futures, whose executor is made here.

    Under `mpiexec -n N python -m mpi4py.futures PROGRAM` these are the other N - 1 processes; else
    it spawns some.
    """

    worker_name = 'MPIPoolWorker-%d'
    library = 'mpi4py'

    def connect(self):
        futures = __import__('mpi4py.futures', None, None, ['MPIPoolExecutor'])
        self.executor = futures.MPIPoolExecutor(self.asked)
        self.executor.bootup()
        self._mine = True
        return self.executor.num_workers
