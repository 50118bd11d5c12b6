"""The ways to get a pool: all lead to the same one."""
import os

import shim
import shim.pool
from tests import tasks
from tests.support import TestCase, unavailable


class EntryPoints(TestCase):

    def opened(self, pool):
        self.addCleanup(pool.terminate)
        return pool

    def chosen(self, name):
        """Set SHIM_START_METHOD for the time of the test."""
        previous = os.environ.get('SHIM_START_METHOD')

        def restore():
            os.environ.pop('SHIM_START_METHOD', None)
            if previous is not None:
                os.environ['SHIM_START_METHOD'] = previous
        self.addCleanup(restore)
        os.environ['SHIM_START_METHOD'] = name

    def test_default_context(self):
        self.assertTrue(shim.get_context() is shim.get_context(None))
        for pool in (shim.Pool(1), shim.pool.Pool(1), shim.get_context().Pool(1)):
            self.assertEqual(self.opened(pool).apply(tasks.square, (3,)), 9)
            self.assertTrue(isinstance(pool, shim.pool.Pool))

    def test_default_context_runs_processes_where_there_are_any(self):
        if hasattr(os, 'fork'):
            pool = self.opened(shim.Pool(1))
            self.assertFalse(pool.apply(tasks.pid) == os.getpid())

    def test_all_arguments_by_position(self):
        pool = self.opened(shim.Pool(1, tasks.keep, ('entry', 5), 3))
        self.assertEqual(pool.apply(tasks.kept, ('entry',)), (5,))
        context = shim.get_context('thread')
        pool = self.opened(shim.pool.Pool(1, tasks.keep, ('entry', 6), 3, context))
        self.assertEqual(pool.apply(tasks.kept, ('entry',)), (6,))

    def test_each_context(self):
        for name in shim.context.METHODS:
            if unavailable(name):
                error = self.catch(ValueError, shim.get_context, name)
                self.assertTrue('subprocess' in str(error), error)  # what there is instead
                continue
            context = shim.get_context(name)
            self.assertTrue(context is shim.get_context(name))
            pool = self.opened(shim.pool.Pool(1, context=context))
            inside = pool.apply(tasks.pid) == os.getpid()
            self.assertEqual(inside, name in ('thread', 'serial'))

    def test_unknown_context(self):
        for name in ('nosuch', '', 5):
            error = self.catch(ValueError, shim.get_context, name)
            self.assertTrue('thread' in str(error), error)

    def test_environment_chooses_the_default(self):
        for name in ('thread', 'serial'):
            self.chosen(name)
            self.assertTrue(shim.get_context() is shim.get_context(name))
            self.assertEqual(self.opened(shim.Pool(1)).apply(tasks.pid), os.getpid())
        self.chosen('nosuch')
        self.catch(ValueError, shim.Pool, 1)

    def test_thread_pool(self):
        pool = self.opened(shim.pool.ThreadPool(2, tasks.keep, ('threads', 5)))
        self.assertTrue(isinstance(pool, shim.pool.Pool))
        self.assertEqual(pool.map(tasks.pid, range(3)), [os.getpid()] * 3)
        self.assertEqual(pool.apply(tasks.kept, ('threads',)), (5,))
        self.assertEqual(self.opened(shim.pool.ThreadPool(processes=3))._processes, 3)
        self.catch(ValueError, shim.pool.ThreadPool, 0)

    def test_names_of_multiprocessing_pool(self):
        self.assertTrue(shim.pool.AsyncResult is shim.pool.ApplyResult)
        pool = self.opened(shim.pool.ThreadPool(1))
        result = pool.apply_async(tasks.square, (3,))
        self.assertTrue(isinstance(result, shim.pool.AsyncResult))
        self.assertTrue(isinstance(pool.map_async(tasks.square, [3]), shim.pool.MapResult))
        self.assertTrue(isinstance(pool.imap(tasks.square, [3]), shim.pool.IMapIterator))
        unordered = pool.imap_unordered(tasks.square, [3])
        self.assertTrue(isinstance(unordered, shim.pool.IMapUnorderedIterator))

    def test_timeout_error_is_the_stdlibs(self):
        try:
            from multiprocessing import TimeoutError as stdlib
        except ImportError:
            stdlib = shim.TimeoutError
        self.assertTrue(shim.TimeoutError is stdlib)
        pool = self.opened(shim.pool.ThreadPool(1))
        slow = pool.apply_async(tasks.nap, (0.05,))
        self.catch(stdlib, slow.get, 0)
        self.assertTrue(issubclass(shim.TaskTimeoutError, stdlib))
