"""Queue, JoinableQueue, SimpleQueue."""
from six.moves import queue

from tests.api import helpers
from tests.api.helpers import SOON, WAIT, check, ended, raises, run, start, until
from tests.api.names import load


def queue_put_get(ctx):
    made = ctx.Queue()
    made.put(1)
    made.put(obj=None, block=True, timeout=WAIT)
    made.put_nowait([2])
    check([made.get(), made.get(True, WAIT), made.get(block=True, timeout=WAIT)], [1, None, [2]])


def queue_from_child(ctx):
    made = ctx.Queue()
    process = start(ctx, helpers.calls, made, ('put', 1), ('put', 'two'), ('put', (3,)))
    check([made.get(timeout=WAIT) for number in range(3)], [1, 'two', (3,)])
    ended(process)


def queue_to_child(ctx):
    made, back = ctx.Queue(), ctx.Queue()
    made.put('for the child')
    process = start(ctx, pass_on, made, back)
    check(back.get(timeout=WAIT), 'for the child')
    ended(process)


def pass_on(source, target):
    target.put(source.get(timeout=WAIT))


def queue_full(ctx):
    made = ctx.Queue(maxsize=1)
    made.put(1)
    raises(queue.Full, made.put_nowait, 2)
    raises(queue.Full, made.put, 2, False)
    raises(queue.Full, made.put, 2, timeout=SOON)
    until(lambda: not made.empty())
    check(made.full(), True)
    check(made.get(timeout=WAIT), 1)
    check(made.full(), False)


def queue_empty(ctx):
    made = ctx.Queue()
    check(made.empty(), True)
    raises(queue.Empty, made.get_nowait)
    raises(queue.Empty, made.get, False)
    raises(queue.Empty, made.get, timeout=SOON)
    made.put(1)
    until(lambda: not made.empty())


def queue_qsize(ctx):
    made = ctx.Queue()
    check(made.qsize(), 0)
    made.put(1)
    made.put(2)
    check(made.qsize(), 2)
    made.get(timeout=WAIT)
    check(made.qsize(), 1)


def queue_close(ctx):
    made = ctx.Queue()
    made.put(1)
    check(made.get(timeout=WAIT), 1)
    made.close()
    made.join_thread()
    raises(ValueError, made.put, 2)
    raises(ValueError, made.get)


def queue_cancel_join_thread(ctx):
    made = ctx.Queue()
    made.cancel_join_thread()
    made.put(1)
    check(made.get(timeout=WAIT), 1)


def queue_in_pool(ctx):
    made = ctx.Queue()
    pool = ctx.Pool(1, helpers.keep, (made,))
    check(pool.apply_async(helpers.put_kept, (3,)).get(WAIT), 3)
    check(made.get(timeout=WAIT), 3)
    pool.terminate()


def queue_by_argument_refused(ctx):
    if ctx.get_start_method() in helpers.INSIDE:
        return      # nothing is pickled
    made = ctx.Queue()
    pool = ctx.Pool(1)
    try:
        raises(RuntimeError, pool.apply_async(helpers.identity, (made,)).get, WAIT)
    finally:
        pool.terminate()


def queue_class(ctx):
    queues = load('shim.queues')
    made = queues.Queue(2, ctx=ctx)
    made.put(1)
    check(made.get(timeout=WAIT), 1)
    check(isinstance(ctx.Queue(), queues.Queue), True)


def joinable_queue(ctx):
    made = ctx.JoinableQueue()
    for number in range(3):
        made.put(number)
    process = start(ctx, consume, made, 3)
    made.join()
    check(made.empty(), True)
    ended(process)
    raises(ValueError, made.task_done)


def consume(source, times):
    for number in range(times):
        source.get(timeout=WAIT)
        source.task_done()


def simple_queue(ctx):
    made = ctx.SimpleQueue()
    check(made.empty(), True)
    made.put('one')
    check(made.empty(), False)
    check(made.get(), 'one')


def simple_queue_from_child(ctx):
    made = ctx.SimpleQueue()
    run(ctx, helpers.call, made, 'put', [1])
    check(made.get(), [1])


def simple_queue_close(ctx):
    made = ctx.SimpleQueue()
    made.close()
    raises((OSError, IOError, ValueError), made.put, 1)


def simple_queue_class(ctx):
    made = load('shim.queues').SimpleQueue(ctx=ctx)
    made.put(1)
    check(made.get(), 1)
