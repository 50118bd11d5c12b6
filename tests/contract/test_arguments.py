"""Arguments that are refused, and calls that come too late: an error at the call, on every engine.

The same exception types as CPython's Pool; ValueError where that one goes on in silence (a
chunksize of 0 gives it a list of Nones).
"""
import pickle

from tests import tasks
from tests.support import each_engine

METHODS = ('map', 'map_async', 'starmap', 'starmap_async', 'imap', 'imap_unordered')


class PoolArguments(object):

    def test_processes(self):
        for processes in (0, -1):
            self.catch(ValueError, self.Pool, processes)
            self.catch(ValueError, self.Pool, processes=processes)

    def test_processes_that_are_no_number(self):
        for processes in ('2', 1.5, [2]):
            self.catch((TypeError, ValueError), self.Pool, processes)

    def test_initializer(self):
        for initializer in ('initializer', 5, []):
            self.catch(TypeError, self.Pool, 1, initializer)
            self.catch(TypeError, self.Pool, 1, initializer=initializer, initargs=(1,))

    def test_maxtasksperchild(self):
        for number in (0, -1, 1.5, '1'):
            self.catch(ValueError, self.Pool, 1, None, (), number)
            self.catch(ValueError, self.Pool, 1, maxtasksperchild=number)

    def test_task_timeout(self):
        for limit in (0, -1, -0.5):
            self.catch(ValueError, self.Pool, 1, task_timeout=limit)

    def test_unknown_keyword(self):
        self.catch(TypeError, self.Pool, 1, nosuch=1)

    def test_nothing_is_left_of_a_refused_pool(self):
        self.catch(ValueError, self.Pool, 0)
        self.assertEqual(self.Pool(1).apply(tasks.square, (3,)), 9)


class CallArguments(object):

    def test_chunksize(self):
        for name in METHODS:
            for chunksize in (0, -1):
                self.catch(ValueError, getattr(self.pool, name), tasks.both, [(1, 2)], chunksize)
                self.catch(ValueError, getattr(self.pool, name), tasks.both, [(1, 2)],
                           chunksize=chunksize)

    def test_chunksize_that_is_no_number(self):
        for name in METHODS:
            for chunksize in ('2', 1.5, [2]):
                self.catch((TypeError, ValueError), getattr(self.pool, name), tasks.both,
                           [(1, 2)], chunksize)

    def test_buffersize(self):
        for method in (self.pool.imap, self.pool.imap_unordered):
            for size in (0, -1):
                self.catch(ValueError, method, tasks.square, [1], buffersize=size)
                self.catch(ValueError, method, tasks.square, [1], 1, size)
            for size in ('2', 1.5):
                self.catch((TypeError, ValueError), method, tasks.square, [1], buffersize=size)

    def test_task_timeout(self):
        for name in METHODS + ('apply', 'apply_async'):
            for limit in (0, -1):
                self.catch(ValueError, getattr(self.pool, name), tasks.both, [(1, 2)],
                           task_timeout=limit)

    def test_unknown_keyword(self):
        for name in METHODS + ('apply', 'apply_async'):
            self.catch(TypeError, getattr(self.pool, name), tasks.both, [(1, 2)], nosuch=1)

    def test_keywords_that_only_the_async_ones_have(self):
        for name in ('apply', 'map', 'starmap', 'imap', 'imap_unordered'):
            self.catch(TypeError, getattr(self.pool, name), tasks.both, [(1, 2)],
                       callback=tasks.identity)

    def test_what_is_no_function(self):
        self.catch(TypeError, self.pool.apply, 'no function')
        self.catch(TypeError, self.pool.map, 5, [1])
        self.catch(TypeError, lambda: list(self.pool.imap(None, [1])))

    def test_the_pool_goes_on(self):
        self.catch(ValueError, self.pool.map, tasks.square, [1], 0)
        self.catch(ValueError, self.pool.imap, tasks.square, [1], 0)
        self.assertEqual(self.pool.map(tasks.square, [3]), [9])


class TooLate(object):

    def refused(self, pool):
        """Every call says that the pool doesn't run."""
        for name in METHODS:
            error = self.catch(ValueError, getattr(pool, name), tasks.both, [(1, 2)])
            self.assertTrue('not running' in str(error), error)
            error = self.catch(ValueError, getattr(pool, name), tasks.both, [])
            self.assertTrue('not running' in str(error), error)
        for method in (pool.apply, pool.apply_async):
            error = self.catch(ValueError, method, tasks.constant)
            self.assertTrue('not running' in str(error), error)
        self.catch(ValueError, pool.__enter__)

    def test_after_close(self):
        pool = self.Pool(1)
        pool.close()
        self.refused(pool)
        pool.join()
        self.refused(pool)

    def test_after_terminate(self):
        pool = self.Pool(1)
        pool.terminate()
        self.refused(pool)
        pool.join()
        self.refused(pool)

    def test_refused_items_are_not_pulled(self):
        pool, pulled = self.Pool(1), []

        def numbers():
            pulled.append(1)
            yield 1
        pool.close()
        for name in METHODS:
            self.catch(ValueError, getattr(pool, name), tasks.square, numbers())
        self.assertEqual(pulled, [])

    def test_join_of_a_running_pool(self):
        pool = self.Pool(1)
        error = self.catch(ValueError, pool.join)
        self.assertTrue('running' in str(error), error)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)


class Unpicklable(object):

    def test_pool(self):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            error = self.catch(NotImplementedError, pickle.dumps, self.pool, protocol)
            self.assertTrue('pool' in str(error).lower(), error)


each_engine(globals(), PoolArguments, CallArguments, TooLate, Unpicklable)
