"""shim.managers and Manager(): as multiprocessing.managers of CPython 3.15, on each context."""
import copy
import gc
import pickle
import sys

from six.moves import queue

import shim
from shim import managers
from tests import support
from tests.backfill import tasks
from tests.support import each_engine


def merged(one, other):
    one |= other
    return one


class Shared(object):
    deadline = 60

    @classmethod
    def tearDownClass(cls):
        if cls.__dict__.get('_manager') is not None:
            cls._manager.shutdown()
        super(Shared, cls).tearDownClass()

    @property
    def manager(self):
        """The one that the tests of a class share."""
        cls = self.__class__
        if cls.__dict__.get('_manager') is None:
            cls._manager = self.ctx.Manager()
        return cls._manager

    def run_process(self, target, *args):
        process = self.ctx.Process(target=target, args=args)
        process.start()
        self.addCleanup(process.join, 20)
        return process

    def finished(self, *processes):
        for process in processes:
            process.join(20)
            self.assertEqual(process.exitcode, 0)


class Objects(Shared):
    def test_kind(self):
        self.assertTrue(isinstance(self.manager, managers.SyncManager))
        self.assertTrue(isinstance(self.manager, managers.BaseManager))
        self.assertTrue(self.manager.address)

    def test_list(self):
        made = self.manager.list([3, 1, 2])
        made.append(4)
        made.extend([5])
        made.insert(0, 9)
        self.assertEqual((len(made), made[0], made[-1], made[1:3]), (6, 9, 5, [3, 1]))
        made.remove(9)
        made.sort()
        self.assertEqual(list(made), [1, 2, 3, 4, 5])
        self.assertEqual(made.pop(), 5)
        made[0], made[1:3] = 'a', ['b', 'c']
        self.assertEqual(made._getvalue(), ['a', 'b', 'c', 4])
        self.assertEqual(type(made._getvalue()), list)
        self.assertEqual((made.index('b'), made.count('x'), 4 in made, 5 in made),
                         (1, 0, True, False))
        self.assertEqual(list(reversed(made)), [4, 'c', 'b', 'a'])
        made.reverse()
        self.assertEqual((made + [1], made * 2), ([4, 'c', 'b', 'a', 1], [4, 'c', 'b', 'a'] * 2))
        made += [7]
        made *= 2
        self.assertTrue(isinstance(made, managers.ListProxy))
        del made[0]
        self.assertEqual(made[:], ['c', 'b', 'a', 7, 4, 'c', 'b', 'a', 7])
        copied = made.copy()
        made.clear()
        self.assertEqual((len(copied), type(copied), made[:]), (9, list, []))
        self.catch(IndexError, made.pop)
        self.assertEqual((str(made), repr(made)[:10]), ('[]', '<ListProxy'))
        self.assertEqual(copy.deepcopy(self.manager.list([1])), [1])

    def test_dict(self):
        made = self.manager.dict({'a': 1}, b=2)
        made['c'] = 3
        made.update({'d': 4})
        self.assertEqual(sorted(made), ['a', 'b', 'c', 'd'])
        self.assertEqual(sorted(made.items()), [('a', 1), ('b', 2), ('c', 3), ('d', 4)])
        self.assertEqual((sorted(made.keys()), sorted(made.values())),
                         (['a', 'b', 'c', 'd'], [1, 2, 3, 4]))
        del made['d']
        self.assertEqual((made.get('d'), made.get('a'), made.pop('a'), 'a' in made, len(made)),
                         (None, 1, 1, False, 2))
        self.assertEqual((made.setdefault('z', 9), made.copy()), (9, {'b': 2, 'c': 3, 'z': 9}))
        self.assertEqual(sorted(reversed(made)), ['b', 'c', 'z'])
        self.assertEqual((made | {'z': 1}, {'z': 1} | made),
                         ({'b': 2, 'c': 3, 'z': 1}, {'b': 2, 'c': 3, 'z': 9}))
        made = merged(made, {'b': 5})
        self.assertTrue(isinstance(made, managers.DictProxy))
        self.assertEqual(made._getvalue(), {'b': 5, 'c': 3, 'z': 9})
        self.assertEqual(type(made._getvalue()), dict)
        self.assertEqual(made.fromkeys(['x'], 1), {'x': 1})
        made.clear()
        self.assertEqual((made.copy(), str(made)), ({}, '{}'))
        self.catch(KeyError, made.popitem)
        self.catch(KeyError, lambda: made['nosuch'])

    def test_set(self):
        made = self.manager.set([1, 2, 3])
        made.add(4)
        made.discard(1)
        made.remove(2)
        self.catch(KeyError, made.remove, 2)
        self.assertEqual((len(made), 3 in made, 2 in made, sorted(made)), (2, True, False, [3, 4]))
        self.assertEqual((made | set([5]), made & set([3]), made - set([3]), made ^ set([3, 5])),
                         (set([3, 4, 5]), set([3]), set([4]), set([4, 5])))
        self.assertEqual(made.union([9]), set([3, 4, 9]))
        self.assertEqual((made.issubset([3, 4, 5]), made.issuperset([3]), made <= set([3]),
                          made > set([3])), (True, True, False, True))
        made |= set([7])
        made &= set([7, 3])
        made -= set([3])
        made ^= set([8])
        self.assertTrue(isinstance(made, managers.SetProxy))
        self.assertEqual((made.copy(), made._getvalue()), (set([7, 8]), set([7, 8])))
        made.update([1])
        made.clear()
        self.catch(KeyError, made.pop)

    def test_value_array_namespace(self):
        value = self.manager.Value('i', 7)
        value.value += 1
        self.assertEqual((value.value, value.get(), str(value)), (8, 8, "Value('i', 8)"))
        made = self.manager.Array('i', range(3))
        made[1] = 9
        self.assertEqual(([made[0], made[1]], len(made)), ([0, 9], 3))
        space = self.manager.Namespace(x=1)
        space.y = [2]
        space._mine = 3
        del space.x
        self.assertEqual((space.y, space._mine, str(space)), ([2], 3, 'Namespace(y=[2])'))
        self.catch(AttributeError, lambda: space.x)

    def test_locks(self):
        for made in (self.manager.Lock(), self.manager.RLock()):
            self.assertFalse(made.locked())
            self.assertTrue(made.acquire())
            self.assertTrue(made.locked())
            taken = []
            self.run_threads([lambda: taken.extend(
                [made.locked(), made.acquire(False), made.acquire(True, 0.1)])])
            self.assertEqual(taken, [True, False, False])
            made.release()
            self.assertFalse(made.locked())
            made.__enter__()
            made.__exit__(None, None, None)
        made = self.manager.RLock()
        self.assertEqual((made.acquire(), made.acquire()), (True, True))
        made.release()
        self.assertTrue(made.locked())
        made.release()
        self.assertFalse(made.locked())
        for made in (self.manager.Semaphore(2), self.manager.BoundedSemaphore(2)):
            self.assertEqual([bool(made.acquire(False)) for _each in range(3)],
                             [True, True, False])
            made.release()

    def test_condition(self):
        made, seen = self.manager.Condition(), []
        self.assertFalse(made.locked())

        def wait():
            made.acquire()
            try:
                seen.append(made.locked())
                seen.append(made.wait_for(lambda: len(seen) > 1, 20))
            finally:
                made.release()

        def notify():
            support.wait_until(lambda: seen)
            made.acquire()
            seen.append('told')
            made.notify_all()
            made.notify(1)
            made.release()

        self.run_threads([wait, notify])
        self.assertEqual(seen, [True, 'told', True])
        made.acquire()
        self.assertEqual(made.wait_for(lambda: 0, 0.05), 0)
        self.assertEqual(made.wait(0.05), False)
        made.release()

    def test_token(self):
        token = managers.Token('list', ('localhost', 80), 'x')
        for protocol in range(3):
            found = pickle.loads(pickle.dumps(token, protocol))
            self.assertEqual((found.typeid, found.address, found.id), ('list', ('localhost', 80), 'x'))
        self.catch(AttributeError, setattr, token, 'other', 1)

    def test_event_and_queue(self):
        event, made = self.manager.Event(), self.manager.Queue(2)
        self.assertFalse(event.is_set())
        self.assertFalse(event.wait(0.05))
        process = self.run_process(tasks.set_when_told, event, made)
        event.set()
        self.assertTrue(event.wait())
        self.assertEqual(made.get(True, 20), True)
        self.finished(process)
        event.clear()
        made.put(1)
        made.put(2)
        self.assertTrue(made.full())
        self.catch(queue.Full, made.put, 3, False)
        self.assertEqual((made.qsize(), made.get(), made.get_nowait(), made.empty()),
                         (2, 1, 2, True))
        self.catch(queue.Empty, made.get_nowait)

    def test_barrier(self):
        try:
            shim.get_context('thread').Barrier(2)
        except NotImplementedError:
            support.skip("the context 'thread' has no Barrier here")
        barrier, items = self.manager.Barrier(2), self.manager.list()
        process = self.run_process(tasks.meet, barrier, items)
        self.assertTrue(barrier.wait(20) in (0, 1))
        self.finished(process)
        self.assertEqual((len(items), barrier.parties, barrier.n_waiting, barrier.broken),
                         (1, 2, 0, False))
        barrier.abort()
        self.assertTrue(barrier.broken)
        barrier.reset()
        self.assertFalse(barrier.broken)

    def test_pool(self):
        pool = self.manager.Pool(1)
        self.assertEqual(pool.apply(abs, (-3,)), 3)
        self.assertEqual(pool.map(abs, [-1, -2]), [1, 2])
        self.assertEqual(pool.apply_async(abs, (-4,)).get(30), 4)
        self.assertEqual(list(pool.imap(abs, [-1, -2])), [1, 2])
        pool.terminate()
        pool.join()

    def test_from_processes(self):
        shared, items, lock = self.manager.dict(), self.manager.list(), self.manager.Lock()
        processes = [self.run_process(tasks.fill, shared, items, lock, text) for text in 'abc']
        self.finished(*processes)
        self.assertEqual(sorted(items), ['a', 'b', 'c'])
        self.assertEqual(sorted(shared.values()), sorted([each.pid for each in processes]))

    def test_nested(self):
        outer, inner = self.manager.list(), self.manager.list([1])
        outer.append(inner)
        inner.append(2)
        self.assertEqual(list(outer[0]), [1, 2])
        outer[0].append(3)
        self.assertEqual(inner[:], [1, 2, 3])
        del inner
        self.assertEqual(outer[0][:], [1, 2, 3])
        shared = self.manager.dict()
        self.finished(self.run_process(tasks.nest, shared, outer))
        self.assertEqual(shared['list'][-1], 'from the child')
        shared['list'][0].append(4)
        self.assertEqual(outer[0][:], [1, 2, 3, 4])

    def test_objects_go(self):
        manager = self.ctx.Manager()
        self.addCleanup(manager.shutdown)
        made = [manager.list() for _each in range(3)]
        self.assertEqual(manager._number_of_objects(), 3)
        self.assertIn('refcount=1', manager._debug_info())
        del made[:]
        if hasattr(sys, 'getClassLoader'):
            support.skip('a JVM collects when it likes')
        support.wait_until(
            lambda: gc.collect() is NotImplemented or not manager._number_of_objects(), 5)
        self.assertEqual(manager._number_of_objects(), 0)


each_engine(globals(), Objects, variants=support.STARTING_VARIANTS)
