"""Promise 6: an initializer that raises is reported, and nothing respawns in a storm."""
import os
import time

import shim
from shim.engines.roster import FAILURES
from tests import promise_tasks as tasks
from tests.promises import EACH_ENGINE, Promise, kill, lines
from tests.support import PACE, PROCESS_VARIANTS, Elapsed, each_engine, told, wait_until

TRIES = 40      # "bounded": far below what a storm makes in a second


class Raising(Promise):
    """Promise 6, on every engine."""

    promise = 6

    def broken(self, function, *args):
        """The PoolBrokenError that the call raises, with the initializer's traceback."""
        error = self.catch(shim.PoolBrokenError, function, *args)
        self.assertIn('told to raise', str(error))
        self.assertIn('raising_initializer', str(error))
        return error

    def test_reported(self):
        path, clock = self.scratch(), Elapsed()
        pool = self.Pool(2, tasks.raising_initializer, (path, 'told to raise'))
        self.broken(lambda: pool.apply_async(tasks.square, (2,)).get(20 * PACE))
        self.assertLess(clock.seconds, 10)
        self.broken(pool.apply, tasks.square, (2,))
        self.broken(lambda: pool.map_async(tasks.square, range(10)).get(20 * PACE))
        self.broken(lambda: pool.imap(tasks.square, range(10)).next(20))
        tries = len(lines(path))
        self.assertTrue(1 <= tries <= TRIES, tries)
        time.sleep(0.5)
        self.assertEqual(len(lines(path)), tries, 'it goes on trying')
        pool.close()
        pool.join()

    def test_everything_pending(self):
        path = self.scratch()
        pool = self.Pool(2, tasks.raising_initializer, (path, 'told to raise'))
        pending = []
        for submit in (lambda: pool.apply_async(tasks.square, (2,)).get,
                       lambda: pool.map_async(tasks.square, range(1000)).get,
                       lambda: pool.imap(tasks.square, iter(range(1000))).next,
                       lambda: pool.imap_unordered(tasks.square, iter(range(1000))).next):
            try:
                pending.append(submit())
            except shim.PoolBrokenError:    # it has found out
                pass
        for get in pending:
            self.broken(get, 20)
        self.broken(pool.apply, tasks.square, (2,))

    def test_terminate(self):
        path, clock = self.scratch(), Elapsed()
        pool = self.Pool(2, tasks.raising_initializer, (path, 'told to raise'))
        pool.terminate()
        pool.join()
        self.assertLess(clock.seconds, 10)


class Restarts(Promise):
    """Promise 6, where workers are processes that can be started again."""

    promise = 6

    def test_raises_once(self):
        # One that raises now and then costs nothing but a new worker.
        pool = self.Pool(2, tasks.first_raises, (self.scratch(),))
        self.assertEqual(pool.map(tasks.square, range(20), 1), [n * n for n in range(20)])
        self.assertTrue(wait_until(lambda: len(self.pids(pool)) == 2, 10), 'a worker is missing')

    def test_raises_later(self):
        path, flag = self.scratch(), self.scratch('flag')
        pool = self.Pool(2, tasks.raises_if_exists, (path, flag))
        self.assertEqual(pool.map(tasks.square, range(20), 1), [n * n for n in range(20)])
        open(flag, 'w').close()
        pids = self.pids(pool)
        for pid in pids:
            kill(pid)
        self.gone(pids, 5)
        error = self.catch(shim.PoolBrokenError,
                           lambda: pool.apply_async(tasks.square, (2,)).get(20 * PACE))
        self.assertIn('raises from now on', str(error))
        self.assertLessEqual(len(lines(path)), TRIES)

    def test_one_still_works(self):
        # As long as somebody does, new ones that can't be had break nothing.
        path, flag = self.scratch(), self.scratch('flag')
        pool = self.Pool(2, tasks.raises_if_exists, (path, flag))
        self.assertTrue(wait_until(lambda: len([
            slot for slot in pool._engine.slots if slot.ready]) == 2, 20))
        open(flag, 'w').close()
        kill(self.pids(pool)[0])
        self.assertTrue(wait_until(lambda: len(lines(path)) > 3 + FAILURES, 40),
                        'it gave up')
        self.assertEqual(pool.map(tasks.square, range(20), 1), [n * n for n in range(20)])

    def test_dies_at_once(self):
        path = self.scratch()
        pool = self.Pool(2, tasks.dying_initializer, (path,))
        clock = Elapsed()
        error = self.catch(shim.PoolBrokenError,
                           lambda: pool.apply_async(tasks.square, (2,)).get(30 * PACE))
        self.assertLess(clock.seconds, 20)
        self.assertIn(' %d ' % told(self.engine, 3), str(error), 'the exit code')
        tries = len(lines(path))
        self.assertTrue(1 <= tries <= TRIES, tries)
        self.assertNotIn(str(os.getpid()), lines(path))
        time.sleep(0.5)
        self.assertEqual(len(lines(path)), tries, 'it goes on trying')


each_engine(globals(), Raising, variants=EACH_ENGINE)
each_engine(globals(), Restarts,
            variants=[each for each in EACH_ENGINE if each in PROCESS_VARIANTS])
