"""imap and imap_unordered, their iterators and buffersize, on every engine."""
import sys
import time

import six
from six.moves import queue

import shim
from tests import tasks
from tests.contract import assemble
from tests.support import CONCURRENT_VARIANTS, Elapsed, each_engine

SQUARES = [i * i for i in range(23)]
CHUNKSIZES = (1, 2, 3, 7, 100)


def broken(good):
    for i in range(good):
        yield i
    raise LookupError('the iterable broke')


def drain(iterator):
    """What it gives until it raises, and that exception (None: it just ended)."""
    values = []
    try:
        for value in iterator:
            values.append(value)
    except (LookupError, ValueError, TypeError):
        return values, sys.exc_info()[1]
    return values, None


class Imap(object):

    def test_order(self):
        for chunksize in CHUNKSIZES:
            self.assertEqual(list(self.pool.imap(tasks.square, range(23), chunksize)), SQUARES)

    def test_unordered(self):
        for chunksize in CHUNKSIZES:
            results = self.pool.imap_unordered(tasks.square, range(23), chunksize)
            self.assertEqual(sorted(results), SQUARES)

    def test_keywords(self):
        self.assertEqual(list(self.pool.imap(func=tasks.square, iterable=[2], chunksize=1)), [4])
        results = self.pool.imap_unordered(func=tasks.square, iterable=[2], chunksize=1)
        self.assertEqual(list(results), [4])

    def test_generator(self):
        for method in (self.pool.imap, self.pool.imap_unordered):
            for chunksize in CHUNKSIZES:
                results = method(tasks.square, (i for i in range(23)), chunksize)
                self.assertEqual(sorted(results), SQUARES)

    def test_no_items(self):
        for method in (self.pool.imap, self.pool.imap_unordered):
            for chunksize in CHUNKSIZES:
                self.assertEqual(list(method(tasks.square, [], chunksize)), [])
                self.assertEqual(list(method(tasks.square, iter([]), chunksize)), [])

    def test_iterator_protocol(self):
        for method in (self.pool.imap, self.pool.imap_unordered):
            results = method(tasks.square, [1, 2])
            self.assertTrue(iter(results) is results)
            self.assertEqual(sorted([six.advance_iterator(results), results.next()]), [1, 4])
            self.catch(StopIteration, six.advance_iterator, results)
            self.catch(StopIteration, results.next)
            self.catch(StopIteration, results.next, 0)
            self.assertEqual(list(results), [])

    def test_next_with_a_timeout(self):
        results = self.pool.imap(tasks.square, [1, 2])
        self.assertEqual(results.next(30), 1)
        self.assertEqual(results.next(timeout=30), 4)
        self.catch(StopIteration, results.next, timeout=30)

    def test_none_as_result(self):
        for chunksize in CHUNKSIZES:
            results = self.pool.imap(tasks.identity, [None] * 9, chunksize)
            self.assertEqual(list(results), [None] * 9)

    def test_many(self):
        numbers = list(range(5000))
        self.assertEqual(list(self.pool.imap(tasks.identity, numbers)), numbers)
        self.assertEqual(sorted(self.pool.imap_unordered(tasks.identity, numbers)), numbers)
        self.assertEqual(list(self.pool.imap(tasks.identity, iter(numbers), 50)), numbers)

    def test_half_read(self):
        results = self.pool.imap(tasks.square, range(100))
        self.assertEqual([six.advance_iterator(results) for _ in range(5)], [0, 1, 4, 9, 16])
        del results
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_side_by_side(self):
        iterators = [self.pool.imap(tasks.both, range(i, i + 30), i) for i in range(1, 6)]
        for step in range(30):
            for i in range(1, 6):
                self.assertEqual(six.advance_iterator(iterators[i - 1]), (i + step, '-'))

    def test_the_iterable_may_use_the_pool(self):
        pool = self.pool

        def numbers():
            for i in range(5):
                yield pool.apply(tasks.square, (i,))
        self.assertEqual(list(pool.imap(tasks.square, numbers())), [0, 1, 16, 81, 256])

    def test_an_exception_of_one_task(self):
        results = self.pool.imap(tasks.refuse, range(6))
        self.assertEqual([six.advance_iterator(results) for _ in range(3)], [0, 1, 2])
        error = self.catch(ValueError, six.advance_iterator, results)
        self.assertEqual(str(error), 'refused 3')
        self.assertEqual(list(results), [4, 5])     # one failure costs one result

    def test_an_exception_of_one_task_unordered(self):
        results = self.pool.imap_unordered(tasks.refuse, range(6))
        values, errors = [], []
        for _ in range(6):
            try:
                values.append(six.advance_iterator(results))
            except ValueError:
                errors.append(1)
        self.catch(StopIteration, six.advance_iterator, results)
        self.assertEqual((sorted(values), errors), ([0, 1, 2, 4, 5], [1]))

    def test_an_exception_in_a_chunk(self):
        values, error = drain(self.pool.imap(tasks.refuse, range(12), 2))
        self.assertEqual(str(error), 'refused 3')
        self.assertEqual(values[:2], [0, 1])
        self.assertTrue(values in ([0, 1], [0, 1, 2]), values)
        values, error = drain(self.pool.imap_unordered(tasks.refuse, range(12), 2))
        self.assertEqual(str(error), 'refused 3')
        self.assertFalse(3 in values)

    def test_broken_iterable(self):
        # After the good items; of those pulled for an unfinished chunk nothing is promised.
        for chunksize, surely in ((1, 5), (2, 4), (3, 3), (7, 0)):
            values, error = drain(self.pool.imap(tasks.square, broken(5), chunksize))
            self.assertTrue(isinstance(error, LookupError), error)
            self.assertEqual(values, SQUARES[:len(values)])
            self.assertTrue(surely <= len(values) <= 5, (chunksize, values))

    def test_broken_iterable_unordered(self):
        results = self.pool.imap_unordered(tasks.square, broken(5))
        values, errors = [], []
        for _ in range(6):
            try:
                values.append(six.advance_iterator(results))
            except LookupError:
                errors.append(1)
        self.catch(StopIteration, six.advance_iterator, results)
        self.assertEqual((sorted(values), errors), (SQUARES[:5], [1]))

    def test_broken_from_the_start(self):
        for chunksize in CHUNKSIZES:
            values, error = drain(self.pool.imap(tasks.square, broken(0), chunksize))
            self.assertEqual(values, [])
            self.assertTrue(isinstance(error, LookupError), error)

    def test_ends_after_the_exception(self):
        results = self.pool.imap(tasks.square, broken(1))
        self.assertEqual(six.advance_iterator(results), 0)
        self.catch(LookupError, six.advance_iterator, results)
        self.catch(StopIteration, six.advance_iterator, results)

    def test_no_iterable(self):
        # At the call or at the first next(), as the stdlib's.
        def ask():
            return list(self.pool.imap(tasks.square, 5))
        self.catch(TypeError, ask)
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_read_after_close(self):
        for method in ('imap', 'imap_unordered'):
            pool = self.Pool(2)
            results = getattr(pool, method)(tasks.square, range(23))
            pool.close()
            self.assertEqual(sorted(results), SQUARES)
            pool.join()

    def test_read_after_join(self):
        pool = self.Pool(2)
        results = pool.imap(tasks.square, range(23), 2)
        pool.close()
        pool.join()
        self.assertEqual(list(results), SQUARES)


