"""shim.futures: executors as concurrent.futures', on every engine."""
import gc
import itertools
import logging
import os
import signal
import sys
import threading
import weakref

import six

import shim
from shim import futures
from tests import promise_tasks, tasks
from tests.promises import lines, scratch
from tests.support import (
    CONCURRENT_VARIANTS, PROCESS_VARIANTS, Elapsed, TestCase, alive, each_engine, needs_fork,
    needs_threads, run_script, skip, told, wait_until)

try:
    import asyncio
except ImportError:     # until 3.4
    asyncio = None


def started(kind, *args, **kwds):
    """An executor whose workers have started, unless they can't."""
    made = kind(*args, **kwds)
    made.submit(abs, -1).exception(20)
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


class Submit(object):

    def test_value(self):
        future = self.executor.submit(tasks.square, 3)
        self.assertEqual(future.result(20), 9)
        self.assertTrue(isinstance(future, futures.Future))
        self.assertTrue(future.done())
        self.assertFalse(future.running() or future.cancelled() or future.cancel())
        self.assertTrue(future.exception() is None)
        self.assertEqual(self.executor.submit(tasks.identity, [None]).result(20), [None])

    def test_keywords(self):
        # Those of submit() itself, too.
        result = self.executor.submit(tasks.everything, 1, self=2, fn=3, func=4).result(20)
        self.assertEqual(result, ((1,), {'self': 2, 'fn': 3, 'func': 4}))
        self.catch(TypeError, self.executor.submit)
        self.catch(TypeError, self.executor.submit, fn=abs)

    def test_error(self):
        future = self.executor.submit(tasks.shallow, 'text')
        error = self.catch(LookupError, future.result, 20)
        self.assertEqual(error.args, ('text',))
        self.assertTrue(future.exception() is error)
        if self.travels:
            self.assertIn('deep_failure', str(error.__cause__))

    def test_exit(self):
        self.catch(SystemExit, self.executor.submit(tasks.raise_base, 'exit').result, 20)
        self.catch(KeyboardInterrupt,
                   self.executor.submit(tasks.raise_base, 'keyboard').result, 20)

    def test_does_not_travel(self):
        if not self.travels:
            skip('nothing travels')
        for args in ((tasks.identity, tasks.make_lock()), (tasks.make_lock,),
                     (tasks.identity, tasks.OneWay())):
            future = self.executor.submit(*args)
            self.assertTrue(isinstance(future.exception(20), Exception))
        self.assertEqual(self.executor.submit(tasks.square, 3).result(20), 9)

    def test_arguments_as_they_are_now(self):
        if not self.travels:
            skip('nothing travels')
        given = [1]
        future = self.executor.submit(promise_tasks.nap, 0.05, given)
        given.append(2)
        self.assertEqual(future.result(20), [1])

    def test_callbacks(self):
        called = []
        future = self.executor.submit(promise_tasks.nap, 0.05, 'text')
        for number in range(3):
            future.add_done_callback(lambda done, number=number: called.append((number, done)))
        self.assertTrue(wait_until(lambda: len(called) == 3))
        self.assertEqual(called, [(number, future) for number in range(3)])
        future.add_done_callback(called.append)
        self.assertTrue(called[3] is future)

    def test_raising_callback(self):
        self.hush()
        for error in (ValueError, SystemExit):
            future = self.executor.submit(promise_tasks.nap, 0.02, 'text')
            if self.engine != 'serial':
                future.add_done_callback(lambda done: tasks.raise_it(error('expected')))
            self.assertEqual(future.result(20), 'text')
        self.assertEqual(self.executor.submit(tasks.square, 3).result(20), 9)

    def test_many(self):
        many = [self.executor.submit(tasks.square, number) for number in range(500)]
        expected = [number * number for number in range(500)]
        seen = [future.result() for future in futures.as_completed(many, 20 * self.patience)]
        self.assertEqual(sorted(seen), expected)
        self.assertEqual([future.result(20) for future in many], expected)
        done, left = futures.wait(many, 20)
        self.assertEqual((len(done), len(left)), (500, 0))

    def test_set_by_somebody_else(self):
        self.hush()
        first = self.executor.submit(promise_tasks.nap, 0.05)
        second = self.executor.submit(promise_tasks.nap, 0.05)
        for future in (first, second):
            if not future.done():
                future.set_result('other')
        futures.wait([first, second], 20)
        self.assertEqual(self.executor.submit(tasks.square, 3).result(20), 9)

    def test_raising_among_many(self):
        many = [self.executor.submit(tasks.refuse, number) for number in range(10)]
        futures.wait(many, 20)
        self.assertEqual([future.exception() is None for future in many],
                         [number != 3 for number in range(10)])
        done = futures.wait(many, 20, futures.FIRST_EXCEPTION).done
        self.assertTrue(many[3] in done)


