"""The ways to get a pool: all lead to the same one."""
import os

import shim
import shim.pool
from tests import tasks
from tests.support import TestCase, run_script, skip, unavailable


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
        if not unavailable('fork'):
            pool = self.opened(shim.Pool(1))
            self.assertFalse(pool.apply(tasks.pid) == os.getpid())

    def test_all_arguments_by_position(self):
        pool = self.opened(shim.Pool(1, tasks.keep, ('entry', 5), 3))
        self.assertEqual(pool.apply(tasks.kept, ('entry',)), (5,))
        context = shim.get_context('serial')
        pool = self.opened(shim.pool.Pool(1, tasks.keep, ('entry', 6), 3, context))
        self.assertEqual(pool.apply(tasks.kept, ('entry',)), (6,))

    def test_each_context(self):
        for name in shim.context.METHODS:
            if unavailable(name):
                error = self.catch(ValueError, shim.get_context, name)
                for there in shim.get_all_start_methods():      # what there is instead
                    self.assertTrue(there in str(error), error)
                continue
            context = shim.get_context(name)
            self.assertTrue(context is shim.get_context(name))
            pool = self.opened(shim.pool.Pool(1, context=context))
            inside = pool.apply(tasks.pid) == os.getpid()
            self.assertEqual(inside, name in ('thread', 'interpreter', 'serial'))

    def test_unknown_context(self):
        for name in ('nosuch', '', 5):
            error = self.catch(ValueError, shim.get_context, name)
            self.assertTrue('serial' in str(error), error)

    def test_environment_chooses_the_default(self):
        for name in [name for name in ('thread', 'serial') if not unavailable(name)]:
            self.chosen(name)
            self.assertTrue(shim.get_context() is shim.get_context(name))
            self.assertEqual(self.opened(shim.Pool(1)).apply(tasks.pid), os.getpid())
        self.chosen('nosuch')
        self.catch(ValueError, shim.Pool, 1)

    def test_only_what_works_is_listed(self):
        self.assertEqual(
            sorted(shim.get_all_start_methods()),
            sorted([name for name in ('fork', 'spawn', 'forkserver', 'subprocess', 'pp', 'ampoule',
                                      'thread', 'interpreter', 'serial')
                    if not unavailable(name)]))

    def test_thread_pool(self):
        if unavailable('thread'):
            error = self.catch(ValueError, shim.pool.ThreadPool, 2)
            self.assertTrue('starts no threads' in str(error), error)
            return
        pool = self.opened(shim.pool.ThreadPool(2, tasks.keep, ('threads', 5)))
        self.assertTrue(isinstance(pool, shim.pool.Pool))
        self.assertEqual(pool.map(tasks.pid, range(3)), [os.getpid()] * 3)
        self.assertEqual(pool.apply(tasks.kept, ('threads',)), (5,))
        self.assertEqual(self.opened(shim.pool.ThreadPool(processes=3))._processes, 3)
        self.catch(ValueError, shim.pool.ThreadPool, 0)

    def test_names_of_multiprocessing_pool(self):
        self.assertTrue(shim.pool.AsyncResult is shim.pool.ApplyResult)
        pool = self.opened(shim.Pool(1))
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
        self.assertTrue(issubclass(shim.TaskTimeoutError, stdlib))
        if unavailable('thread'):
            skip(unavailable('thread'))
        pool = self.opened(shim.pool.ThreadPool(1))
        slow = pool.apply_async(tasks.nap, (0.05,))
        self.catch(stdlib, slow.get, 0)


# As on Pyodide: the interpreter calls its threads stubs, and starts none.
STUBS = '''
import sys
try:
    import _thread
except ImportError:
    import thread as _thread

class info:
    name = 'pthread-stubs'

class Refuse(object):
    def __call__(self, *args):
        raise RuntimeError("none for this test")
if sys.argv[1] == 'none':
    _thread.start_new_thread = Refuse()     # no function: the module is a class of Jython's
sys.thread_info = info

import shim
from tests import tasks

def say(text):
    sys.stdout.write('%s\\n' % (text,))

say(','.join(shim.get_all_start_methods()))
if sys.argv[1] == 'none':
    try:
        shim.get_context('subprocess')
    except ValueError:
        say(sys.exc_info()[1])
    say(shim.Pool(4).map(tasks.square, range(5)))
    process = shim.get_context().Process(target=say, args=('in here',))
    process.start()
    process.join()
    say(process.exitcode)
    say(shim.Lock().acquire())
    say(shim.get_start_method())
'''


class Stubs(TestCase):

    def told(self, threads):
        status, out, err, _seconds = run_script(STUBS, args=[threads],
                                                env={'SHIM_START_METHOD': ''})
        self.assertEqual((status, err), (0, ''), out)
        return out.splitlines()

    def test_none(self):
        self.assertEqual(self.told('none'), [
            'serial', "cannot find context for 'subprocess': a pool of processes has a thread here,"
            ' and this interpreter starts none (none for this test); there are serial',
            '[0, 1, 4, 9, 16]', 'in here', '0', 'True', 'serial'])

    def test_some_for_all_that(self):
        self.assertEqual(self.told('some'), [','.join(shim.get_all_start_methods())])
