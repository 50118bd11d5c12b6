"""ProcessPoolExecutor and ThreadPoolExecutor, as concurrent.futures has them."""
import itertools

from tests.api import helpers
from tests.api.helpers import SOON, WAIT, check, raises, within
from tests.api.names import load


def executor_of(ctx, function, *args, **kwds):
    """function(executor), with one of two workers (or what else is said)."""
    kwds['mp_context'] = ctx
    executor = load('shim.futures').ProcessPoolExecutor(*(args or (2,)), **kwds)
    try:
        return function(executor)
    finally:
        executor.shutdown()


def executor_submit(ctx):
    def use(executor):
        future = executor.submit(helpers.add, 1, y=2)
        check((future.result(timeout=WAIT), future.done(), future.exception()), (3, True, None))
        future = executor.submit(helpers.fail)
        check(str(future.exception(WAIT)), 'as it should')
        raises(ValueError, future.result)
    executor_of(ctx, use)


def executor_map(ctx):
    def use(executor):
        check(list(executor.map(helpers.add, [1, 2], [3, 4], timeout=WAIT, chunksize=2)), [4, 6])
        check(list(executor.map(helpers.square, [])), [])
    executor_of(ctx, use)


def executor_map_buffersize(ctx):
    def use(executor):
        results = executor.map(helpers.square, itertools.count(), buffersize=3)
        check(list(itertools.islice(results, 4)), [0, 1, 4, 9])
    executor_of(ctx, use)


def executor_with(ctx):
    executor = load('shim.futures').ProcessPoolExecutor(1, mp_context=ctx)
    check(within(executor, lambda entered: entered.submit(helpers.square, 3).result(WAIT)), 9)
    raises(RuntimeError, executor.submit, helpers.square, 3)


def executor_callback(ctx):
    def use(executor):
        got = []
        future = executor.submit(helpers.square, 3)
        future.add_done_callback(lambda done: got.append(done.result()))
        helpers.until(lambda: got)
        check(got, [9])
    executor_of(ctx, use)


def executor_initializer(ctx):
    executor_of(ctx, lambda executor: check(executor.submit(helpers.kept).result(WAIT), 'kept'),
                1, initializer=helpers.keep, initargs=('kept',))


def executor_max_tasks_per_child(ctx):
    def use(executor):
        pids = [executor.submit(helpers.pid).result(WAIT) for number in range(2)]
        check(pids[0] != pids[1], True)
    executor_of(ctx, use, 1, max_tasks_per_child=1)


def executor_cancel_futures(ctx):
    executor = load('shim.futures').ProcessPoolExecutor(1, mp_context=ctx)
    futures = [executor.submit(helpers.slowly, number) for number in range(12)]
    helpers.until(lambda: futures[0].running() or futures[0].done())
    executor.shutdown(wait=True, cancel_futures=True)
    check((futures[0].result(WAIT), futures[-1].cancelled()), (0, True))


def executor_terminate_workers(ctx):
    executor = load('shim.futures').ProcessPoolExecutor(1, mp_context=ctx)
    future = executor.submit(helpers.nap)
    helpers.until(future.running)
    executor.terminate_workers()
    check(future.exception(WAIT) is not None, True)


def executor_kill_workers(ctx):
    executor = load('shim.futures').ProcessPoolExecutor(1, mp_context=ctx)
    future = executor.submit(helpers.nap)
    helpers.until(future.running)
    executor.kill_workers()
    check(future.exception(WAIT) is not None, True)


def executor_arguments():
    kind = load('shim.futures').ProcessPoolExecutor
    raises(ValueError, kind, 0)
    raises(ValueError, kind, 1, max_tasks_per_child=0)
    raises(TypeError, kind, 1, initializer='not callable')


def executor_functions():
    """What the functions of concurrent.futures make of a Future."""
    module = load('shim.futures')

    def use(executor):
        futures = [executor.submit(helpers.square, number) for number in range(3)]
        check(sorted([each.result() for each in module.as_completed(futures, WAIT)]), [0, 1, 4])
        check(len(module.wait(futures, WAIT)[0]), 3)
        check(isinstance(executor, module.Executor), True)
        check(isinstance(futures[0], module.Future), True)
    executor_of(None, use)


def executor_standard():
    """Where there is a concurrent.futures, they are its own."""
    try:
        standard = load('concurrent.futures')
    except ImportError:     # before 3.2
        return
    module = load('shim.futures')
    for name in ('Future', 'Executor', 'as_completed', 'wait'):
        check(getattr(module, name) is getattr(standard, name), True)


def executor_of_threads():
    executor = load('shim.futures').ThreadPoolExecutor(
        2, thread_name_prefix='named', initializer=helpers.nothing, initargs=())
    check(executor.submit(lambda: 3).result(WAIT), 3)
    check(list(executor.map(helpers.square, range(3), buffersize=1)), [0, 1, 4])
    executor.shutdown(wait=True, cancel_futures=False)