class Map(object):

    def test_values(self):
        for size in (1, 3, 20):
            results = self.executor.map(tasks.square, range(10), chunksize=size)
            self.assertTrue(iter(results) is results)
            self.assertEqual(list(results), [n * n for n in range(10)])
            both = self.executor.map(tasks.both, [1, 2, 3], itertools.count(4), chunksize=size)
            self.assertEqual(list(both), [(1, 4), (2, 5), (3, 6)])
        self.assertEqual(list(self.executor.map(tasks.square, [])), [])
        self.assertEqual(list(self.executor.map(tasks.square)), [])

    def test_error_comes_in_its_place(self):
        for size in (1, 3):
            results = self.executor.map(tasks.refuse, range(10), chunksize=size)
            self.assertEqual([six.advance_iterator(results) for _each in range(3)], [0, 1, 2])
            self.catch(ValueError, six.advance_iterator, results)
            self.catch(StopIteration, six.advance_iterator, results)

    def test_buffersize(self):
        for size in (1, 3):
            pulled = itertools.count()
            results = self.executor.map(tasks.square, pulled, buffersize=4, chunksize=size)
            size = results._size    # threads have it 1
            self.assertEqual(six.advance_iterator(pulled), 4 * size)
            for number in range(4 * size):
                self.assertEqual(six.advance_iterator(results), number * number)
            self.assertTrue(six.advance_iterator(pulled) <= 9 * size)
            results.close()
            self.catch(StopIteration, six.advance_iterator, results)
        self.assertEqual(list(self.executor.map(tasks.square, range(10), buffersize=20)),
                         [n * n for n in range(10)])

    def test_nobody_asks_for_results(self):
        path = self.scratch()
        executor = self.Executor(1)
        executor.map(promise_tasks.noted, [path] * 5, range(5))
        executor.shutdown()
        self.assertEqual(lines(path), ['0', '1', '2', '3', '4'])

    def test_source_raises(self):
        def source():
            yield 1
            raise LookupError('text')
        self.catch(LookupError, self.executor.map, tasks.square, source())

    def test_refused(self):
        for error, options in (
                (ValueError, {'chunksize': 0}), (ValueError, {'buffersize': 0}),
                (ValueError, {'buffersize': -1}), (TypeError, {'buffersize': '2'}),
                (TypeError, {'nonsense': 1})):
            self.catch(error, self.executor.map, tasks.square, [1], **options)


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
            error = executor.submit(tasks.square, 3).exception(20)
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
        self.assertEqual(lines(path), ['0'])

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
            executor.shutdown(wait=self.travels)
            ended.append(True)
        future.add_done_callback(down)
        self.assertTrue(wait_until(lambda: ended))
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


each_engine(globals(), *[type(kind.__name__, (Base, kind), {}) for kind in (Submit, Map, Life)])
each_engine(globals(), type('Concurrent', (Base, Concurrent), {}), variants=CONCURRENT_VARIANTS)
each_engine(globals(), type('Processes', (Base, Processes), {}), variants=PROCESS_VARIANTS)
if 'thread' in CONCURRENT_VARIANTS:
    each_engine(globals(), *[type('Of' + kind.__name__, (OfThreads, kind), {}) for kind in (
        Submit, Map, Life, Concurrent, OnlyThreads)], **{'variants': ['thread']})


# ---- programs of asyncio

PROGRAM = '''
async def run_in(case, executor):
    loop = asyncio.get_event_loop()
    case.assertEqual(await loop.run_in_executor(executor, tasks.square, 3), 9)
    case.assertEqual(await asyncio.wrap_future(executor.submit(tasks.square, 4)), 16)
    results = [loop.run_in_executor(executor, tasks.square, number) for number in range(100)]
    case.assertEqual(await asyncio.gather(*results), [n * n for n in range(100)])
    try:
        await loop.run_in_executor(executor, tasks.raise_value_error, 'text')
    except ValueError as caught:
        case.assertEqual(caught.args, ('text',))
    else:
        case.fail('nothing raised')


async def cancel(case, executor):
    path = case.scratch('go')
    loop = asyncio.get_event_loop()
    first = loop.run_in_executor(executor, tasks.flow, 'wait', path)
    await asyncio.sleep(0.1)
    inner = executor.submit(tasks.square, 3)
    outer = asyncio.wrap_future(inner)
    outer.cancel()
    try:
        await outer
    except asyncio.CancelledError:
        pass
    else:
        case.fail('nothing raised')
    await asyncio.sleep(0)
    case.assertTrue(inner.cancelled())
    open(path, 'w').close()
    case.assertEqual(await first, 'wait')


async def default(case, executor):
    loop = asyncio.get_event_loop()
    loop.set_default_executor(executor)
    case.assertEqual(await loop.run_in_executor(None, tasks.square, 3), 9)
'''
if sys.version_info >= (3, 5):
    six.exec_(compile(PROGRAM, 'PROGRAM of ' + __name__, 'exec'), globals())


