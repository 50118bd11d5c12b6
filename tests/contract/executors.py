"""What the tests of shim.futures have in common: executors instead of pools."""
import logging

from shim import futures
from tests.promises import scratch
from tests.support import PACE, alive, wait_until


def started(kind, *args, **kwds):
    """An executor whose workers have started, unless they can't."""
    made = kind(*args, **kwds)
    made.submit(abs, -1).exception(20 * PACE)
    return made


class Base(object):
    """Pools are executors here."""

    @classmethod
    def make_pool(cls, *args, **kwds):
        kwds.setdefault('mp_context', cls._context())
        return cls.make(started, futures.ProcessPoolExecutor, *args, **kwds)

    @classmethod
    def end(cls, pool):
        pids = []
        if cls.is_process:
            pids = list(pool._processes)
            pool.kill_workers()
        pool.shutdown(True, True)
        if not wait_until(lambda: not [pid for pid in pids if alive(pid)], 5):
            raise AssertionError('some workers are left: %r' % pids)

    executor = property(lambda self: self.pool)

    def Executor(self, *args, **kwds):
        """An executor of this variant, shut down after the test."""
        return self.Pool(*args, **kwds)

    def hush(self):
        """Log nothing of what is expected in this test."""
        for name in ('shim', 'concurrent.futures'):
            logger = logging.getLogger(name)
            logger.disabled = True
            self.addCleanup(setattr, logger, 'disabled', False)

    def scratch(self, name='lines'):
        return scratch(self, name)


class OfThreads(Base):
    """The same for the other executor."""

    @classmethod
    def make_pool(cls, *args, **kwds):
        return started(futures.ThreadPoolExecutor, *args, **kwds)
