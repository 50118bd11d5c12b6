"""Promise 19: what a pool will not do, it refuses at the call, and goes on."""
import shim
from shim.pool import Pool
from tests import promise_tasks as tasks
from tests.promises import Promise
from tests.support import each_engine
from tests import support

WRONG = (ValueError, TypeError)     # of a wrong type, either will do: the stdlib has both


def count_up():
    n = 0
    while True:
        yield n
        n += 1


class OfThePool(Promise):
    promise = 19

    def refused(self, kind, *args, **kwds):
        try:
            pool = self.make_pool(*args, **kwds)
        except kind:
            return
        self.end(pool)
        self.fail('a pool was made with %r %r' % (args, kwds))

    def test_processes(self):
        for number in (0, -1):
            self.refused(ValueError, number)
        for wrong in ('2', 1.5, []):
            self.refused(WRONG, wrong)

    def test_initializer(self):
        self.refused(TypeError, 1, 'not a function')

    def test_maxtasksperchild(self):
        for number in (0, -1):
            self.refused(ValueError, 1, maxtasksperchild=number)
        for wrong in ('2', 1.5):
            self.refused(WRONG, 1, maxtasksperchild=wrong)

    def test_task_timeout(self):
        for number in (0, -1, -0.5, float('1e400') - float('1e400')):
            self.refused(ValueError, 1, task_timeout=number)
        self.refused(WRONG, 1, task_timeout='1')

    def test_unknown(self):
        self.refused(TypeError, 1, nonsense=1)


class OfTheContext(support.TestCase):
    def test_context(self):
        # Its name is none: else a pool of the default context would be made, and nobody would know.
        for wrong in ('fork', 1, [], object):
            error = self.catch(TypeError, Pool, 1, context=wrong)
            self.assertIn('get_context()', str(error))


class OfACall(Promise):
    promise = 19

    def refused(self, kind, method, *args, **kwds):
        self.catch(kind, getattr(self.pool, method), *args, **kwds)
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)

    def test_chunksize(self):
        for method in ('map', 'map_async', 'starmap', 'starmap_async', 'imap', 'imap_unordered'):
            for number in (0, -1):
                self.refused(ValueError, method, tasks.square, [1, 2], chunksize=number)
            for wrong in ('2', 1.5):
                self.refused(WRONG, method, tasks.square, [1, 2], chunksize=wrong)

    def test_buffersize(self):
        for method in ('imap', 'imap_unordered'):
            for number in (0, -1):
                self.refused(ValueError, method, tasks.square, count_up(), buffersize=number)
            for wrong in ('2', 1.5):
                self.refused(WRONG, method, tasks.square, count_up(), buffersize=wrong)
        for method in ('map', 'apply', 'starmap', 'apply_async'):
            self.refused(TypeError, method, tasks.square, [1], buffersize=2)

    def test_retries(self):
        for method in ('apply', 'apply_async', 'map', 'map_async', 'starmap', 'starmap_async',
                       'imap', 'imap_unordered'):
            for wrong in (-1, 1.0, '1', None, True):
                self.refused(ValueError, method, tasks.square, [2], retries=wrong)

    def test_task_timeout(self):
        for method in ('apply', 'apply_async', 'map', 'map_async', 'starmap', 'starmap_async',
                       'imap', 'imap_unordered'):
            for number in (0, -1, float('1e400') - float('1e400')):
                self.refused(ValueError, method, tasks.square, [2], task_timeout=number)
            self.refused(WRONG, method, tasks.square, [2], task_timeout='1')

    def test_not_iterable(self):
        for method in ('map', 'map_async', 'starmap', 'imap', 'imap_unordered'):
            self.refused(TypeError, method, tasks.square, 5)

    def test_unknown(self):
        for method in ('apply', 'apply_async', 'map', 'imap', 'starmap'):
            self.refused(TypeError, method, tasks.square, [1], nonsense=1)

    def test_not_ready(self):
        result = self.pool.apply_async(tasks.nap, (0.3, 1))
        if self.engine != 'serial':
            self.catch(ValueError, result.successful)
            self.catch(shim.TimeoutError, result.get, 0)
            self.catch(shim.TimeoutError, self.pool.imap(tasks.nap, [0.5]).next, 0.01)
        self.assertEqual(result.get(20), 1)
        self.assertTrue(result.successful())


class CanNotTimeOut(Promise):
    """An engine without processes refuses the limit that it could not enforce."""

    def test_refused(self):
        self.catch(ValueError, self.make_pool, 1, task_timeout=5)
        pool = self.pool
        for method in (pool.apply, pool.apply_async):
            self.catch(ValueError, method, tasks.square, (1,), task_timeout=5)
        for method in (pool.map, pool.map_async, pool.imap, pool.imap_unordered):
            self.catch(ValueError, method, tasks.square, [1], task_timeout=5)
        for method in (pool.starmap, pool.starmap_async):
            self.catch(ValueError, method, tasks.square, [(1,)], task_timeout=5)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)


class Contexts(support.TestCase):

    def test_unknown(self):
        error = self.catch(ValueError, shim.get_context, 'nonsense')
        self.assertIn('nonsense', str(error))


each_engine(globals(), OfThePool, OfACall)
each_engine(globals(), CanNotTimeOut, variants=('thread', 'serial'))
