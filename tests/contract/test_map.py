"""map, starmap and their async forms, on every engine."""
import os
import shutil
import tempfile
import time

import six

from shim import compat
from tests import tasks
from tests.support import CONCURRENT_VARIANTS, each_engine

CHUNKSIZES = (None, 1, 2, 3, 7, 100)
SQUARES = [i * i for i in range(23)]


class Sequence(object):
    """Has a length and the old protocol of iteration, and is no list."""

    def __init__(self, size):
        self.size = size

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        if not 0 <= index < self.size:
            raise IndexError(index)
        return index


class NoTruth(object):
    """An iterable that must not be truth-tested, without a length."""

    def __nonzero__(self):
        raise AssertionError('somebody looked whether it is empty')

    __bool__ = __nonzero__

    def __iter__(self):
        return iter([1, 2, 3])


def broken(good):
    for i in range(good):
        yield i
    raise LookupError('the iterable broke')


class Map(object):

    def test_every_chunksize(self):
        for chunksize in CHUNKSIZES:
            self.assertEqual(self.pool.map(tasks.square, range(23), chunksize), SQUARES)
            self.assertEqual(self.pool.map(tasks.square, list(range(23)), chunksize), SQUARES)
            self.assertEqual(self.pool.map(tasks.square, iter(range(23)), chunksize), SQUARES)

    def test_keywords(self):
        self.assertEqual(self.pool.map(func=tasks.square, iterable=[2], chunksize=1), [4])
        self.assertEqual(self.pool.map_async(func=tasks.square, iterable=[2], chunksize=1,
                                             callback=None, error_callback=None).get(), [4])

    def test_every_kind_of_iterable(self):
        for chunksize in CHUNKSIZES:
            for iterable in (tuple(range(23)), Sequence(23), six.moves.xrange(23),
                             (i for i in range(23)), dict.fromkeys(range(23)).keys(),
                             frozenset(range(23))):
                self.assertEqual(sorted(self.pool.map(tasks.square, iterable, chunksize)), SQUARES)
            self.assertEqual(self.pool.map(tasks.identity, 'text', chunksize), list('text'))
            self.assertEqual(self.pool.map(tasks.square, NoTruth(), chunksize), [1, 4, 9])

    def test_dict_gives_its_keys(self):
        self.assertEqual(self.pool.map(tasks.length, {'a': 1}), [1])

    def test_no_items(self):
        for iterable in ([], (), iter([]), '', {}, Sequence(0)):
            self.assertEqual(self.pool.map(tasks.square, iterable), [])
            self.assertEqual(self.pool.starmap(tasks.both, iterable), [])
        self.assertEqual(self.pool.map(tasks.square, [], 5), [])

    def test_no_items_async(self):
        calls = []
        result = self.pool.map_async(tasks.square, [], callback=calls.append,
                                     error_callback=calls.append)
        self.assertTrue(result.ready())
        self.assertTrue(result.successful())
        self.assertEqual(result.get(), [])
        self.pool.map(tasks.square, range(5))
        self.assertEqual(calls, [])     # as the stdlib's

    def test_one_item(self):
        for chunksize in CHUNKSIZES:
            self.assertEqual(self.pool.map(tasks.square, [5], chunksize), [25])

    def test_none_as_item_and_result(self):
        for chunksize in CHUNKSIZES:
            self.assertEqual(self.pool.map(tasks.identity, [None] * 9, chunksize), [None] * 9)

    def test_many(self):
        numbers = list(range(20000))
        self.assertEqual(self.pool.map(tasks.identity, numbers), numbers)
        self.assertEqual(self.pool.map(tasks.identity, numbers, 33), numbers)

    def test_the_iterable_is_not_changed(self):
        numbers = [3, 1, 2]
        self.pool.map(tasks.square, numbers)
        self.assertEqual(numbers, [3, 1, 2])

    def test_the_list_may_change_after_the_call(self):
        numbers = list(range(50))
        result = self.pool.map_async(tasks.constant, numbers, 1)
        del numbers[25:]
        self.assertEqual(len(result.get()), 50)

    def test_callback(self):
        calls = []
        result = self.pool.map_async(tasks.square, range(23), 2, calls.append, calls.append)
        self.assertEqual(result.get(), SQUARES)
        self.assertEqual(calls, [SQUARES])

    def test_error_callback(self):
        values, errors = [], []
        result = self.pool.map_async(tasks.refuse, range(23), 2, callback=values.append,
                                     error_callback=errors.append)
        error = self.catch(ValueError, result.get)
        self.assertEqual(str(error), 'refused 3')
        self.assertEqual(values, [])
        self.assertEqual([str(each) for each in errors], ['refused 3'])
        self.assertFalse(result.successful())

    def test_an_exception_of_one_task(self):
        for chunksize in CHUNKSIZES:
            error = self.catch(ValueError, self.pool.map, tasks.refuse, range(23), chunksize)
            self.assertEqual(str(error), 'refused 3')
        self.assertEqual(self.pool.map(tasks.refuse, [1, 2]), [1, 2])

    def test_ready_only_when_all_are_done(self):
        folder = tempfile.mkdtemp()
        try:
            path = os.path.join(folder, 'notes')
            result = self.pool.starmap_async(
                tasks.note_unless_negative,
                [(path, -1), (path, 1), (path, 2), (path, 3), (path, 4)], 1)
            self.catch(ValueError, result.get)
            self.assertEqual(sorted(tasks.notes(path)), ['1', '2', '3', '4'])
        finally:
            shutil.rmtree(folder)

    def test_broken_iterable(self):
        self.catch(LookupError, self.pool.map, tasks.square, broken(0))
        self.catch(LookupError, self.pool.map, tasks.square, broken(5))
        self.catch(LookupError, self.pool.map_async, tasks.square, broken(5))
        self.catch(LookupError, self.pool.starmap, tasks.both, broken(5))
        self.assertEqual(self.pool.map(tasks.square, [2]), [4])

    def test_no_iterable(self):
        self.catch(TypeError, self.pool.map, tasks.square, 5)
        self.catch(TypeError, self.pool.map_async, tasks.square, None)

    def test_async_get_with_a_timeout(self):
        result = self.pool.map_async(tasks.square, [1, 2, 3])
        self.assertEqual(result.get(timeout=30), [1, 4, 9])
        self.assertTrue(result.get() is result.get())

    def test_bound_method_of_a_builtin(self):
        self.assertEqual(self.pool.map(str, [1, 2]), ['1', '2'])


