"""A pool from its start to its end, on every engine."""
import gc
import os
import random
import shutil
import sys
import tempfile

import shim
from shim.context import CLUSTERS
from tests import promise_tasks, tasks
from tests.contract import assemble
from tests.promises import lines, scratch
from tests.support import (
    CONCURRENT_VARIANTS, PROCESS_VARIANTS, Elapsed, alive, each_engine, run_script, skip,
    wait_until)


class Ends(object):

    def test_close_then_join(self):
        pool = self.Pool(2)
        results = [pool.apply_async(tasks.square, (i,)) for i in range(50)]
        pool.close()
        pool.join()
        for i in range(50):
            self.assertTrue(results[i].ready())
            self.assertEqual(results[i].get(0), i * i)

    def test_closed_and_forgotten(self):
        path = scratch(self)
        pool = self.make_pool(2)
        results = pool.imap_unordered(promise_tasks.noted_here, [(path, number) for number in range(40)])
        engine = pool._engine
        pool.close()
        if not engine.lazy:
            del pool, results
            gc.collect()
            self.assertTrue(wait_until(lambda: engine.ended.happened, 20))
        else:
            list(results)
        self.assertEqual(len(lines(path)), 40)

    def test_unused(self):
        pool = self.Pool(2)
        pool.close()
        pool.join()
        self.Pool(2).terminate()

    def test_each_again(self):
        pool = self.Pool(1)
        for _ in range(2):
            pool.close()
        for _ in range(2):
            pool.join()
        for _ in range(2):
            pool.terminate()
        pool.close()
        pool.join()

    def test_terminate_then_join(self):
        pool = self.Pool(2)
        self.assertEqual(pool.map(tasks.square, [1, 2]), [1, 4])
        pool.terminate()
        pool.terminate()
        pool.join()

    def test_context_manager(self):
        pool = self.Pool(2)
        self.assertTrue(pool.__enter__() is pool)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)
        self.assertFalse(pool.__exit__(None, None, None))
        self.catch(ValueError, pool.apply, tasks.square, (3,))
        self.assertEqual(pool._state, 'TERMINATE')
        self.catch(ValueError, pool.__enter__)

    def test_context_manager_lets_exceptions_through(self):
        pool = self.Pool(1)
        pool.__enter__()
        self.assertFalse(pool.__exit__(ValueError, ValueError('text'), None))

    def test_states(self):
        pool = self.Pool(1)
        self.assertEqual(pool._state, 'RUN')
        pool.close()
        self.assertEqual(pool._state, 'CLOSE')
        pool.terminate()
        self.assertEqual(pool._state, 'TERMINATE')

    def test_close_after_terminate_changes_nothing(self):
        pool = self.Pool(1)
        pool.terminate()
        pool.close()
        self.assertEqual(pool._state, 'TERMINATE')

    def test_repr(self):
        pool = self.Pool(2)
        self.assertTrue('Pool' in repr(pool), pool)
        self.assertTrue('state=RUN' in repr(pool), pool)
        self.assertTrue('pool_size=%d' % len(pool._pool) in repr(pool), pool)
        pool.close()
        self.assertTrue('state=CLOSE' in repr(pool), pool)

    def test_results_outlive_the_pool(self):
        pool = self.Pool(1)
        result = pool.apply_async(tasks.square, (3,))
        many = pool.map_async(tasks.square, [1, 2])
        result.wait()
        many.wait()
        pool.terminate()
        pool.join()
        self.assertEqual((result.get(), many.get()), (9, [1, 4]))

    def test_pools_side_by_side(self):
        pools = [self.Pool(1) for _ in range(3)]
        for i in range(3):
            self.assertEqual(pools[i].apply(tasks.both, (i,)), (i, '-'))
        pools[1].terminate()
        self.assertEqual(pools[0].apply(tasks.square, (3,)), 9)
        self.assertEqual(pools[2].apply(tasks.square, (3,)), 9)


class EndsWhileItRuns(object):

    def test_close_waits_for_what_runs(self):
        pool = self.Pool(2)
        results = [pool.apply_async(tasks.nap, (0.1, i)) for i in range(3)]
        pool.close()
        self.assertFalse(results[2].ready())
        pool.join()
        self.assertEqual([result.get(0) for result in results], [0, 1, 2])

    def test_terminate_does_not_wait_for_what_is_queued(self):
        pool = self.Pool(1)
        results = [pool.apply_async(tasks.nap, (0.2,)) for _ in range(50)]
        clock = Elapsed()
        pool.terminate()
        pool.join()
        self.assertTrue(clock.seconds < 5, clock.seconds)
        for result in results[2:]:
            self.catch(shim.PoolTerminatedError, result.get, 10)
            self.assertFalse(result.successful())

    def test_terminate_ends_maps_and_iterators(self):
        pool = self.Pool(1)
        blocker = pool.apply_async(tasks.nap, (0.5,))
        many = pool.map_async(tasks.square, range(10))
        ordered = pool.imap(tasks.square, range(10))
        unordered = pool.imap_unordered(tasks.square, iter(range(10)))
        pool.terminate()
        self.catch(shim.PoolTerminatedError, many.get, 10)
        self.catch(shim.PoolTerminatedError, ordered.next, 10)
        self.catch(shim.PoolTerminatedError, unordered.next, 10)
        self.assertTrue(wait_until(blocker.ready, 10))


