"""Promise 10: task_timeout ends the late task, its worker, and nothing else."""
import sys

import shim
from tests import promise_tasks as tasks
from tests.promises import EACH_ENGINE, Promise
from tests.support import Elapsed, each_engine, wait_until


class Timeout(Promise):
    promise = 10

    @classmethod
    def make_pool(cls, *args, **kwds):
        """Its workers have imported what they run: the limit holds for that, too."""
        return super(Timeout, cls).make_pool(
            initializer=tasks.size, initargs=('',), *args, **kwds)

    def late(self, function, *args):
        """The error of a late task; it is a TimeoutError, that of multiprocessing."""
        clock = Elapsed()
        error = self.catch(shim.TaskTimeoutError, function, *args)
        self.assertTrue(isinstance(error, shim.TimeoutError))
        self.assertLess(clock.seconds, 5)
        return error

    def test_of_the_pool(self):
        pool, path = self.Pool(2, task_timeout=0.6), self.scratch()
        before = self.pids(pool)
        late = pool.apply_async(tasks.noted_pid, (path, 30))
        others = [pool.apply_async(tasks.nap, (0.05, n)) for n in range(12)]
        self.late(late.get, 20)
        self.assertEqual([other.get(20) for other in others], list(range(12)))
        killed = int(self.noted(path, 1)[0])
        self.gone([killed], 2)
        if not self.is_process:
            return
        self.assertIn(killed, before)
        self.assertTrue(wait_until(lambda: len(self.pids(pool)) == 2, 10), 'no new worker')
        working = pool.map(tasks.pid_after, [0.1] * 8)
        for pid in before:
            if pid != killed:       # still the same process, and it works
                self.assertIn(pid, working)

    def test_of_a_call(self):
        pool = self.pool
        self.late(lambda: pool.apply(tasks.nap, (30,), task_timeout=0.3))
        self.late(pool.apply_async(tasks.nap, (30,), task_timeout=0.3).get, 20)
        self.assertEqual(pool.apply(tasks.nap, (0.5, 'no limit')), 'no limit')

    def test_of_a_map(self):
        pool = self.pool
        items = [(0, n) for n in range(20)]
        items[4] = 30, 4
        for call in (lambda: pool.map(tasks.nap_if, items, task_timeout=0.8),
                     lambda: pool.starmap(tasks.nap, items, task_timeout=0.8),
                     pool.map_async(tasks.nap_if, items, task_timeout=0.8).get,
                     pool.starmap_async(tasks.nap, items, task_timeout=0.8).get):
            error = self.late(call)
            expected = list(range(20))
            expected[4] = shim.MISSING
            self.assertEqual(error.results, expected)

    def test_of_an_imap(self):
        items = [(0, n) for n in range(20)]
        items[4] = 30, 4
        for method in (self.pool.imap, self.pool.imap_unordered):
            results, late, got = method(tasks.nap_if, items, task_timeout=0.8), 0, []
            for _each in items:
                try:
                    got.append(results.next(20))
                except shim.TaskTimeoutError:
                    late += 1
            self.assertEqual((late, sorted(got)), (1, [n for n in range(20) if n != 4]))
            self.catch(StopIteration, results.next, 20)

    def test_counts_from_the_start_of_the_task(self):
        pool = self.Pool(1, task_timeout=1.5)
        results = [pool.apply_async(tasks.nap, (0.4, n)) for n in range(4)]
        self.assertEqual([result.get(20) for result in results], list(range(4)))
        self.assertEqual(pool.map(tasks.nap_if, [(0.4, n) for n in range(4)]), list(range(4)))

    def test_chunk_shares_the_limit(self):
        pool = self.pool
        items = [(0.2, n) for n in range(4)]
        self.late(lambda: pool.map(tasks.nap_if, items, 4, task_timeout=0.5))

    def test_call_beats_pool(self):
        pool = self.Pool(1, task_timeout=0.3)
        self.assertEqual(pool.apply(tasks.nap, (0.6, 'patient'), task_timeout=20), 'patient')
        self.late(lambda: pool.apply(tasks.nap, (30,)))

    def test_longest(self):
        # It did not fit into a float: the loop failed, and the pool was broken.
        for limit in (10 ** 400, 1e300 * 1e300):
            self.assertEqual(self.pool.apply(tasks.square, (3,), task_timeout=limit), 9)

    def test_one_that_does_not_want_to_end(self):
        path = self.scratch()
        pool = self.Pool(1, task_timeout=0.5)
        self.late(pool.apply_async(tasks.stubborn, (path,)).get, 20)
        self.gone(self.noted_pids(path, 1), 2)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)

    def test_many_late_ones(self):
        pool = self.Pool(3, task_timeout=0.7)
        results = [pool.apply_async(tasks.nap, (30 * (n % 2), n)) for n in range(12)]
        late = []
        for n in range(12):
            try:
                self.assertEqual(results[n].get(20), n)
            except shim.TaskTimeoutError:
                late.append(n)
                self.assertEqual(sys.exc_info()[1].limit, 0.7)
        self.assertEqual(late, [1, 3, 5, 7, 9, 11])

    def test_get_has_a_limit_of_its_own(self):
        pool = self.pool
        result = pool.apply_async(tasks.nap, (1, 'done'), task_timeout=20)
        error = self.catch(shim.TimeoutError, result.get, 0.1)
        self.assertFalse(isinstance(error, shim.TaskTimeoutError))
        self.assertEqual(result.get(20), 'done')


each_engine(globals(), Timeout, variants=EACH_ENGINE)
