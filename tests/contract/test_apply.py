"""apply, apply_async, callbacks and AsyncResult, on every engine."""
import gc
import time
import weakref

import shim
from tests import tasks
from tests.contract import assemble
from tests.support import CONCURRENT_VARIANTS, Elapsed, each_engine, wait_until


class Apply(object):

    def test_arguments_and_keywords(self):
        self.assertEqual(self.pool.apply(tasks.constant), 'constant')
        self.assertEqual(self.pool.apply(tasks.both, (1,)), (1, '-'))
        self.assertEqual(self.pool.apply(tasks.both, (1, 2)), (1, 2))
        self.assertEqual(self.pool.apply(tasks.both, (1,), {'second': 3}), (1, 3))
        self.assertEqual(self.pool.apply(tasks.both, (), {'first': 1, 'second': 3}), (1, 3))
        self.assertEqual(self.pool.apply(func=tasks.both, args=[4], kwds={}), (4, '-'))

    def test_many_arguments(self):
        args = tuple(range(100))
        kwds = dict([('key%d' % i, [i]) for i in range(50)])
        self.assertEqual(self.pool.apply(tasks.everything, args, kwds), (args, kwds))

    def test_builtin_functions(self):
        self.assertEqual(self.pool.apply(len, ('four',)), 4)
        self.assertEqual(self.pool.apply(sorted, ([3, 1, 2],)), [1, 2, 3])

    def test_wrong_arguments_are_the_tasks_error(self):
        self.catch(TypeError, self.pool.apply, tasks.square, (1, 2, 3))
        self.catch(TypeError, self.pool.apply, tasks.square, (), {'nosuch': 1})
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_an_exception_is_raised_by_apply(self):
        error = self.catch(ValueError, self.pool.apply, tasks.raise_value_error, ('text',))
        self.assertEqual(error.args, ('text',))

    def test_async(self):
        results = [self.pool.apply_async(tasks.square, (i,)) for i in range(50)]
        self.assertEqual([result.get() for result in results], [i * i for i in range(50)])

    def test_get_again(self):
        result = self.pool.apply_async(tasks.identity, ([1],))
        self.assertEqual(result.get(), [1])
        self.assertTrue(result.get() is result.get(0))

    def test_get_raises_again(self):
        result = self.pool.apply_async(tasks.raise_value_error, ('text',))
        self.catch(ValueError, result.get)
        self.catch(ValueError, result.get)
        self.catch(ValueError, result.get, 0)

    def test_successful(self):
        result = self.pool.apply_async(tasks.square, (2,))
        result.wait()
        self.assertTrue(result.ready())
        self.assertTrue(result.successful() is True)
        result = self.pool.apply_async(tasks.raise_value_error, ('text',))
        self.assertTrue(result.wait(30) is None)
        self.assertTrue(result.ready() is True)
        self.assertTrue(result.successful() is False)

    def test_calls_from_many_threads(self):
        answers = {}

        def ask(number):
            answers[number] = [self.pool.apply(tasks.both, (number, i)) for i in range(25)]
        self.run_threads([lambda number=number: ask(number) for number in range(5)])
        self.assertEqual(answers, dict([(number, [(number, i) for i in range(25)])
                                        for number in range(5)]))

    def test_result_is_not_kept(self):
        value = self.pool.apply(tasks.identity, (tasks.Counter(),))
        reference = weakref.ref(value)
        del value

        def gone():
            gc.collect()
            return reference() is None
        self.assertTrue(wait_until(gone, 5))

    def test_argument_is_not_kept(self):
        argument = tasks.Counter()
        reference = weakref.ref(argument)
        self.pool.apply(tasks.constant, (argument,))
        del argument

        def gone():
            gc.collect()
            return reference() is None
        self.assertTrue(wait_until(gone, 5))


