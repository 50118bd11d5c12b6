"""Pool and ThreadPool, AsyncResult and the iterators of imap."""
import os

import shim
from tests.api import helpers
from tests.api.helpers import SOON, WAIT, check, pool_of, raises, within
from tests.api.names import load


def pool_apply(ctx):
    pool_of(ctx, lambda pool: check(
        (pool.apply(helpers.square, (3,)), pool.apply(helpers.add, args=(1,), kwds={'y': 2})),
        (9, 3)))


def pool_apply_async(ctx):
    def use(pool):
        got = []
        result = pool.apply_async(helpers.add, (1,), {'y': 2}, callback=got.append)
        check((result.get(timeout=WAIT), got, result.ready(), result.successful()),
              (3, [3], True, True))
        result = pool.apply_async(helpers.fail, error_callback=got.append)
        raises(ValueError, result.get, WAIT)
        check((result.successful(), str(got[1])), (False, 'as it should'))
    pool_of(ctx, use)


def pool_map(ctx):
    pool_of(ctx, lambda pool: check(
        (pool.map(helpers.square, range(5)), pool.map(helpers.square, iter([3]), chunksize=2)),
        ([0, 1, 4, 9, 16], [9])))


def pool_map_async(ctx):
    def use(pool):
        got = []
        result = pool.map_async(helpers.square, [1, 2], chunksize=1, callback=got.append)
        check((result.get(WAIT), got), ([1, 4], [[1, 4]]))
        result = pool.map_async(helpers.fail, ['x'], error_callback=got.append)
        result.wait(timeout=WAIT)
        check((result.successful(), str(got[1])), (False, 'x'))
    pool_of(ctx, use)


def pool_starmap(ctx):
    pool_of(ctx, lambda pool: check(
        (pool.starmap(helpers.add, [(1, 2), (3, 4)], chunksize=1),
         pool.starmap_async(helpers.add, [(1,)], callback=None).get(WAIT)), ([3, 7], [1])))


def pool_imap(ctx):
    def use(pool):
        results = pool.imap(helpers.square, range(4), chunksize=2)
        check(iter(results) is results, True)
        check((results.next(timeout=WAIT), list(results)), (0, [1, 4, 9]))
        raises(StopIteration, results.next)
        check(sorted(pool.imap_unordered(helpers.square, range(4))), [0, 1, 4, 9])
    pool_of(ctx, use)


def pool_imap_buffersize():
    """shim's own, as that of Executor.map."""
    import itertools

    def use(pool):
        results = pool.imap(helpers.square, itertools.count(), buffersize=4)
        check([results.next(WAIT) for number in range(5)], [0, 1, 4, 9, 16])
    pool_of(shim.get_context(), use)


def pool_timeouts(ctx):
    pool = ctx.Pool(1, helpers.nap)
    try:
        result = pool.apply_async(helpers.square, (1,))
        raises(shim.TimeoutError, result.get, SOON)
        raises(shim.TimeoutError, pool.imap(helpers.square, [1]).next, timeout=SOON)
        raises(ValueError, result.successful)
        check((result.ready(), result.wait(SOON)), (False, None))
    finally:
        pool.terminate()
        pool.join()


def pool_initializer(ctx):
    pool_of(ctx, lambda pool: check(pool.map(helpers.kept, range(2)), ['kept'] * 2),
            2, helpers.keep, ('kept',))


def pool_maxtasksperchild(ctx):
    def use(pool):
        check(len(set(pool.map(helpers.pid, range(3), chunksize=1))), 3)
    pool_of(ctx, use, 1, maxtasksperchild=1)


def pool_with(ctx):
    pool = ctx.Pool(1)
    check(within(pool, lambda entered: entered.map(helpers.square, [2])), [4])
    raises(ValueError, pool.map, helpers.square, [2])


def pool_close(ctx):
    pool = ctx.Pool(1)
    result = pool.map_async(helpers.square, range(3))
    raises(ValueError, pool.join)
    pool.close()
    raises(ValueError, pool.apply, helpers.square, (1,))
    pool.join()
    check(result.get(WAIT), [0, 1, 4])


def pool_exception(ctx):
    def use(pool):
        error = raises(ValueError, pool.apply, helpers.fail)
        if hasattr(error, '__cause__') and ctx.get_start_method() not in helpers.INSIDE:
            check('fail' in str(error.__cause__), True)
    pool_of(ctx, use)


def pool_unpicklable_result(ctx):
    if ctx.get_start_method() in helpers.INSIDE:
        return      # nothing is pickled
    error = load('shim.pool').MaybeEncodingError
    pool_of(ctx, lambda pool: raises(error, pool.apply, helpers.unpicklable))


def pool_arguments(ctx):
    raises(ValueError, ctx.Pool, 0)
    raises(TypeError, ctx.Pool, 1, 'not callable')
    raises(ValueError, ctx.Pool, 1, maxtasksperchild=0)


def pool_class(ctx):
    pool = load('shim.pool').Pool(1, context=ctx)
    check((isinstance(ctx.Pool(1), type(pool)), pool.apply(helpers.square, (2,))), (True, 4))
    pool.terminate()


def pool_pickled(ctx):
    import pickle
    pool_of(ctx, lambda pool: raises(NotImplementedError, pickle.dumps, pool))


def pool_in_process(ctx):
    near, far = ctx.Pipe()
    process = ctx.Process(target=helpers.tell, args=(far, inner, ctx.get_start_method()))
    process.start()
    check(near.poll(WAIT), True)
    check(near.recv(), [0, 1, 4])
    helpers.ended(process)


def inner(method):
    return pool_of(shim.get_context(method), lambda pool: pool.map(helpers.square, range(3)))


def thread_pool():
    pool = load('shim.pool').ThreadPool(2, initializer=helpers.nothing, initargs=())
    check((pool.map(lambda x: x + 1, [1, 2]), pool.apply(os.getpid)), ([2, 3], os.getpid()))
    pool.close()
    pool.join()


def async_result_class():
    pool = load('shim.pool')

    def use(made):
        check(isinstance(made.apply_async(helpers.nothing), pool.AsyncResult), True)
        check(isinstance(made.map_async(helpers.square, []), pool.MapResult), True)
        check(isinstance(made.imap(helpers.square, []), pool.IMapIterator), True)
    pool_of(shim.get_context(), use)
