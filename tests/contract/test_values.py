"""Values on their way: none looked at, none shared that shouldn't be, none too large."""
import math
import os
import pickle
import sys

import six

from tests import tasks
from tests.support import TRAVEL_VARIANTS, b, each_engine, skip

MEGABYTES = 1024 * 1024


class OddValues(object):

    def test_round_trip(self):
        values = [None, '\0', '', b(''), b('\0\xff'), six.u('\u20ac'), 0, -1, 2 ** 31, -2 ** 63,
                  10 ** 40, 1.5, -1e-300, 1j, True, False, (), [], {}, (None,),
                  [[]], {'key': {1: (2, 3)}}, set([1]), frozenset(), ('\0', None), Exception,
                  len, tasks.square, ((), {}), [None] * 1000, 'x' * 100000]
        for value in values:
            result = self.pool.apply(tasks.identity, (value,))
            self.assertEqual(result, value)
            self.assertTrue(type(result) is type(value), (result, value))
        self.assertEqual(self.pool.map(tasks.identity, values, 1), values)
        self.assertEqual(self.pool.map(tasks.identity, values), values)
        self.assertEqual(list(self.pool.imap(tasks.identity, values)), values)

    def test_floats_that_are_no_numbers(self):
        infinity = 1e300 * 1e300
        if sys.version_info < (2, 5) and self.travels:   # its pickle can't, so just no harm
            pool = self.Pool(1)
            results = [pool.apply_async(tasks.identity, (infinity,)),
                       pool.apply_async(tasks.infinity)]
            for result in results:
                result.wait()
                if result.successful():
                    self.assertEqual(result.get(), infinity)
            self.assertEqual(pool.apply(tasks.square, (3,)), 9)
            return
        self.assertEqual(self.pool.apply(tasks.identity, (infinity,)), infinity)
        self.assertEqual(self.pool.apply(tasks.infinity), infinity)
        value = self.pool.apply(tasks.identity, (infinity - infinity,))
        self.assertTrue(value != value)

    def test_types_of_equal_values(self):
        values = [1, True, 1.0, 1 + 0j, 0, False, 0.0, '', b('')]
        results = self.pool.map(tasks.identity, values, 1)
        self.assertEqual([type(result) for result in results], [type(value) for value in values])
        results = [self.pool.apply_async(tasks.identity, (value,)) for value in values]
        self.assertEqual([type(result.get()) for result in results],
                         [type(value) for value in values])

    def test_own_objects(self):
        counter = self.pool.apply(tasks.identity, (tasks.Counter(),))
        self.assertTrue(isinstance(counter, tasks.Counter))
        self.assertEqual(counter.calls, 0)

    def test_objects_that_contain_themselves(self):
        loop = []
        loop.append(loop)
        result = self.pool.apply(tasks.identity, (loop,))
        self.assertTrue(result[0] is result)

    def test_same_object_twice_in_one_call(self):
        shared = [1]
        first, second = self.pool.apply(tasks.both, (shared, shared))
        self.assertTrue(first is second)

    def test_callable_objects(self):
        self.assertEqual(self.pool.apply(tasks.Counter(), (None,)), 1)
        self.assertEqual(self.pool.apply(dict, (), {'key': 1}), {'key': 1})

    def test_functions_of_the_library(self):
        # Jython has some that are Java's, and no two looks at one give the same object.
        self.assertEqual(self.pool.apply(os.getpid) == os.getpid(), not self.elsewhere)
        self.assertEqual(self.pool.map(math.sqrt, [4, 9]), [2, 3])
        first, second = self.pool.apply(tasks.identity, ((math.sqrt, math.sqrt),))
        self.assertEqual((first(9), second(16)), (3, 4))

    def test_partial(self):
        if sys.version_info < (2, 5):
            skip('functools came with 2.5')
        from functools import partial
        function = partial(tasks.both, second=5)
        try:
            pickle.loads(pickle.dumps(function, 2))
        except TypeError:       # before 2.7; Jython
            if self.travels:
                skip('partial objects of this interpreter do not pickle')
        self.assertEqual(self.pool.apply(function, (1,)), (1, 5))
        self.assertEqual(self.pool.map(function, [1, 2, 3]), [(1, 5), (2, 5), (3, 5)])

    def test_lambda(self):
        if not self.travels:
            self.assertEqual(self.pool.map(lambda number: number + 1, [1, 2]), [2, 3])
        else:
            try:
                values = self.pool.map(lambda number: number + 1, [1, 2])
            except Exception:
                self.assertTrue('lambda' in str(sys.exc_info()[1]), sys.exc_info()[1])
            else:       # with an extra that pickles functions by value
                self.assertEqual(values, [2, 3])