class Workers(object):

    def test_pool_attributes(self):
        pool = self.Pool(2)
        self.assertTrue(pool._processes >= 1)
        self.assertEqual(len(pool._pool), pool._processes)
        for worker in pool._pool:
            self.assertTrue(worker.is_alive())
            self.assertTrue(worker.exitcode is None)
            self.assertTrue(isinstance(worker.name, str))
            self.assertTrue(wait_until(lambda: worker.pid))     # a scheduler's has yet to say

    def test_default_size(self):
        most = shim.cpu_count()
        if self.engine in CLUSTERS:
            from tests.schedulers import SIZE as most
        if self.channel == 'server':
            from tests.schedulers import ROOM as most
        for keywords in ({}, {'processes': None}):
            pool = self.make_pool(**keywords)
            self.end(pool)      # a ppserver has no room for two such
            self.assertTrue(1 <= pool._processes <= most)

    def test_where_tasks_run(self):
        pids = set(self.pool.map(tasks.pid, range(20), 1) + [self.pool.apply(tasks.pid)])
        if self.elsewhere:
            self.assertFalse(os.getpid() in pids)
        if self.is_process:
            self.assertTrue(pids <= set([worker.pid for worker in self.pool._pool]))
        if not self.elsewhere:
            self.assertEqual(pids, set([os.getpid()]))

    def test_initializer(self):
        pool = self.Pool(2, tasks.keep, ('plain', 1, 'two'))
        self.assertEqual(pool.map(tasks.kept, ['plain'] * 10, 1), [(1, 'two')] * 10)

    def test_initargs_of_any_kind(self):
        pool = self.Pool(processes=1, initializer=tasks.keep, initargs=['kinds', [1], {1: None}])
        self.assertEqual(pool.apply(tasks.kept, ('kinds',)), ([1], {1: None}))

    def test_initializer_runs_once_per_worker(self):
        folder = tempfile.mkdtemp()
        try:
            path = os.path.join(folder, 'notes')
            pool = self.Pool(2, tasks.note_and_keep, (path, 'once', 5))
            self.assertEqual(pool.map(tasks.kept, ['once'] * 20, 1), [(5,)] * 20)
            pool.close()
            pool.join()
            size, noted = pool._processes, tasks.notes(path)
            if self.elsewhere:
                self.assertEqual(len(set(noted)), len(noted))
            if self.engine not in CLUSTERS:     # a scheduler has any of its workers do it
                self.assertEqual(len(noted), size)
        finally:
            shutil.rmtree(folder)

    def test_maxtasksperchild_loses_nothing(self):
        if self.travels:        # a thread is replaced as well, though it has no memory of its own
            self.needs(16)
        pool = self.Pool(2, maxtasksperchild=2)
        self.assertEqual(pool.map(tasks.square, range(10), 2), [i * i for i in range(10)])
        results = [pool.apply_async(tasks.square, (i,)) for i in range(4)]
        self.assertEqual([result.get() for result in results], [0, 1, 4, 9])
        pool.close()
        pool.join()


class SeveralWorkers(object):

    def test_size(self):
        for size in (1, 3):
            pool = self.Pool(size)
            self.assertEqual((pool._processes, len(pool._pool)), (size, size))
            self.assertTrue('pool_size=%d' % size in repr(pool), pool)

    def test_all_work(self):
        self.assertTrue(assemble(self.Pool(3), 3))


