"""Promises 1 and 2: a worker that dies takes its task with it, and nothing else."""
import os
import random
import signal
import sys
import threading

import shim
from shim import compat
from shim.context import CLUSTERS
from tests import promise_tasks as tasks
from tests.promises import Promise, kill, lines
from tests.support import (
    PACE, VARIANTS, Elapsed, each_engine, monotonic, needs_fork, skip, told, wait_until)


class Death(Promise):
    """Promise 1: only the running task fails, within a second, and the error says who died."""

    promise = 1

    def check(self, how, exitcode):
        exitcode = told(self.engine, exitcode)
        pool = self.Pool(2)
        pids = self.pids(pool)
        if self.is_process:
            self.assertEqual(len(set(pids)), 2)
            self.assertNotIn(os.getpid(), pids)
        results = [pool.apply_async(tasks.nap, (0.02, n)) for n in range(10)]
        doomed = pool.apply_async(tasks.die, (how,))
        results += [pool.apply_async(tasks.nap, (0.02, n)) for n in range(10, 20)]
        error = self.catch(shim.WorkerLostError, doomed.get, 20)
        self.assertEqual([result.get(20) for result in results], list(range(20)))
        self.assertEqual(error.exitcode, exitcode)
        self.assertTrue(error.started is True)
        if not self.is_process:     # a scheduler says what it likes
            self.assertIn(error.reason, str(error))
            self.assertEqual(pool.map(tasks.square, range(10)), [n * n for n in range(10)])
            return
        self.assertIn(error.pid, pids)
        self.assertIn(str(error.pid), str(error))
        self.assertIn(str(abs(exitcode)), str(error).replace(str(error.pid), ''))
        self.assertTrue(wait_until(lambda: len(self.pids(pool)) == 2, 5), 'no new worker')
        self.assertEqual(pool.map(tasks.square, range(10)), [n * n for n in range(10)])

    def test_kill(self):
        self.check('kill', -signal.SIGKILL)

    def test_exit(self):
        self.check('exit', 0)

    def test_segfault(self):
        if compat.java_semaphore is not None:
            skip('a JVM makes an abort of it, and writes a report where the program runs')
        self.check('segfault', -signal.SIGSEGV)

    def test_noticed_when_killed_asleep(self):
        pool = self.pool
        path = self.scratch()
        result = pool.apply_async(tasks.noted_pid, (path, 60))
        pid = self.noted_pids(path, 1)[0]
        clock = Elapsed()
        kill(pid)
        error = self.lost(result, clock)
        if not self.is_process:
            pid = error.pid     # of the process that had the lane's last job
        self.assertEqual((error.pid, error.exitcode, error.started),
                         (pid, told(self.engine, -signal.SIGKILL), True))

    def test_noticed_when_it_ends_by_itself(self):
        pool = self.pool
        for how in ('exit', 'kill'):
            pool.map(tasks.square, range(4), 1)
            clock = Elapsed()
            self.lost(pool.apply_async(tasks.die, (how,)), clock)

    def test_apply(self):
        self.catch(shim.WorkerLostError, self.pool.apply, tasks.die, ('kill',))

    def check_map(self, chunksize):
        items = [(None, n) for n in range(20)]
        items[7] = 'kill', 7
        items[16] = 'exit', 16
        error = self.catch(shim.WorkerLostError,
                           self.pool.map_async(tasks.fate, items, chunksize).get, 30)
        self.assertEqual(len(error.results), 20)
        holes = [n for n in range(20) if error.results[n] is shim.MISSING]
        for n in range(20):
            if n not in holes:
                self.assertEqual(error.results[n], n)
        return holes

    def check_holes(self, holes, expected):
        """These, and what the two deaths may have cost beside."""
        self.assertEqual([n for n in expected if n not in holes], [])
        self.assertLessEqual(len(holes), len(expected) + 2 * self.beside, holes)

    def test_map(self):
        self.check_holes(self.check_map(1), [7, 16])

    def test_map_in_chunks(self):
        holes = self.check_map(5)
        self.assertIn(7, holes)
        self.assertIn(16, holes)
        self.check_holes(sorted(set([n // 5 for n in holes])), [1, 3])

    def test_imap(self):
        items = [(None, n) for n in range(20)]
        items[7] = 'kill', 7
        for method in (self.pool.imap, self.pool.imap_unordered):
            results, errors = method(tasks.fate, items), []
            values = []
            for _each in items:
                try:
                    values.append(results.next(20))
                except shim.WorkerLostError:
                    errors.append(sys.exc_info()[1])
            self.assertTrue(1 <= len(errors) <= 1 + self.beside, errors)
            self.assertEqual(len(values) + len(errors), 20)
            self.assertNotIn(7, values)
            self.catch(StopIteration, results.next, 20)

    def test_amid_tiny_tasks(self):
        pool, path, many = self.pool, self.scratch(), 2000
        for _round in range(3):     # let it learn that these are tiny
            pool.map(tasks.square, range(many // 10), 1)
        results = [pool.apply_async(tasks.noted_or_die, (path, n, many // 2)) for n in range(many)]
        lost, died = [], None
        for n in range(many):
            try:
                self.assertEqual(results[n].get(30), n)
            except shim.WorkerLostError:
                error = sys.exc_info()[1]
                lost.append(n)
                died = died or error.pid
                self.assertEqual(error.exitcode, told(self.engine, -signal.SIGKILL))
                if self.is_process:
                    self.assertEqual(error.pid, died)
                self.assertIn(error.started, (True, None))
        self.assertIn(many // 2, lost)
        # Begun at once is a millisecond of them, ten; a worker holds eight times that.
        self.assertLess(len(lost), 40)
        ran = [int(line) for line in lines(path)]
        self.assertEqual(len(ran), len(set(ran)))
        self.assertEqual(set(range(many)) - set(lost) - set(ran), set())

    def test_every_worker_at_once(self):
        path = self.scratch()
        results = [self.pool.apply_async(tasks.noted_pid, (path, 60)) for _each in range(2)]
        later = self.pool.apply_async(tasks.square, (3,))
        pids = self.noted_pids(path, 2)
        clock = Elapsed()
        for pid in pids:
            kill(pid)
        lost = [self.lost(result, clock).pid for result in results]
        if self.is_process:
            self.assertEqual(sorted(lost), sorted(pids))
        self.assertEqual(later.get(20), 9)


class Descriptors(Promise):
    """Promise 1: a death is noticed although somebody else holds the channel open."""

    promise = 1

    def test_grandchild_of_a_busy_worker(self):
        needs_fork()
        path = self.scratch()
        result = self.pool.apply_async(tasks.leave_grandchild, (path, 60))
        worker, grandchild = self.noted_pids(path, 1)
        try:
            clock = Elapsed()
            kill(worker)
            self.assertEqual(self.lost(result, clock).pid, worker)
            self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)
        finally:
            kill(grandchild)

    def test_grandchild_of_an_idle_worker(self):
        needs_fork()
        pool = self.Pool(1)
        path = self.scratch()
        pool.apply(tasks.leave_grandchild, (path, 0))
        worker, grandchild = self.noted_pids(path, 1)
        try:
            kill(worker)
            result = pool.apply_async(tasks.pid)
            # How long the next one takes to start is no promise.
            self.assertTrue(wait_until(
                lambda: worker not in [each.pid for each in list(pool._pool)], 1), 'not noticed')
            self.assertNotEqual(result.get(20), worker)
        finally:
            kill(grandchild)

    def test_two_pools_from_two_threads_at_once(self):
        path = self.scratch()
        pools, errors, go = [], [], threading.Event()
        # make_pool() is not for two threads at once.
        previous = os.environ.get('SHIM_CHANNEL', '')
        os.environ['SHIM_CHANNEL'] = self.channel or ''

        def start():
            go.wait()
            try:
                pools.append(self.ctx.Pool(2))
            except Exception:
                errors.append(sys.exc_info()[1])

        try:
            for _round in range({'fork': 5}.get(self.engine, 2)):
                threads = [threading.Thread(target=start) for _each in range(2)]
                for thread in threads:
                    thread.start()
                go.set()
                for thread in threads:
                    thread.join()
                go.clear()
        finally:
            os.environ['SHIM_CHANNEL'] = previous
            for pool in pools:
                self.addCleanup(self.end, pool)
        self.assertEqual(errors, [])
        for pool in pools:
            results = [pool.apply_async(tasks.noted_pid, (path, 60)) for _each in range(2)]
            pids = self.noted_pids(path, 2)
            os.remove(path)
            for pid in pids:
                self.assertIn(pid, self.pids(pool))
            clock = Elapsed()
            for pid in pids:
                kill(pid)
            for result in results:
                self.assertIn(self.lost(result, clock).pid, pids)


class Idle(Promise):
    """Promise 2: idle workers that die are replaced, and nobody notices."""

    promise = 2

    def test_call_in_the_same_millisecond(self):
        pool = self.Pool(2)
        for n in range({'fork': 500, 'subprocess': 60}.get(self.variant, 20) // PACE):
            idle = self.pids(pool)
            if idle:
                kill(random.choice(idle))
            self.assertEqual(pool.apply(tasks.square, (n,)), n * n)

    def test_replaced_without_a_call(self):
        pool = self.Pool(2)
        pool.map(tasks.square, range(4), 1)
        before = self.pids(pool)
        for pid in before:
            kill(pid)
        self.assertTrue(wait_until(lambda: len(set(self.pids(pool)) - set(before)) == 2, 10),
                        'no new workers')
        self.assertEqual(pool.map(tasks.square, range(4), 1), [0, 1, 4, 9])

    def test_sent_to_one_that_never_began(self):
        # A stopped worker is idle for all that the pool can see.
        pool = self.Pool(1)
        stopped = pool.apply(tasks.pid)
        os.kill(stopped, signal.SIGSTOP)
        path = self.scratch()
        results = [pool.apply_async(tasks.noted, (path, n)) for n in range(3)]
        self.assertFalse(wait_until(lambda: results[0].ready(), 0.3))
        kill(stopped)
        self.assertEqual([result.get(20) for result in results], [0, 1, 2])
        self.assertEqual(lines(path), ['0', '1', '2'])

    def test_exit_status_is_late(self):
        # Its channel has ended, and its successor is there before its exit status.
        pool, path = self.Pool(1), self.scratch()
        stopped = pool.apply(tasks.pid)
        worker = pool._engine.slots[0].worker
        gone, end = worker.gone, monotonic() + 1
        worker.gone = lambda: monotonic() > end and gone()
        os.kill(stopped, signal.SIGSTOP)
        results = [pool.apply_async(tasks.noted, (path, n)) for n in range(3)]
        self.assertFalse(wait_until(lambda: results[0].ready(), 0.3))
        kill(stopped)
        self.assertEqual([result.get(20) for result in results], [0, 1, 2])
        self.assertEqual(lines(path), ['0', '1', '2'])


each_engine(globals(), Death, Idle)
each_engine(globals(), Descriptors, variants=[each for each in VARIANTS if each not in CLUSTERS])
