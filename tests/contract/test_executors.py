"""shim.futures: the life of executors, and of futures that wait for a worker, on every engine."""
import gc
import os
import signal
import sys
import threading
import weakref

import shim
from shim import futures
from tests import promise_tasks, tasks
from tests.contract.executors import Base, OfThreads
from tests.promises import lines
from tests.support import (
    CONCURRENT_VARIANTS, LIKE_SUBPROCESS, PACE, PROCESS_VARIANTS, Elapsed, alive, each_engine,
    needs_fork, skip, told, wait_until)


class Life(object):

    def test_shutdown(self):
        executor = self.Executor(1)
        many = [executor.submit(tasks.square, number) for number in range(20)]
        executor.shutdown()
        self.assertEqual([future.result(0) for future in many], [n * n for n in range(20)])
        error = self.catch(RuntimeError, executor.submit, tasks.square, 3)
        self.assertEqual(str(error), 'cannot schedule new futures after shutdown')
        self.catch(RuntimeError, executor.map, tasks.square, [3])
        executor.shutdown()
        executor.shutdown(False)

    def test_never_used(self):
        executor = futures.ProcessPoolExecutor(2, self.ctx)
        self.assertTrue(executor._engine is None)
        executor.shutdown()
        self.catch(RuntimeError, executor.submit, tasks.square, 3)

    def test_context_manager(self):
        executor = self.Executor(1)
        self.assertTrue(executor.__enter__() is executor)
        future = executor.submit(promise_tasks.nap, 0.05, 1)
        self.assertFalse(executor.__exit__(None, None, None))
        self.assertEqual(future.result(0), 1)

    def test_initializer_raises(self):
        executor = self.Executor(2, initializer=tasks.raise_value_error, initargs=('text',))
        try:
            error = executor.submit(tasks.square, 3).exception(20 * PACE)
        except futures.BrokenExecutor:
            error = sys.exc_info()[1]
        self.assertTrue(isinstance(error, futures.BrokenExecutor), repr(error))
        self.assertTrue(isinstance(error, shim.PoolBrokenError))
        self.assertIn('ValueError: text', str(error))
        self.assertTrue(wait_until(lambda: executor._engine.error is not None))
        self.catch(futures.BrokenExecutor, executor.submit, tasks.square, 3)