class Buffersize(object):

    def windows(self, size, count, **kwds):
        """Consume with this buffersize, in both orders, and see how far was pulled ahead."""
        for method in (self.pool.imap, self.pool.imap_unordered):
            pulled = []

            def numbers():
                for i in range(count):
                    pulled.append(i)
                    yield i
            results = method(tasks.square, numbers(), buffersize=size, **kwds)
            time.sleep(0.02)
            ahead = [len(pulled)]
            values = []
            for value in results:
                values.append(value)
                ahead.append(len(pulled) - len(values))
                if len(values) < 4:
                    time.sleep(0.02)
                    ahead.append(len(pulled) - len(values))
            self.assertEqual(sorted(values), [i * i for i in range(count)])
            yield max(ahead)

    def test_window(self):
        for size in (1, 5):
            for ahead in self.windows(size, 50):
                self.assertTrue(ahead <= size, (size, ahead))

    def test_window_larger_than_the_input(self):
        for ahead in self.windows(1000, 50):
            self.assertTrue(ahead <= 50, ahead)

    def test_chunks(self):
        for ahead in self.windows(2, 50, chunksize=3):
            self.assertTrue(ahead <= 2 * 3, ahead)

    def test_endless_input(self):
        def endless():
            number = 0
            while True:
                yield number
                number += 1
        for size in (1, 3):
            pool = self.Pool(2)
            results = pool.imap(tasks.square, endless(), 1, size)
            self.assertEqual([six.advance_iterator(results) for _ in range(100)],
                             [i * i for i in range(100)])
            pool.close()
            pool.join()

    def test_close_with_unread_results(self):
        for method in ('imap', 'imap_unordered'):
            pulled = []

            def numbers():
                while True:
                    pulled.append(len(pulled))
                    yield pulled[-1]
            pool = self.Pool(2)
            results = getattr(pool, method)(tasks.square, numbers(), buffersize=2)
            first = six.advance_iterator(results)
            pool.close()
            clock = Elapsed()
            pool.join()
            self.assertTrue(clock.seconds < 5, clock.seconds)
            values, error = drain(results)
            self.assertTrue(isinstance(error, ValueError), error)
            self.assertTrue(len(pulled) <= 3, pulled)
            self.assertEqual(sorted([first] + values), SQUARES[:len(pulled)])
            # It says so each time, so that nobody takes the end for the end of the input.
            self.catch(ValueError, six.advance_iterator, results)

    def test_close_after_all_was_read(self):
        pool = self.Pool(2)
        results = pool.imap(tasks.square, iter([1, 2]), buffersize=2)
        self.assertEqual(list(results), [1, 4])
        pool.close()
        self.assertEqual(list(results), [])
        pool.join()

    def test_broken_iterable(self):
        values, error = drain(self.pool.imap(tasks.square, broken(5), buffersize=2))
        self.assertEqual(values, SQUARES[:5])
        self.assertTrue(isinstance(error, LookupError), error)

    def test_an_exception_of_one_task(self):
        results = self.pool.imap(tasks.refuse, iter(range(6)), buffersize=1)
        values, error = drain(results)
        self.assertEqual((values, str(error)), ([0, 1, 2], 'refused 3'))
        self.assertEqual(list(results), [4, 5])


