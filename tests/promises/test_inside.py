"""Promise 14: what a task finds in its worker, a pool of its own included."""
import os
import re
import sys

from tests import promise_tasks as tasks
from tests.promises import Promise, kill
from tests.support import PROCESS_VARIANTS, each_engine, wait_until


class Identity(Promise):
    """Promise 14: current_process() is as in the stdlib."""

    promise = 14

    def seen(self, pool):
        """{pid: what that worker tells of itself}, of two: one of them may be slow to start."""
        seen = {}

        def asked():
            for each in pool.map(tasks.whoami, [0.1] * 8, 1):
                seen[each[0]] = each
            return len(seen) > 1
        wait_until(asked, 30)
        return seen

    def test_identity(self):
        pool = self.Pool(2)
        seen = self.seen(pool)
        self.assertEqual(sorted(seen), sorted(self.pids(pool)))
        self.assertEqual(len(set([each[1] for each in seen.values()])), 2)
        self.assertEqual(len(set([each[3] for each in seen.values()])), 2)
        for pid, name, daemon, identity in seen.values():
            self.assertNotEqual(pid, os.getpid())
            self.assertTrue(daemon)
            self.assertTrue(identity)
            self.assertTrue(re.search(r'PoolWorker-\d+$', name), name)
            if self.engine == 'fork' and sys.version_info >= (3, 4):    # before: PoolWorker-N
                self.assertTrue(re.match(r'ForkPoolWorker-\d+$', name), name)

    def test_seen_from_outside(self):
        pool = self.Pool(2)
        names = set([each[1] for each in self.seen(pool).values()])
        self.assertEqual(names, set([worker.name for worker in pool._pool]))
        self.assertEqual([worker.is_alive() for worker in pool._pool], [True, True])
        self.assertEqual([worker.exitcode for worker in pool._pool], [None, None])


class Nested(Promise):
    """Promise 14: a pool inside a task works."""

    def test_works(self):
        for outer, inner, squares in self.pool.map(
                tasks.nested_here, [(self.engine, 10), (self.engine, 20)], 1):
            self.assertEqual(squares, [n * n for n in range(len(squares))])
            if self.is_process:
                self.assertNotEqual(outer, os.getpid())
                self.assertNotIn(outer, inner)


class NestedEnd(Promise):
    """Promises 12 and 14: the inner workers end with the outer one."""

    promise = 14

    def sleepers(self, pool):
        path = self.scratch()
        pool.apply_async(tasks.nested_sleepers, (self.engine, path))
        pids = self.noted_pids(path, 1)
        self.assertEqual(len(set(pids)), 3)
        return pids

    def test_outer_killed(self):
        pids = self.sleepers(self.Pool(1))
        kill(pids[0])
        self.gone(pids, 2)

    def test_outer_terminated(self):
        pool = self.Pool(1)
        pids = self.sleepers(pool)
        pool.terminate()
        self.gone(pids, 3)


each_engine(globals(), Nested)
each_engine(globals(), Identity, NestedEnd, variants=PROCESS_VARIANTS)