class Untouched(object):
    """No value of the user's is truth-tested, compared or measured."""

    def named(self, value, name):
        self.assertEqual(value.name, name)

    def test_arguments_and_results(self):
        argument = tasks.Untouchable('argument')
        pool = self.pool
        self.named(pool.apply(tasks.wrap, (argument,)), 'wrapped argument')
        self.named(pool.apply(tasks.wrap, (), {'value': argument}), 'wrapped argument')
        self.named(pool.apply_async(tasks.wrap, (argument,)).get(), 'wrapped argument')
        for value in pool.map(tasks.wrap, [argument] * 5, 2):
            self.named(value, 'wrapped argument')
        for value in pool.starmap(tasks.wrap, [(argument,)] * 5):
            self.named(value, 'wrapped argument')
        for value in pool.imap(tasks.wrap, [argument] * 5):
            self.named(value, 'wrapped argument')
        for value in pool.imap_unordered(tasks.wrap, iter([argument] * 5), 2):
            self.named(value, 'wrapped argument')

    def test_functions(self):
        function = tasks.UntouchableFunction('function')
        self.named(self.pool.apply(function), 'result of function')
        for value in self.pool.map(function, [1, 2, 3], 1):
            self.named(value, 'result of function')
        for value in self.pool.imap(function, [1, 2, 3]):
            self.named(value, 'result of function')

    def test_callbacks(self):
        class Callback(tasks.Untouchable):
            def __call__(self, value):
                calls.append(value)
        calls = []
        callback = Callback('callback')
        self.pool.apply_async(tasks.wrap, (tasks.Untouchable('value'),), callback=callback).get()
        self.pool.map_async(tasks.square, [1, 2], callback=callback).get()
        result = self.pool.apply_async(tasks.raise_value_error, ('x',), error_callback=callback)
        self.catch(ValueError, result.get)
        self.named(calls[0], 'wrapped value')
        self.assertEqual(calls[1], [1, 4])
        self.assertTrue(isinstance(calls[2], ValueError))

    def test_initializer(self):
        function = tasks.UntouchableFunction('initializer')
        pool = self.Pool(1, function, (tasks.Untouchable('argument'),))
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)


class Sharing(object):
    """A chunk is one pickle; tasks of different chunks share nothing (processes only)."""

    def test_one_list_for_many_calls(self):
        items = [1, 2, 3]
        results = [self.pool.apply_async(tasks.append, (items,)) for _ in range(500)]
        self.assertEqual([result.get() for result in results], [4] * 500)
        self.assertEqual(items, [1, 2, 3])

    def test_one_list_for_many_calls_beside_others(self):
        items = [1, 2, 3]
        results = []
        for i in range(200):
            results.append(self.pool.apply_async(tasks.append, (items,)))
            results.append(self.pool.apply_async(tasks.square, (i,)))
        self.assertEqual([result.get() for result in results[::2]], [4] * 200)
        self.assertEqual([result.get() for result in results[1::2]], [i * i for i in range(200)])

    def test_one_list_in_a_map(self):
        items = [1, 2, 3]
        self.assertEqual(self.pool.map(tasks.append, [items] * 50, 1), [4] * 50)
        self.assertEqual(list(self.pool.imap(tasks.append, [items] * 50)), [4] * 50)
        self.assertEqual(self.pool.map(tasks.append, [items] * 7, 3), [4, 5, 6, 4, 5, 6, 4])

    def test_one_list_in_keywords(self):
        items = [1, 2, 3]
        results = [self.pool.apply_async(tasks.append, (), {'items': items}) for _ in range(50)]
        self.assertEqual([result.get() for result in results], [4] * 50)

    def test_results_share_nothing(self):
        values = [self.pool.apply_async(tasks.identity, ([],)).get() for _ in range(3)]
        values[0].append(1)
        self.assertEqual(values, [[1], [], []])
        values = self.pool.map(tasks.identity, [[]] * 4, 1)
        values[0].append(1)
        self.assertEqual(values, [[1], [], [], []])

    def test_function_object_with_a_state(self):
        self.assertEqual(self.pool.map(tasks.Counter(), range(20), 1), [1] * 20)
        self.assertEqual(self.pool.map(tasks.Counter(), range(7), 3), [1, 2, 3, 1, 2, 3, 1])
        self.assertEqual(list(self.pool.imap(tasks.Counter(), range(20))), [1] * 20)
        counter = tasks.Counter()
        results = [self.pool.apply_async(counter, (None,)) for _ in range(20)]
        self.assertEqual([result.get() for result in results], [1] * 20)

    def test_method_that_changes_its_object(self):
        if sys.version_info < (3,):
            try:
                from multiprocessing.forking import ForkingPickler
            except ImportError:
                skip('methods pickle since 3.4, or with the ForkingPickler of multiprocessing')
            self.assertTrue(ForkingPickler)
        counter = tasks.Counter()
        self.assertEqual(self.pool.map(counter.count, range(20), 1), [1] * 20)
        self.assertEqual(self.pool.map(counter.count, range(7), 3), [1, 2, 3, 1, 2, 3, 1])
        self.assertEqual(counter.calls, 0)


class Size(object):

    def test_large_argument(self):
        self.assertEqual(self.pool.apply(tasks.length, (b('x') * 20 * MEGABYTES,)), 20 * MEGABYTES)

    def test_large_result(self):
        value = self.pool.apply(tasks.times, (b('x'), 20 * MEGABYTES))
        self.assertEqual(len(value), 20 * MEGABYTES)

    def test_both_ways_at_once(self):
        # Whoever writes all before he reads, blocks on the other who does the same.
        values = [b(letter) * (20 * MEGABYTES) for letter in 'ab']
        results = [self.pool.apply_async(tasks.identity, (value,)) for value in values]
        for i in range(2):
            self.assertTrue(results[i].get() == values[i])

    def test_many_middling_both_ways(self):
        value = b('x') * (256 * 1024)
        results = self.pool.imap_unordered(tasks.identity, [value] * 40)
        self.assertEqual([len(result) for result in results], [len(value)] * 40)


each_engine(globals(), OddValues, Untouched, Size)
each_engine(globals(), Sharing, variants=TRAVEL_VARIANTS)