class Callbacks(object):

    def test_value(self):
        calls = []
        result = self.pool.apply_async(tasks.square, (3,), callback=calls.append)
        self.assertEqual(result.get(), 9)
        # Before get() returns, as the stdlib's: its callbacks run before the event is set.
        self.assertEqual(calls, [9])

    def test_positions(self):
        calls = []
        self.pool.apply_async(tasks.both, (3,), {'second': 4}, calls.append).get()
        result = self.pool.apply_async(tasks.raise_value_error, ('text',), {}, None, calls.append)
        self.catch(ValueError, result.get)
        self.assertEqual(calls[0], (3, 4))
        self.assertTrue(isinstance(calls[1], ValueError))

    def test_error(self):
        values, errors = [], []
        result = self.pool.apply_async(tasks.raise_value_error, ('text',),
                                       callback=values.append, error_callback=errors.append)
        error = self.catch(ValueError, result.get)
        self.assertEqual([each.args for each in errors], [('text',)])
        self.assertTrue(errors[0] is error)
        self.assertEqual(values, [])

    def test_no_error(self):
        errors = []
        result = self.pool.apply_async(tasks.square, (3,), error_callback=errors.append)
        self.assertEqual(result.get(), 9)
        self.assertEqual(errors, [])

    def test_each_once(self):
        values, errors = [], []
        results = [self.pool.apply_async(tasks.refuse, (i,), callback=values.append,
                                         error_callback=errors.append) for i in range(200)]
        for result in results:
            result.wait()
        self.assertEqual(sorted(values), [i for i in range(200) if i != 3])
        self.assertEqual([str(error) for error in errors], ['refused 3'])

    def test_false_values(self):
        calls = []
        for value in (None, 0, '', [], False):
            self.pool.apply_async(tasks.identity, (value,), callback=calls.append).get()
        self.assertEqual(calls, [None, 0, '', [], False])

    def test_base_exception(self):
        errors = []
        result = self.pool.apply_async(tasks.raise_base, ('exit',), error_callback=errors.append)
        self.catch(SystemExit, result.get)
        self.assertEqual([error.code for error in errors], [3])

    def test_callback_calls_the_pool(self):
        pool, later = self.pool, []

        def again(value):
            later.append(pool.apply_async(tasks.square, (value,)))
        pool.apply_async(tasks.square, (3,), callback=again).get()
        self.assertEqual(later[0].get(), 81)

    def test_chain_of_callbacks(self):
        pool, values = self.pool, []

        def again(value):
            values.append(value)
            if value < 50:
                pool.apply_async(tasks.both, (value + 1,), callback=lambda pair: again(pair[0]))
        again(1)
        self.assertTrue(wait_until(lambda: len(values) >= 50, 30))
        self.assertEqual(values, list(range(1, 51)))

    def test_error_callback_calls_the_pool(self):
        pool, later = self.pool, []

        def again(error):
            later.append(pool.apply_async(tasks.identity, (str(error),)))
        result = pool.apply_async(tasks.raise_value_error, ('text',), error_callback=again)
        self.catch(ValueError, result.get)
        self.assertEqual(later[0].get(), 'text')


class WhileItRuns(object):

    def test_timeout_then_value(self):
        result = self.pool.apply_async(tasks.nap, (0.25, 'late'))
        self.catch(shim.TimeoutError, result.get, 0)
        clock = Elapsed()
        self.catch(shim.TimeoutError, result.get, timeout=0.05)
        self.assertTrue(clock.real > 0.04, clock.real)
        self.assertEqual(result.get(timeout=30), 'late')

    def test_not_ready(self):
        result = self.pool.apply_async(tasks.nap, (0.25,))
        self.assertTrue(result.ready() is False)
        self.catch(ValueError, result.successful)
        clock = Elapsed()
        self.assertTrue(result.wait(0.05) is None)
        self.assertTrue(clock.real > 0.04, clock.real)
        self.assertFalse(result.ready())
        result.wait()
        self.assertTrue(result.successful())

    def test_get_waits(self):
        clock = Elapsed()
        self.pool.apply_async(tasks.nap, (0.1,)).get()
        self.assertTrue(clock.real > 0.09, clock.real)

    def test_two_at_once(self):
        self.assertTrue(assemble(self.pool, 2))

    def test_callback_comes_before_ready(self):
        seen, holder = [], []

        def look(_value):
            seen.append(holder[0].ready())
        holder.append(self.pool.apply_async(tasks.nap, (0.1,), callback=look))
        holder[0].get()
        holder[:] = [self.pool.apply_async(tasks.refuse_late, (0.1,), error_callback=look)]
        self.catch(ValueError, holder[0].get)
        self.assertEqual(seen, [False, False])

    def test_waiters_in_many_threads(self):
        result = self.pool.apply_async(tasks.nap, (0.2, 'value'))
        answers = []
        self.run_threads([lambda: answers.append(result.get()) for _ in range(5)])
        self.assertEqual(answers, ['value'] * 5)

    def test_result_without_a_holder_is_still_worked(self):
        calls = []
        self.pool.apply_async(tasks.nap, (0.05, 'value'), callback=calls.append)
        gc.collect()
        self.assertTrue(wait_until(lambda: calls, 10))
        time.sleep(0.05)
        self.assertEqual(calls, ['value'])


each_engine(globals(), Apply, Callbacks)
each_engine(globals(), WhileItRuns, variants=CONCURRENT_VARIANTS)
