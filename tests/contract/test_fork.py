"""What only a fork can do: take along what no pickle carries."""
import sys
import threading

from tests import tasks
from tests.support import each_engine, skip

VARIANTS = ('fork', 'fork_tcp')


def primitives():
    """Lock, Value and Queue of the library that the fork context stands on (no Value on 2.4,
    which has no ctypes)."""
    try:
        import multiprocessing
    except ImportError:
        import processing as multiprocessing
    try:
        lock, queue = multiprocessing.Lock(), multiprocessing.Queue()
    except (ImportError, OSError, NotImplementedError):
        skip('no semaphores here: %s' % sys.exc_info()[1])
    value = None
    if sys.version_info >= (2, 5):
        value = multiprocessing.Value('i', 0)
    return lock, value, queue


class Inherited(object):

    def test_lock_value_and_queue(self):
        lock, value, queue = primitives()
        pool = self.Pool(3, tasks.keep, ('primitives', lock, value, queue))
        numbers = list(range(1, 41))
        self.assertEqual(pool.map(tasks.add_under_lock, numbers, 1), numbers)
        if value is not None:
            self.assertEqual(value.value, sum(numbers))
        self.assertEqual(sorted([queue.get(True, 10) for _ in numbers]), numbers)
        pool.close()
        pool.join()

    def test_new_workers_get_them_too(self):
        lock, value, queue = primitives()
        pool = self.Pool(1, tasks.keep, ('primitives', lock, value, queue), 2)
        self.assertEqual(pool.map(tasks.add_under_lock, [1] * 6, 1), [1] * 6)
        if value is not None:
            self.assertEqual(value.value, 6)
        self.assertEqual([queue.get(True, 10) for _ in range(6)], [1] * 6)

    def test_lambda_as_initializer(self):
        pool = self.Pool(2, lambda *args: tasks.keep(*args), ('function', lambda: 5,
                                                             threading.Lock()))
        self.assertEqual(pool.map(tasks.call_kept, ['function'] * 4, 1), [5] * 4)

    def test_state_of_the_parent(self):
        tasks.keep('state', 'before the pool')
        pool = self.Pool(1)
        tasks.keep('state', 'after')
        self.assertEqual(pool.apply(tasks.kept, ('state',)), ('before the pool',))


each_engine(globals(), Inherited, variants=VARIANTS)
