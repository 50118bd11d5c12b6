"""Promise 9: how far imap runs ahead of who reads its results."""
import threading
import time

from shim.context import CLUSTERS
from tests import promise_tasks as tasks
from tests.deadlines import wait_let_go
from tests.promises import Promise, lines
from tests.support import CONCURRENT_VARIANTS, each_engine, skip, wait_until


class Source(object):
    """Numbers without end; `pulled` of them so far."""

    def __init__(self, end=None):
        self.pulled, self.end = 0, end

    def __iter__(self):
        return self

    def __next__(self):
        if self.pulled == self.end:
            raise StopIteration
        self.pulled += 1
        return self.pulled - 1

    next = __next__

    def settled(self):
        """How many were pulled when no more are."""
        before = -1
        while before != self.pulled:
            before = self.pulled
            time.sleep(0.05)
        return before


class Window(Promise):
    promise = 9
    deadline = 30

    def methods(self):
        return self.pool.imap, self.pool.imap_unordered

    def test_stays_within(self):
        for method in self.methods():
            for buffersize in (1, 4):
                source = Source()
                results = method(tasks.square, source, buffersize=buffersize)
                for consumed in range(4):
                    self.assertLessEqual(source.settled() - consumed, buffersize)
                    results.next(20)

    def test_of_a_list(self):
        # Pulling from a list shows nowhere, but that its tasks run does.
        for method in self.methods():
            path = self.scratch()
            results = method(tasks.noted_here, [(path, n) for n in range(100)], buffersize=3)
            for consumed in range(3):
                wait_until(lambda: len(lines(path)) > consumed + 3, 0.2)
                self.assertLessEqual(len(lines(path)), consumed + 3)
                results.next(20)
            results = method(tasks.square, range(100), buffersize=3)
            self.assertEqual(sorted([results.next(20) for _each in range(100)]),
                             [n * n for n in range(100)])

    def test_while_read_fast(self):
        many = [3000, 300][self.engine in CLUSTERS]     # each passes through a scheduler
        for method in self.methods():
            source = Source(many)
            results, ahead, got = method(tasks.square, source, buffersize=7), 0, []
            for consumed in range(many):
                got.append(results.next(20))
                # Another may be pulled as soon as next() has taken this one.
                ahead = max(ahead, source.pulled - (consumed + 1))
            self.assertLessEqual(ahead, 7)
            self.assertEqual(sorted(got), [n * n for n in range(many)])
            self.catch(StopIteration, results.next, 20)

    def test_chunks(self):
        # Either chunks are smaller than the window, or the call says that it can't be.
        source = Source()
        try:
            results = self.pool.imap(tasks.square, source, 10, buffersize=4)
        except ValueError:
            self.assertEqual(source.pulled, 0)
            return
        for consumed in range(3):
            self.assertLessEqual(source.settled() - consumed, 4)
            self.assertEqual(results.next(20), consumed * consumed)

    def test_errors_count_as_results(self):
        results = self.pool.imap(tasks.square, ['a', 'b', 3, 4], buffersize=1)
        self.catch(TypeError, results.next, 20)
        self.catch(TypeError, results.next, 20)
        self.assertEqual([results.next(20), results.next(20)], [9, 16])
        self.catch(StopIteration, results.next, 20)

    def test_of_chunks_that_fail(self):
        source = Source()
        results = self.pool.imap(tasks.refuse_always, source, 4, buffersize=8)
        self.assertLessEqual(source.settled(), 8)
        for consumed in (4, 8):         # an error stands for a chunk
            self.catch(ValueError, results.next, 20)
            self.assertLessEqual(source.settled() - consumed, 8)

    def test_nobody_has_the_iterator(self):
        pool = self.Pool(2)
        feeds = pool._engine.feeds
        if pool._engine.lazy:
            skip('no thread pulls there')
        for name in ('imap', 'imap_unordered'):
            results = [getattr(pool, name)(tasks.square, Source(), buffersize=2)]
            self.assertIn(results[0].next(20), (0, 1))
            self.assertEqual(len(feeds), 1)
            del results[:]
            self.assertTrue(wait_let_go(lambda: not feeds, 20))

    def test_close(self):
        for name in ('imap', 'imap_unordered'):
            pool, source = self.Pool(2), Source()
            results = getattr(pool, name)(tasks.square, source, buffersize=2)
            first = results.next(20)
            pool.close()
            pool.join()
            pulled = source.pulled
            self.assertLessEqual(pulled, 3)
            got = [first]
            try:
                while True:
                    got.append(results.next(5))
            except ValueError:
                pass
            self.assertEqual(source.settled(), pulled, 'pulled after close()')
            # close() does not wait for a source: what it gives just then is not posted any more.
            self.assertIn(pulled - len(got), (0, 1))
            self.assertEqual(sorted(got), [n * n for n in range(len(got))])
            self.catch((ValueError, StopIteration), results.next, 5)

    def test_close_while_the_source_blocks(self):
        if self.engine == 'serial':
            skip('the source is pulled by next() only, so nobody can close the pool meanwhile')
        pool, blocked, go = self.Pool(2), [], threading.Event()
        self.addCleanup(go.set)

        def source():
            yield 3
            blocked.append(True)
            go.wait()
            yield 4
        results = pool.imap(tasks.square, source(), buffersize=1)
        self.assertEqual(results.next(20), 9)
        self.assertTrue(wait_until(lambda: blocked, 20))
        pool.close()
        pool.join()
        self.catch(ValueError, results.next, 5)
        go.set()

    def test_terminate(self):
        pool, source = self.Pool(2), Source()
        results = pool.imap(tasks.square, source, buffersize=2)
        results.next(20)
        pool.terminate()
        pool.join()
        self.assertLessEqual(source.settled(), 3)


class Ahead(Promise):
    """Promise 9 without a buffersize: greedy, but no faster than workers take."""

    promise = 9

    def test_pulls_as_workers_take(self):
        for name in ('imap', 'imap_unordered'):
            pool, source = self.make_pool(2), Source()
            results = getattr(pool, name)(tasks.nap_if, ((0.4, n) for n in source))
            time.sleep(0.3)
            self.assertLess(source.pulled, 200)
            results.next(20)
            self.assertLess(source.pulled, 200)
            self.end(pool)

    def test_greedy(self):
        # It does not wait to be read.
        source = Source(500)
        results = self.pool.imap(tasks.square, source)
        self.assertTrue(wait_until(lambda: source.pulled == 500, 20))
        self.assertEqual(list(results), [n * n for n in range(500)])


each_engine(globals(), Window)
each_engine(globals(), Ahead, variants=CONCURRENT_VARIANTS)