class Concurrent(object):
    """Futures of what is still to be done."""

    def busy(self, executor):
        """Keep its one worker busy; returns the future and the file that ends it."""
        path = self.scratch('go')
        future = executor.submit(tasks.flow, 'wait', path)
        self.assertTrue(wait_until(future.running))
        return future, path

    def go(self, path):
        open(path, 'w').close()

    def test_cancel(self):
        executor, path = self.Executor(1), self.scratch()
        first, go = self.busy(executor)
        queued = [executor.submit(promise_tasks.noted, path, number) for number in range(6)]
        called = []
        queued[1].add_done_callback(called.append)
        for number in (1, 3):
            self.assertFalse(queued[number].running())
            self.assertTrue(queued[number].cancel())
            self.assertTrue(queued[number].cancelled())
            self.catch(futures.CancelledError, queued[number].result, 20)
        self.assertEqual(called, [queued[1]])
        self.assertFalse(first.cancel())
        self.assertTrue(first.running())
        self.go(go)
        self.assertEqual([future.result(20) for future in queued if not future.cancelled()],
                         [0, 2, 4, 5])
        done, left = futures.wait(queued, 20)
        self.assertEqual((len(done), len(left)), (6, 0))
        self.assertEqual(lines(path), ['0', '2', '4', '5'])

    def test_wait(self):
        executor = self.Executor(1)
        first, go = self.busy(executor)
        second = executor.submit(tasks.square, 3)
        for when in (futures.FIRST_COMPLETED, futures.FIRST_EXCEPTION, futures.ALL_COMPLETED):
            done, left = futures.wait([first, second], 0.01, when)
            self.assertEqual((done, left), (set(), set([first, second])))
        self.catch(futures.TimeoutError, list, futures.as_completed([first, second], 0.01))
        self.catch(futures.TimeoutError, first.result, 0.01)
        self.catch(futures.TimeoutError, second.exception, 0)
        self.go(go)
        done, left = futures.wait([first, second], 20, futures.FIRST_COMPLETED)
        self.assertTrue(first in done)
        done = list(futures.as_completed([second, first, second], 20))
        self.assertEqual((len(done), set(done)), (2, set([first, second])))

    def test_wait_for_two_executors(self):
        first, second = self.Executor(1), self.Executor(1)
        many = [(first, second)[number % 2].submit(tasks.square, number) for number in range(20)]
        if futures.known is not futures.backfill:
            from concurrent.futures import ThreadPoolExecutor
            other = ThreadPoolExecutor(1)
            self.addCleanup(other.shutdown)
            many.append(other.submit(tasks.square, 20))
        self.assertEqual(sorted([each.result() for each in futures.as_completed(many, 20)]),
                         [number * number for number in range(len(many))])

    def test_map_timeout(self):
        executor, path = self.Executor(1), self.scratch()
        clock = Elapsed()
        results = executor.map(promise_tasks.noted, [path] * 3, range(3), [0.6] * 3, timeout=0.3)
        self.catch(futures.TimeoutError, list, results)
        self.assertLess(clock.seconds, 5)
        executor.shutdown()
        # MPI has one more task than it runs, and hands nothing back.
        self.assertEqual(lines(path), ['0', '1'][:1 + (self.engine == 'mpi')])

    def test_shutdown_without_waiting(self):
        executor = self.Executor(1)
        first, go = self.busy(executor)
        second = executor.submit(tasks.square, 3)
        executor.shutdown(False)
        self.assertFalse(second.done())
        self.catch(RuntimeError, executor.submit, tasks.square, 3)
        self.go(go)
        self.assertEqual(second.result(20), 9)
        self.assertTrue(wait_until(lambda: executor._engine.ended.happened))

    def test_shutdown_cancels(self):
        executor, path = self.Executor(1), self.scratch()
        first, go = self.busy(executor)
        queued = [executor.submit(promise_tasks.noted, path, number) for number in range(3)]
        executor.shutdown(False, cancel_futures=True)
        done, left = futures.wait(queued, 20)
        self.assertEqual([future.cancelled() for future in queued], [True] * 3)
        self.go(go)
        self.assertEqual(first.result(20), 'wait')
        executor.shutdown()
        self.assertEqual(lines(path), [])

    def test_shutdown_cancels_what_a_worker_holds(self):
        # Tiny tasks travel many at a time, and one that is slow may be in front of them.
        if self.engine in shim.context.CLUSTERS + LIKE_SUBPROCESS:
            skip('%s hands nothing back' % self.engine)
        executor = self.Executor(1)
        list(executor.map(promise_tasks.nap, [0] * 300))
        first, go = self.busy(executor)
        early = [executor.submit(promise_tasks.nap, 0, number) for number in range(3)]
        slow = executor.submit(promise_tasks.nap, 1, 'slow')
        late = [executor.submit(promise_tasks.nap, 0, number) for number in range(300)]
        self.go(go)
        self.assertEqual([future.result(20) for future in early], [0, 1, 2])
        executor.shutdown(False, cancel_futures=True)
        if executor._engine.here:
            self.assertEqual(len([each for each in late if each.cancelled()]), len(late))
        futures.wait(late, 20)
        self.assertEqual(len([each for each in late if each.cancelled()]), len(late))
        self.assertTrue(slow.cancelled() or slow.result(20) == 'slow')
        executor.shutdown()
        self.assertEqual(first.result(0), 'wait')

    def test_shutdown_cancels_what_raises(self):
        # A callback that raises what is no Exception ended the executor's loop.
        executor = self.Executor(1)
        first, go = self.busy(executor)
        queued = [executor.submit(tasks.square, number) for number in range(3)]
        queued[1].add_done_callback(lambda done: tasks.raise_it(SystemExit('expected')))
        executor.shutdown(False, cancel_futures=True)
        futures.wait(queued, 20)
        self.go(go)
        self.assertEqual(first.result(20), 'wait')
        self.assertEqual([future.cancelled() for future in queued], [True] * 3)

    def test_collected(self):
        executor = self.make_pool(1)
        first, go = self.busy(executor)
        second, gone = executor.submit(tasks.square, 3), weakref.ref(executor)
        engine = executor._engine
        executor = None
        self.assertTrue(wait_until(lambda: [gc.collect(), gone() is None][1]))
        self.go(go)
        self.assertEqual((first.result(20), second.result(20)), ('wait', 9))
        self.assertTrue(wait_until(lambda: engine.ended.happened))

    def test_collected_during_map(self):
        executor = self.make_pool(1)
        results = executor.map(tasks.square, range(8))
        engine = executor._engine
        executor = None
        self.assertEqual(list(results), [n * n for n in range(8)])
        self.assertTrue(wait_until(lambda: [gc.collect(), engine.ended.happened][1]))

    def test_callback_that_submits(self):
        executor, results, lock = self.Executor(2), [], threading.Lock()

        def more(future):
            lock.acquire()
            results.append(future.result())
            lock.release()
            if len(results) < 20:
                executor.submit(tasks.square, len(results)).add_done_callback(more)
        executor.submit(tasks.square, 0).add_done_callback(more)
        self.assertTrue(wait_until(lambda: len(results) == 20))
        self.assertEqual(results, [n * n for n in range(20)])

    def test_shutdown_in_a_callback(self):
        executor, ended = self.Executor(1), []
        future = executor.submit(promise_tasks.nap, 0.1)

        def down(done):
            executor.shutdown()
            ended.append(True)
        future.add_done_callback(down)
        self.assertTrue(wait_until(lambda: ended))
        executor.shutdown()

    def test_shutdown_in_a_task(self):
        if self.travels:
            skip('a task in another process has no executor of this one')
        executor = self.Executor(2)
        later = executor.submit(promise_tasks.nap, 0.3)
        self.assertEqual(executor.submit(executor.shutdown).result(20), None)
        self.assertEqual(later.result(20), None)
        self.catch(RuntimeError, executor.submit, tasks.square, 1)
        executor.shutdown()

    def test_from_many_threads(self):
        executor, results = futures.ProcessPoolExecutor(2, self.ctx), {}

        def use(number):
            many = [executor.submit(tasks.square, number) for _each in range(50)]
            results[number] = [future.result(20) for future in many]
        self.run_threads([lambda number=number: use(number) for number in range(8)])
        executor.shutdown()
        self.assertEqual(results, dict([(n, [n * n] * 50) for n in range(8)]))