class ImapWhileItRuns(object):

    def test_timeout_then_value(self):
        for method in (self.pool.imap, self.pool.imap_unordered):
            results = method(tasks.nap_and_return, [0.25])
            self.catch(shim.TimeoutError, results.next, 0)
            clock = Elapsed()
            self.catch(shim.TimeoutError, results.next, timeout=0.05)
            self.assertTrue(clock.real > 0.04, clock.real)
            self.assertEqual(results.next(timeout=30), 0.25)
            self.catch(StopIteration, results.next)

    def test_in_the_order_of_the_input(self):
        naps = [0.1, 0.0, 0.05, 0.0]
        self.assertEqual(list(self.pool.imap(tasks.nap_and_return, naps)), naps)

    def test_in_the_order_of_the_end(self):
        assemble(self.pool)
        results = list(self.pool.imap_unordered(tasks.nap_and_return, [0.2, 0.0, 0.05]))
        self.assertEqual(results, [0.0, 0.05, 0.2])

    def test_results_come_before_the_input_ends(self):
        gate = queue.Queue()

        def numbers():
            yield 1
            yield gate.get()
        for method in (self.pool.imap, self.pool.imap_unordered):
            results = method(tasks.square, numbers())
            self.assertEqual(results.next(timeout=10), 1)
            self.catch(shim.TimeoutError, results.next, 0.05)
            gate.put(2)
            self.assertEqual(results.next(timeout=10), 4)
            self.catch(StopIteration, results.next, timeout=10)

    def feedback(self, method, **kwds):
        """Each result makes the next item: the iterable blocks until somebody reads."""
        items = queue.Queue()

        def numbers():
            while True:
                item = items.get()
                if item is None:
                    return
                yield item
        for start in (1, 1001, 2001):
            items.put(start)
        seen = []
        for result, _dash in method(tasks.both, numbers(), **kwds):
            seen.append(result)
            if result % 1000 < 50:
                items.put(result + 1)
            elif len([1 for each in seen if each % 1000 == 50]) == 3:
                items.put(None)
        self.assertEqual(sorted(seen), [start + i for start in (0, 1000, 2000)
                                        for i in range(1, 51)])

    def test_feedback(self):
        self.feedback(self.pool.imap)
        self.feedback(self.pool.imap_unordered)

    def test_feedback_with_buffersize(self):
        self.feedback(self.pool.imap, buffersize=3)
        self.feedback(self.pool.imap_unordered, buffersize=4)

    def test_a_waiting_iterable_holds_nobody_up(self):
        gate = queue.Queue()

        def numbers():
            yield 1
            yield gate.get()
        results = self.pool.imap(tasks.square, numbers())
        clock = Elapsed()
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)
        self.assertEqual(list(self.pool.imap(tasks.square, iter([1, 2]))), [1, 4])
        self.assertTrue(clock.seconds < 5, clock.seconds)
        gate.put(2)
        self.assertEqual(list(results), [1, 4])


class ImapInTheCaller(object):
    """serial pulls an item when somebody wants its result."""

    def test_lazy(self):
        pulled = []

        def numbers():
            while True:
                pulled.append(len(pulled))
                yield pulled[-1]
        results = self.pool.imap(tasks.square, numbers())
        self.assertEqual(pulled, [])
        for i in range(10):
            self.assertEqual(six.advance_iterator(results), i * i)
            self.assertEqual(len(pulled), i + 1)


each_engine(globals(), Imap, Buffersize)
each_engine(globals(), ImapWhileItRuns, variants=CONCURRENT_VARIANTS)
each_engine(globals(), ImapInTheCaller, variants=('serial',))