class Stays(object):
    """It can't travel."""

    def __reduce__(self):
        raise TypeError('it stays here')


class Starmap(object):

    def test_every_chunksize(self):
        pairs = [(i, -i) for i in range(23)]
        for chunksize in CHUNKSIZES:
            self.assertEqual(self.pool.starmap(tasks.both, pairs, chunksize), pairs)
            self.assertEqual(self.pool.starmap(tasks.both, iter(pairs), chunksize), pairs)

    def test_every_kind_of_arguments(self):
        self.assertEqual(self.pool.starmap(tasks.both, [[1, 2], (3, 4), 'ab', (5,)]),
                         [(1, 2), (3, 4), ('a', 'b'), (5, '-')])
        self.assertEqual(self.pool.starmap(tasks.constant, [(), []]), ['constant'] * 2)

    def test_arguments_that_can_be_read_once(self):
        self.assertEqual(self.pool.starmap(tasks.both, [iter((1, 2)), (3, 4)], chunksize=1),
                         [(1, 2), (3, 4)])
        # What does not travel is packed a second time.
        values = [iter((1, Stays())), iter((2, 3))]
        if self.travels:
            self.catch(Exception, self.pool.starmap, tasks.everything, values, chunksize=1)
        else:
            self.assertEqual(len(self.pool.starmap(tasks.both, values, chunksize=1)), 2)

    def test_async(self):
        calls = []
        result = self.pool.starmap_async(tasks.both, [(1, 2), (3, 4)], 1, calls.append)
        self.assertEqual(result.get(30), [(1, 2), (3, 4)])
        self.assertEqual(calls, [[(1, 2), (3, 4)]])

    def test_wrong_number_of_arguments(self):
        errors = []
        result = self.pool.starmap_async(tasks.both, [(1, 2), (1, 2, 3)], 1,
                                         error_callback=errors.append)
        self.catch(TypeError, result.get)
        self.assertEqual(len(errors), 1)

    def test_item_that_is_no_iterable(self):
        self.catch(TypeError, self.pool.starmap, tasks.both, [(1, 2), 3])
        self.assertEqual(self.pool.starmap(tasks.both, [(1, 2)]), [(1, 2)])


MAIN = compat.get_ident()


def load_slowly(text):
    if compat.get_ident() == MAIN:
        time.sleep(0.1)
    return text


class SlowToLoad(object):
    """A long text, but it takes the main thread some time to unpickle it."""

    def __len__(self):
        return 20000

    def __reduce__(self):
        return load_slowly, ('x' * len(self),)


def make_slow_to_load(_ignored):
    return SlowToLoad()


class MapWhileItRuns(object):

    def test_order_of_results(self):
        naps = [0.1, 0.0, 0.05, 0.0, 0.02]
        self.assertEqual(self.pool.map(tasks.nap_and_return, naps, 1), naps)

    def test_not_ready(self):
        result = self.pool.map_async(tasks.nap, [0.2, 0], 1)
        self.assertFalse(result.ready())
        self.catch(ValueError, result.successful)
        result.wait(0.02)
        self.assertFalse(result.ready())
        self.assertEqual(result.get(), [None, None])

    def test_read_by_two_threads(self):
        # The one that waited unpacked what came while the other one, or a callback, unpacked and
        # let go of all: a TypeError.
        result = self.pool.map_async(make_slow_to_load, range(4), 1, callback=len)
        self.assertEqual([len(each) for each in result.get(20)], [20000] * 4)

    def test_maps_side_by_side(self):
        results = [self.pool.map_async(tasks.both, range(20 + i), 3) for i in range(10)]
        for i in range(10):
            self.assertEqual(results[i].get(), [(number, '-') for number in range(20 + i)])


each_engine(globals(), Map, Starmap)
each_engine(globals(), MapWhileItRuns, variants=CONCURRENT_VARIANTS)