class OnlyThreads(object):

    def test_callback_that_waits(self):
        # It runs in the thread of its task: another one can do what it waits for.
        executor, results = self.Executor(2), []

        def wait_for_another(future):
            results.append(executor.submit(tasks.square, 3).result(20))
        executor.submit(promise_tasks.nap, 0.05).add_done_callback(wait_for_another)
        self.assertTrue(wait_until(lambda: results))
        self.assertEqual(results, [9])

    def test_names(self):
        executor = self.Executor(2, 'a%sb')
        name = executor.submit(lambda: threading.currentThread().getName()).result(20)
        self.assertTrue(name in ('a%sb_0', 'a%sb_1'), name)

    def test_size(self):
        self.assertEqual(self.Executor(7)._max_workers, 7)
        self.assertTrue(5 <= futures.ThreadPoolExecutor()._max_workers <= 32)
        self.catch(ValueError, futures.ThreadPoolExecutor, 0)
        self.catch(TypeError, futures.ThreadPoolExecutor, 1, initializer='text')

    def test_broken(self):
        executor = self.Executor(2, initializer=tasks.raise_value_error, initargs=('text',))
        self.assertTrue(wait_until(lambda: executor._engine.error is not None))
        error = self.catch(futures.BrokenThreadPool, executor.submit, tasks.square, 3)
        self.assertFalse(isinstance(error, futures.BrokenProcessPool))


