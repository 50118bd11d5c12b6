"""Promise 3: no task runs twice, unless the caller asks (`retries=`); and then so often, no more."""
import signal
import sys

import shim
from shim.context import CLUSTERS
from tests import promise_tasks as tasks
from tests.promises import Promise, lines
from tests.support import TRAVEL_VARIANTS, each_engine, told


class Retries(Promise):
    """Tasks whose workers died are run again up to `retries` times."""

    promise = 1

    def test_not_unless_asked(self):
        path = self.scratch()
        self.catch(shim.WorkerLostError, self.pool.apply, tasks.dies_first, (path, 1))
        self.assertEqual(len(lines(path)), 1)

    def test_just_enough(self):
        for method in ('apply', 'apply_async'):
            path = self.scratch()
            result = getattr(self.pool, method)(tasks.dies_first, (path, 2), retries=2)
            if method == 'apply_async':
                result = result.get(20)
            self.assertEqual(result, 3)
            self.assertEqual(len(lines(path)), 3)

    def test_not_enough(self):
        path = self.scratch()
        doomed = self.pool.apply_async(tasks.dies_first, (path, 9), retries=2)
        others = [self.pool.apply_async(tasks.nap, (0.01, n)) for n in range(20)]
        error = self.catch(shim.WorkerLostError, doomed.get, 20)
        lost = 0
        for n in range(20):
            try:
                self.assertEqual(others[n].get(20), n)
            except shim.WorkerLostError:
                lost += 1
        self.assertLessEqual(lost, 3 * self.beside)
        self.assertEqual(len(lines(path)), 3)
        self.assertEqual((error.tries, error.started, error.exitcode),
                         (3, True, told(self.engine, -signal.SIGKILL)))
        self.assertIn('try number 3', str(error))

    def check_maps(self, count, doomed, chunksize):
        """The chunk of one element is begun three times, everything else once (or lost with it)."""
        for method in ('map', 'map_async', 'imap', 'imap_unordered', 'starmap', 'starmap_async'):
            path, function = self.scratch(), tasks.noted_first
            items = [(path, n, n == doomed and 2) for n in range(count)]
            if method.startswith('star'):
                function = tasks.noted_first_three
            result = getattr(self.pool, method)(function, items, chunksize, retries=2)
            if method.endswith('_async'):
                result = result.get(30)
            result = list(result)
            if method == 'imap_unordered':
                result.sort()
            self.assertEqual(result, list(range(count)))
            ran, first = lines(path), doomed - doomed % chunksize
            for n in range(count):
                times = 1
                if first <= n <= doomed:
                    times = 3
                often = ran.count('%d' % n)
                self.assertTrue(often == times or self.beside and times < often <= 3, (method, n))
            again = len(ran) - len(set(ran)) - 2 * (doomed - first + 1)
            self.assertTrue(0 <= again <= 2 * chunksize * self.beside, ran)

    def test_maps(self):
        self.check_maps(12, 5, 1)

    def test_chunks(self):
        self.check_maps(24, 10, 4)

    def test_results_of_a_map(self):
        path = self.scratch()
        items = [(path, n, n == 3 and 9) for n in range(6)]
        error = self.catch(shim.WorkerLostError, self.pool.map, tasks.noted_first, items, 1,
                           retries=1)
        holes = [n for n in range(6) if error.results[n] is shim.MISSING]
        self.assertEqual([error.results[n] for n in range(6) if n not in holes],
                         [n for n in range(6) if n not in holes])
        self.assertIn(3, holes)
        self.assertLessEqual(len(holes), 1 + self.beside, holes)
        self.assertEqual((error.tries, lines(path).count('3')), (2, 2))

    def test_companions_of_a_tiny_task(self):
        # What travels with it may be lost once, and then is not with it any more.
        pool, path = self.pool, self.scratch()
        many = 1000
        for _round in range(3):
            pool.map(tasks.square, range(many // 5), 1)
        results = [pool.apply_async(tasks.noted_or_die, (path, n, many // 2), retries=1)
                   for n in range(many)]
        lost = []
        for n in range(many):
            try:
                self.assertEqual(results[n].get(30), n)
            except shim.WorkerLostError:
                self.assertEqual(sys.exc_info()[1].tries, 2)
                lost.append(n)
        ran = [int(line) for line in lines(path)]
        self.assertEqual(ran.count(many // 2), 2)
        self.assertIn(many // 2, lost)
        if self.engine == 'dask':       # where a worker has many tiny jobs at once, now as then
            self.assertLess(len(lost), 40)
        else:
            self.assertEqual(lost, [many // 2])
            self.assertEqual(set(ran), set(range(many)))
        # As many as one death may cost: see test_death.py.
        self.assertLess(len(ran) - len(set(ran)), 40)

    def test_late_is_not_lost(self):
        self.needs(10)
        path = self.scratch()
        self.catch(shim.TaskTimeoutError, self.pool.apply, tasks.noted, (path, 1, 60),
                   task_timeout=0.3, retries=3)
        self.assertEqual(lines(path), ['1'])

    def test_raised_is_not_lost(self):
        path = self.scratch()
        self.catch(ValueError, self.pool.apply, tasks.raising_initializer, (path, 'text'),
                   retries=3)
        self.assertEqual(len(lines(path)), 1)

    def test_terminated(self):
        pool, path = self.Pool(1), self.scratch()
        result = pool.apply_async(tasks.noted, (path, 1, 60), retries=3)
        self.noted(path, 1)
        pool.terminate()
        self.catch(shim.PoolTerminatedError, result.get, 20)
        self.assertEqual(lines(path), ['1'])


class Accepted(object):
    """Where nothing can be lost it is accepted, and means nothing."""

    def test_accepted(self):
        pool, numbers = self.pool, range(10)
        squares = [n * n for n in numbers]
        self.assertEqual(pool.apply(tasks.square, (3,), retries=1), 9)
        self.assertEqual(pool.map(tasks.square, numbers, retries=1), squares)
        self.assertEqual(list(pool.imap(tasks.square, numbers, retries=1)), squares)


each_engine(globals(), Retries, variants=TRAVEL_VARIANTS)
each_engine(globals(), Accepted, variants=['thread', 'serial'])
