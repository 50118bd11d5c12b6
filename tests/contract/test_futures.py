"""shim.futures: what an executor makes of a call, on every engine."""
import itertools
import threading

import six

import shim
from shim import futures
from tests import promise_tasks, tasks
from tests.contract.executors import Base, OfThreads
from tests.promises import lines
from tests.support import (
    CONCURRENT_VARIANTS, TestCase, each_engine, needs_threads, run_script, skip, wait_until)


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
                (ValueError, {'buffersize': 0}),
                (ValueError, {'buffersize': -1}), (TypeError, {'buffersize': '2'}),
                (TypeError, {'nonsense': 1})):
            self.catch(error, self.executor.map, tasks.square, [1], **options)
        if isinstance(self.executor, futures.ProcessPoolExecutor):
            self.catch(ValueError, self.executor.map, tasks.square, [1], chunksize=0)
        else:       # to threads it means nothing
            self.assertEqual(list(self.executor.map(tasks.square, [3], chunksize=0)), [9])

    def test_submit_of_a_subclass(self):
        executor, called = self.Executor(1), []
        kind = type(executor)

        class Counting(kind):
            def submit(self, *args, **kwds):
                called.append(self)
                return kind.submit(self, *args, **kwds)
        executor.__class__ = Counting
        for size, many in ((1, 6), (4, 2)):
            results = executor.map(tasks.both, range(6), range(6), chunksize=size)
            if kind is futures.ThreadPoolExecutor:
                many = 6
            self.assertEqual(list(results), [(n, n) for n in range(6)])
            self.assertEqual(called, [executor] * many)
            del called[:]


each_engine(globals(), *[type(kind.__name__, (Base, kind), {}) for kind in (Submit, Map)])
if 'thread' in CONCURRENT_VARIANTS:
    each_engine(globals(), *[type('Of' + kind.__name__, (OfThreads, kind), {})
                             for kind in (Submit, Map)], **{'variants': ['thread']})


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
