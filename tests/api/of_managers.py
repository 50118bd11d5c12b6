"""Manager(): a process that keeps objects for others, and the proxies of these."""
import pickle

import shim
from six.moves import queue
from tests.api import helpers
from tests.api.helpers import (
    SOON, WAIT, answer, check, ended, manager_of, raises, run, start, within)
from tests.api.names import load


def manager_with(ctx):
    check(within(ctx.Manager(), lambda manager: list(manager.list([1]))), [1])


def manager_shutdown(ctx):
    manager = ctx.Manager()
    manager.shutdown()
    raises(Exception, manager.list)


def manager_list(ctx):
    def use(manager):
        made = manager.list([3, 1])
        made.append(2)
        made.extend([5, 4])
        made.sort()
        made.reverse()
        check((len(made), made[0], made[1:3], list(made)), (5, 5, [4, 3], [5, 4, 3, 2, 1]))
        made[0] = 9
        del made[1]
        check((made.index(3), made.count(9), made.pop(), 9 in made), (1, 1, 1, True))
        made.insert(0, 7)
        made.remove(2)
        check(list(made), [7, 9, 3])
        made += [1]
        check((list(made + [2]), list(made * 2)), ([7, 9, 3, 1, 2], [7, 9, 3, 1] * 2))
        run(ctx, helpers.call, made, 'append', 'from a child')
        check(made[-1], 'from a child')
    manager_of(ctx, use)


def manager_list_of_today(ctx):
    def use(manager):
        made = manager.list([1, 2])
        check(made.copy(), [1, 2])
        check(2 * made, [1, 2, 1, 2])
        made *= 2
        check(list(reversed(made)), [2, 1, 2, 1])
        made.clear()
        check(list(made), [])
    manager_of(ctx, use)


def manager_dict(ctx):
    def use(manager):
        made = manager.dict({'a': 1}, b=2)
        made['c'] = 3
        del made['a']
        check((len(made), made['b'], made.get('x'), made.get('x', 0), 'c' in made),
              (2, 2, None, 0, True))
        check((sorted(made.keys()), sorted(made.values()), sorted(made.items())),
              (['b', 'c'], [2, 3], [('b', 2), ('c', 3)]))
        check((made.setdefault('d', 4), made.pop('d'), made.copy()), (4, 4, {'b': 2, 'c': 3}))
        made.update({'e': 5})
        raises(KeyError, made.__getitem__, 'x')
        run(ctx, helpers.set_item, made, 'child', 1)
        check(made['child'], 1)
        made.popitem()
        made.clear()
        check(made.copy(), {})
    manager_of(ctx, use)


def manager_dict_iter(ctx):
    def use(manager):
        check(sorted(manager.dict({'a': 1, 'b': 2})), ['a', 'b'])
    manager_of(ctx, use)


def manager_dict_of_today(ctx):
    def use(manager):
        made = manager.dict({'a': 1})
        check((made.__or__({'b': 2}), made.__ror__({'b': 2})), ({'a': 1, 'b': 2},) * 2)
        made.__ior__({'b': 2})
        check((list(made.__reversed__()), made.fromkeys(['x'], 1)), (['b', 'a'], {'x': 1}))
    manager_of(ctx, use)


def manager_set(ctx):
    def use(manager):
        made = manager.set([1, 2])
        made.add(3)
        made.discard(1)
        check((len(made), 2 in made, sorted(made)), (2, True, [2, 3]))
        check((made | set([4]), made & set([2]), made - set([2])),
              (set([2, 3, 4]), set([2]), set([3])))
        made |= set([5])
        made.update([6])
        check((made.issuperset([5, 6]), made.union([7])), (True, set([2, 3, 5, 6, 7])))
        run(ctx, helpers.call, made, 'add', 'child')
        check('child' in made, True)
    manager_of(ctx, use)


def manager_namespace(ctx):
    def use(manager):
        made = manager.Namespace(x=1)
        made.y = 2
        run(ctx, helpers.set_attribute, made, 'z', 3)
        check((made.x, made.y, made.z), (1, 2, 3))
        del made.x
        raises(AttributeError, getattr, made, 'x')
    manager_of(ctx, use)