class Asyncio(Base):

    def run_loop(self, name, executor):
        if sys.version_info < (3, 5):
            skip('await is 3.5+')
        needs_threads()
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(globals()[name](self, executor))
        finally:
            loop.close()

    def test_run_in_executor(self):
        self.run_loop('run_in', self.executor)

    def test_cancel(self):
        self.run_loop('cancel', self.Executor(1))


class AsyncioDefault(OfThreads, Asyncio):

    def test_default(self):
        self.run_loop('default', self.Executor(2))


each_engine(globals(), Asyncio, variants=CONCURRENT_VARIANTS)
if 'thread' in CONCURRENT_VARIANTS:
    each_engine(globals(), AsyncioDefault, variants=['thread'])


# ---- what does not depend on the engine

AT_EXIT = '''
import atexit, sys, time
import shim
from shim import futures
from tests import promise_tasks as tasks

def late():
    try:
        executor.submit(tasks.square, 3)
    except RuntimeError:
        sys.stdout.write('refused\\n')

def tell(future):
    sys.stdout.write('%s\\n' % future.result())

if __name__ == '__main__':
    kind, leave = sys.argv[1:]
    atexit.register(late)
    if kind == 'threads':
        executor = futures.ThreadPoolExecutor(1)
    else:
        executor = futures.ProcessPoolExecutor(1, shim.get_context(kind))
    for number in range(3):
        executor.submit(tasks.nap, 0.2, number).add_done_callback(tell)
    if leave == 'down':
        executor.shutdown(False)
    if leave == 'exit':
        sys.exit(3)
'''


class Programs(TestCase):

    def test_exit_waits(self):
        needs_threads()
        for kind in ('threads', shim.get_context().get_start_method(), 'subprocess'):
            for leave, code in (('end', 0), ('exit', 3), ('down', 0)):
                status, out, err, _seconds = run_script(AT_EXIT, args=[kind, leave])
                if not hasattr(threading, '_register_atexit'):      # 3.9+
                    out = out.replace('refused\n', '') + 'refused\n'
                self.assertEqual((status, out), (code, '0\n1\n2\nrefused\n'), err)
                self.assertNotIn('Traceback', err)

    def test_nothing_loaded(self):
        status, out, err, _seconds = run_script(
            'import sys, shim\n'
            'print([name for name in sys.modules if "futures" in name and sys.modules[name]])\n')
        self.assertEqual((status, out), (0, '[]\n'), err)


class Refused(TestCase):

    def test_arguments(self):
        for error, args in (
                (ValueError, (0,)), (ValueError, (-1,)), (TypeError, (1.5,)),
                (TypeError, (1, None, 'text')), (TypeError, (1, None, None, (), 1.5)),
                (ValueError, (1, None, None, (), 0)), (TypeError, (1, 'fork'))):
            self.catch(error, futures.ProcessPoolExecutor, *args)

    def test_names(self):
        for name in futures.__all__:
            self.assertTrue(hasattr(futures, name), name)
        if futures.known is futures.backfill:
            skip('there is no concurrent.futures')
        import concurrent.futures as known
        for name in ('Future', 'wait', 'as_completed', 'CancelledError', 'TimeoutError',
                     'FIRST_COMPLETED', 'FIRST_EXCEPTION', 'ALL_COMPLETED', 'Executor',
                     'InvalidStateError', 'BrokenExecutor'):
            if hasattr(known, name):
                self.assertTrue(getattr(futures, name) is getattr(known, name), name)
        self.assertTrue(issubclass(futures.ThreadPoolExecutor, known.ThreadPoolExecutor))
        process = futures.part('process')
        if hasattr(process, 'BrokenProcessPool'):       # 3.3+
            self.assertTrue(futures.BrokenProcessPool is process.BrokenProcessPool)
        self.assertTrue(issubclass(futures.ProcessPoolExecutor, process.ProcessPoolExecutor))