class Processes(object):

    def test_death(self):
        executor = self.Executor(2)
        before = [executor.submit(promise_tasks.nap, 0.02, n) for n in range(10)]
        doomed = executor.submit(promise_tasks.die, 'kill')
        after = [executor.submit(promise_tasks.nap, 0.02, n) for n in range(10)]
        for kind in (futures.BrokenProcessPool, futures.BrokenExecutor, shim.WorkerLostError):
            error = self.catch(kind, doomed.result, 20)
        self.assertEqual((error.exitcode, error.started),
                         (told(self.engine, -signal.SIGKILL), True))
        self.assertEqual([future.result(20) for future in before + after], list(range(10)) * 2)
        self.assertEqual(executor.submit(tasks.square, 3).result(20), 9)

    def test_max_tasks(self):
        executor = self.Executor(1, max_tasks_per_child=2)
        pids = [executor.submit(tasks.pid).result(20) for _each in range(5)]
        self.assertEqual(len(set(pids)), 3)     # the first task was Base's

    def end_workers(self, how):
        executor, path = self.Executor(2), self.scratch()
        running = [executor.submit(promise_tasks.stubborn, path) for _each in range(2)]
        queued = [executor.submit(tasks.square, number) for number in range(5)]
        self.assertTrue(wait_until(lambda: len(lines(path)) == 2))
        pids = list(executor._processes)
        self.assertEqual(sorted(pids), sorted([int(line) for line in lines(path)]))
        clock = Elapsed()
        getattr(executor, how)()
        futures.wait(running + queued, 20)
        for future in running:
            self.assertTrue(isinstance(future.exception(0), futures.BrokenProcessPool))
        self.assertEqual([future.cancelled() for future in queued], [True] * 5)
        self.assertTrue(wait_until(lambda: not [pid for pid in pids if alive(pid)], 5))
        self.assertLess(clock.seconds, 3)
        self.catch(RuntimeError, executor.submit, tasks.square, 3)

    def test_terminate(self):
        self.end_workers('terminate_workers')

    def test_kill(self):
        self.end_workers('kill_workers')

    def test_context_of_the_stdlib(self):
        method = getattr(shim.compat.multiprocessing, 'get_context', None)
        if method is None or self.engine not in ('fork', 'spawn', 'forkserver'):
            skip('multiprocessing has no such context')
        executor = self.Executor(1, mp_context=method(self.engine))
        self.assertEqual(executor._mp_context.engine_name, self.engine)
        self.assertEqual(executor.submit(tasks.square, 3).result(20), 9)

    def test_inherited(self):
        needs_fork()
        executor = self.executor
        child = os.fork()
        if not child:
            code = 1
            try:
                try:
                    executor.submit(tasks.square, 3)
                except RuntimeError:
                    executor.shutdown()
                    code = 0
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(executor.submit(tasks.square, 3).result(20), 9)

    def test_within_a_task(self):
        self.assertEqual(self.executor.submit(promise_tasks.with_executor, self.engine).result(30),
                         [0, 1, 4])


each_engine(globals(), type('Life', (Base, Life), {}))
each_engine(globals(), type('Concurrent', (Base, Concurrent), {}), variants=CONCURRENT_VARIANTS)
each_engine(globals(), type('Processes', (Base, Processes), {}), variants=PROCESS_VARIANTS)
if 'thread' in CONCURRENT_VARIANTS:
    each_engine(globals(), *[type('Of' + kind.__name__, (OfThreads, kind), {})
                             for kind in (Life, Concurrent, OnlyThreads)], **{'variants': ['thread']})