def manager_value(ctx):
    def use(manager):
        made = manager.Value('i', 1)
        run(ctx, helpers.set_value, made, 5)
        check((made.value, made.get()), (5, 5))
        made.set(6)
        check(made.value, 6)
    manager_of(ctx, use)


def manager_array(ctx):
    def use(manager):
        made = manager.Array('i', [1, 2, 3])
        run(ctx, helpers.set_item, made, 0, 7)
        check((len(made), made[0], list(made[1:])), (3, 7, [2, 3]))
    manager_of(ctx, use)


def manager_lock(ctx):
    def use(manager):
        made = manager.Lock()
        check((made.acquire(), made.acquire(False)), (True, False))
        check(answer(ctx, helpers.call, made, 'acquire', False), False)
        check(made.acquire(blocking=True, timeout=SOON), False)
        made.release()
        within(made, lambda entered: check(made.acquire(False), False))
    manager_of(ctx, use)


def manager_locked(ctx):
    def use(manager):
        for made in (manager.Lock(), manager.RLock()):
            check(made.locked(), False)
            made.acquire()
            check(made.locked(), True)
    manager_of(ctx, use)


def manager_rlock(ctx):
    def use(manager):
        made = manager.RLock()
        check((made.acquire(), made.acquire(False)), (True, True))
        made.release()
        made.release()
    manager_of(ctx, use)


def manager_semaphores(ctx):
    def use(manager):
        made = manager.Semaphore(1)
        check((made.acquire(), made.acquire(False)), (True, False))
        made.release()
        made = manager.BoundedSemaphore(1)
        raises(ValueError, made.release)
    manager_of(ctx, use)


def manager_condition(ctx):
    def use(manager):
        made, ready = manager.Condition(), manager.Event()
        process = start(ctx, helpers.wait_with, made, ready)
        ready.wait(WAIT)
        made.acquire()
        made.notify_all()
        made.release()
        ended(process)
        made.acquire()
        check(made.wait(SOON), False)
        made.notify(n=1)
        made.release()
    manager_of(ctx, use)


def manager_condition_wait_for(ctx):
    def use(manager):
        made = manager.Condition()
        made.acquire()
        check((made.wait_for(lambda: True), made.wait_for(lambda: False, SOON)), (True, False))
        made.release()
    manager_of(ctx, use)


def manager_event(ctx):
    def use(manager):
        made = manager.Event()
        check((made.is_set(), made.wait(SOON)), (False, False))
        run(ctx, helpers.call, made, 'set')
        check((made.is_set(), made.wait()), (True, True))
        made.clear()
        check(made.is_set(), False)
    manager_of(ctx, use)


def manager_barrier(ctx):
    def use(manager):
        made = manager.Barrier(2)
        check((made.parties, made.n_waiting, made.broken), (2, 0, False))
        process = start(ctx, helpers.call, made, 'wait', WAIT)
        check(made.wait(WAIT) in (0, 1), True)
        ended(process)
        made.abort()
        check(made.broken, True)
        made.reset()
        check(made.broken, False)
    manager_of(ctx, use)


def manager_queues(ctx):
    def use(manager):
        made = manager.Queue(1)
        run(ctx, helpers.call, made, 'put', 'from a child')
        check((made.qsize(), made.full(), made.get(timeout=WAIT), made.empty()),
              (1, True, 'from a child', True))
        raises(queue.Empty, made.get_nowait)
        made = manager.JoinableQueue()
        made.put(1)
        made.get()
        made.task_done()
        made.join()
    manager_of(ctx, use)


def manager_pool(ctx):
    def use(manager):
        pool = manager.Pool(2)
        check(pool.map(helpers.square, range(4)), [0, 1, 4, 9])
        check(pool.apply_async(helpers.square, (5,)).get(WAIT), 25)
        check(list(pool.imap(helpers.square, range(3))), [0, 1, 4])
        pool.terminate()
    manager_of(ctx, use)


def manager_pool_with(ctx):
    def use(manager):
        check(within(manager.Pool(1), lambda pool: pool.starmap(helpers.add, [(1, 2)])), [3])
    manager_of(ctx, use)