class WorkerProcesses(object):

    def pids(self, pool):
        """Those of its workers; one of a ppserver has yet to say."""
        self.assertTrue(wait_until(lambda: None not in [worker.pid for worker in pool._pool]))
        return [worker.pid for worker in pool._pool]

    def test_pids(self):
        pool = self.Pool(2)
        pids = self.pids(pool)
        self.assertEqual(len(set(pids)), 2)
        self.assertFalse(os.getpid() in pids)
        for pid in pids:
            self.assertTrue(alive(pid))
        pool.terminate()
        pool.join()
        self.assertTrue(wait_until(lambda: not [pid for pid in pids if alive(pid)], 5))

    def test_workers_end_with_close_and_join(self):
        pool = self.Pool(2)
        pids = self.pids(pool)
        pool.map(tasks.nap, [0.05] * 4, 1)
        pool.close()
        pool.join()
        self.assertEqual([pid for pid in pids if alive(pid)], [])

    def test_workers_end_with_the_context(self):
        pool = self.Pool(2)
        pids = self.pids(pool)
        pool.__enter__()
        pool.apply_async(tasks.nap, (30,))
        clock = Elapsed()
        pool.__exit__(None, None, None)
        self.assertTrue(wait_until(lambda: not [pid for pid in pids if alive(pid)], 5))
        self.assertTrue(clock.seconds < 10, clock.seconds)

    def test_same_workers_throughout(self):
        pool = self.Pool(2)
        before = sorted(self.pids(pool))
        pool.map(tasks.refuse_late, [], 1)
        for i in range(5):
            self.catch(ValueError, pool.apply, tasks.refuse, (3,))
        pool.map(tasks.pid, range(100), 1)
        self.assertEqual(sorted(self.pids(pool)), before)

    def test_maxtasksperchild(self):
        pool = self.Pool(1, maxtasksperchild=2)
        pids = [pool.apply(tasks.pid) for _ in range(6)]
        self.assertEqual([pids.count(pid) for pid in pids], [2] * 6)
        self.assertEqual(pids, sorted(pids, key=pids.index))    # one after the other

    def test_maxtasksperchild_counts_chunks(self):
        pool = self.Pool(1, maxtasksperchild=2)
        pids = pool.map(tasks.pid, range(12), 3)
        self.assertEqual([pids.count(pid) for pid in pids], [6] * 12)

    def test_new_workers_are_initialized(self):
        folder = tempfile.mkdtemp()
        try:
            path = os.path.join(folder, 'notes')
            pool = self.Pool(1, tasks.note_and_keep, (path, 'new', 5), 1)
            self.assertEqual([pool.apply(tasks.kept, ('new',)) for _ in range(4)], [(5,)] * 4)
            pool.close()
            pool.join()
            started = tasks.notes(path)
            self.assertEqual(len(set(started)), len(started))
            self.assertTrue(4 <= len(started) <= 5, started)
        finally:
            shutil.rmtree(folder)


each_engine(globals(), Ends, Workers)
each_engine(globals(), EndsWhileItRuns, SeveralWorkers, variants=CONCURRENT_VARIANTS)
class Seeds(object):
    """reseed=True: who has a process of its own has a random seed of its own."""

    def test_each_its_own(self):
        drawn = set()
        for _each in range(3):
            pool = self.Pool(1, tasks.keep, ('seeded', 5), reseed=True)
            drawn.add(pool.apply(tasks.draw, (None,)))
            self.assertEqual(pool.apply(tasks.kept, ('seeded',)), (5,))
        self.assertEqual(len(drawn), 3)

    def test_numpy_too(self):
        if self.engine != 'fork':       # others import it anew, and then it seeds itself
            return
        sys.modules['numpy.random'] = fake = tasks.FakeNumpyRandom()
        try:
            self.assertEqual(self.Pool(1).apply(tasks.numpy_seeds), 0)
            self.assertEqual(self.Pool(1, reseed=True).apply(tasks.numpy_seeds), 1)
            self.assertEqual(fake.seeds, 0)
        finally:
            del sys.modules['numpy.random']

    def test_the_programs_own_stays(self):
        random.seed(24)
        expected = random.random()
        random.seed(24)
        self.Pool(1, reseed=True).apply(tasks.square, (3,))
        self.assertEqual(random.random(), expected)


PRINTS = '''
import sys
import shim
from tests import tasks

if __name__ == '__main__':
    pool = shim.get_context(sys.argv[1]).Pool(2)
    pool.map(tasks.tell, range(50), 1)
    for n in range(50, 60):
        pool.apply(tasks.tell, (n,))
    pool.terminate()
'''


class Printed(object):
    """What a task printed is out when its result is there."""

    def test_into_a_file(self):
        if self.engine in CLUSTERS and self.engine != 'executor':
            skip('what is printed in a worker of %s goes where that prints' % self.engine)
        environ = {'SHIM_CHANNEL': self.channel or '', 'PYTHONUNBUFFERED': ''}
        status, out, err, _seconds = run_script(PRINTS, args=[self.engine], env=environ)
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(sorted([int(word) for word in out.split()]), list(range(60)))


each_engine(globals(), Printed, Seeds)
each_engine(globals(), WorkerProcesses, variants=PROCESS_VARIANTS)