def manager_nested(ctx):
    def use(manager):
        inner = manager.list([1])
        outer = manager.dict({'inner': inner})
        inner.append(2)
        check(list(outer['inner']), [1, 2])
        outer['inner'].append(3)
        check(list(inner), [1, 2, 3])
        run(ctx, append_to_inner, outer)
        check(list(inner), [1, 2, 3, 4])
    manager_of(ctx, use)


def append_to_inner(outer):
    outer['inner'].append(4)


def proxy_in_pool(ctx):
    def use(manager):
        made = manager.list()
        helpers.pool_of(ctx, lambda pool: pool.starmap_async(
            helpers.call, [(made, 'append', 1), (made, 'append', 2)]).get(WAIT))
        check(sorted(made), [1, 2])
    manager_of(ctx, use)


def proxy_text(ctx):
    def use(manager):
        made = manager.list([1])
        check(str(made), '[1]')
        check('ListProxy' in repr(made), True)
    manager_of(ctx, use)


def proxy_getvalue(ctx):
    def use(manager):
        made = manager.list([1])
        check((made._getvalue(), made._callmethod('__len__')), ([1], 1))
        check(pickle.loads(pickle.dumps(made))._getvalue(), [1])
    manager_of(ctx, use)


def manager_start_initializer(ctx):
    managers = load('shim.managers')
    manager = managers.SyncManager(ctx=ctx)
    event = ctx.Event()
    manager.start(initializer=helpers.call, initargs=(event, 'set'))
    try:
        check(event.wait(WAIT), True)
    finally:
        manager.shutdown()


def manager_shutdown_timeout(ctx):
    manager = load('shim.managers').SyncManager(ctx=ctx, shutdown_timeout=2.0)
    manager.start()
    check(list(manager.list([1])), [1])
    manager.shutdown()


def manager_class(ctx):
    check(within(_define()(ctx=ctx), use_counter), (6, [1, 2]))


def use_counter(manager):
    counter = manager.Counter(5)
    raises(AttributeError, getattr, counter, '_private')
    raises(KeyError, counter.fail)
    return counter.increment(), list(counter.count_up())


def _define():
    """A manager class of our own; its server finds it by its name."""
    if 'OwnManager' not in globals():
        managers = load('shim.managers')

        class OwnManager(managers.BaseManager):
            pass
        OwnManager.__qualname__ = 'OwnManager'
        globals()['OwnManager'] = OwnManager
        OwnManager.register('Counter', helpers.Counter, exposed=(
            'increment', 'fail', 'count_up'), method_to_typeid={'count_up': 'Iterator'})
        OwnManager.register('Iterator', proxytype=managers.IteratorProxy, create_method=False)
    return globals()['OwnManager']


try:
    _define()
except (ImportError, AttributeError):       # the probe says so
    pass


def manager_remote_error(ctx):
    def use(manager):
        error = raises(Exception, manager.list([1]).remove, 2)
        check(isinstance(error, ValueError), True)
    manager_of(ctx, use)


def manager_server(ctx):
    """One process serves at an address, the others connect to it."""
    address_of, far = ctx.Pipe()
    process = start(ctx, serve, far)
    check(address_of.poll(WAIT), True)
    manager = _define()(address=address_of.recv(), authkey=helpers.KEY)
    manager.connect()
    check(manager.Counter(1).increment(by=2), 3)
    address_of.send('enough')
    ended(process)


def serve(connection):
    manager = _define()(address=('127.0.0.1', 0), authkey=helpers.KEY)
    server = manager.get_server()
    from shim import compat
    connection.send(server.address)
    compat._thread.start_new_thread(server.serve_forever, ())
    connection.recv()
    if shim.parent_process() is not None:
        import os
        os._exit(0)     # it goes on until it is told to shut down


def manager_server_of_ours():
    """A server in a thread, and a client in the same process."""
    managers = load('shim.managers')
    manager = _define()(address=('127.0.0.1', 0), authkey=helpers.KEY)
    server = manager.get_server()
    check(isinstance(server.address, tuple), True)
    check(issubclass(managers.SyncManager, managers.BaseManager), True)
    server.listener.close()


def current_authkey():
    shim.current_process().authkey = shim.current_process().authkey
    check(len(shim.current_process().authkey) > 0, True)
