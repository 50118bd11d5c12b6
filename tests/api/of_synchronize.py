"""Lock, RLock, Semaphore, BoundedSemaphore, Condition, Event, Barrier."""
import threading

from tests.api import helpers
from tests.api.helpers import SOON, WAIT, answer, check, ended, raises, run, start, within
from tests.api.names import load

# Where threading has no Barrier, no program asks it for the name.
BROKEN = getattr(threading, 'BrokenBarrierError', RuntimeError)
# Of a lock that nobody holds: processes say ValueError or AssertionError, threads RuntimeError.
UNHELD = (ValueError, AssertionError, RuntimeError)


def lock(ctx):
    made = ctx.Lock()
    check(made.acquire(), True)
    check(made.acquire(block=False), False)
    check(made.acquire(True, SOON), False)
    check(made.acquire(block=True, timeout=SOON), False)
    made.release()
    raises(UNHELD, made.release)


def lock_in_child(ctx):
    made = ctx.Lock()
    made.acquire()
    check(answer(ctx, helpers.call, made, 'acquire', False), False)
    made.release()
    check(answer(ctx, helpers.call, made, 'acquire', False), True)
    check(made.acquire(False), False)       # whoever holds it
    made.release()


def lock_excludes(ctx):
    made, value = ctx.Lock(), ctx.Value('i', 0, lock=False)
    processes = [start(ctx, helpers.locked_add, made, value, 200) for number in range(2)]
    for process in processes:
        ended(process)
    check(value.value, 400)


def lock_locked(ctx):
    made = ctx.Lock()
    check(made.locked(), False)
    made.acquire()
    check(made.locked(), True)


def lock_with(ctx):
    made = ctx.Lock()
    check(within(made, lambda entered: made.acquire(False)), False)
    check(made.acquire(False), True)


def lock_in_pool(ctx):
    made, value = ctx.Lock(), ctx.Value('i', 0, lock=False)

    def add(pool):
        pool.map_async(helpers.add_to_kept, [50] * 4, 1).get(WAIT)
    helpers.pool_of(ctx, add, 2, helpers.keep, (value, made))
    check(value.value, 200)


def lock_class(ctx):
    synchronize = load('shim.synchronize')
    made = synchronize.Lock(ctx=ctx)
    check(made.acquire(False), True)
    check(isinstance(made, synchronize.Lock), True)


def rlock(ctx):
    made = ctx.RLock()
    check([made.acquire(), made.acquire(block=False), made.acquire(True, SOON)], [True] * 3)
    for number in range(3):
        made.release()
    raises(UNHELD, made.release)


def rlock_in_child(ctx):
    made = ctx.RLock()
    made.acquire()
    check(answer(ctx, helpers.call, made, 'acquire', False), False)
    made.release()


def rlock_locked(ctx):
    made = ctx.RLock()
    check(made.locked(), False)
    made.acquire()
    check(made.locked(), True)


def rlock_with(ctx):
    made = ctx.RLock()
    check(within(made, lambda entered: made.acquire(False)), True)


def semaphore(ctx):
    made = ctx.Semaphore(2)
    check([made.acquire(False) for number in range(3)], [True, True, False])
    check(made.acquire(block=True, timeout=SOON), False)
    for number in range(3):
        made.release()
    check([made.acquire(False) for number in range(4)], [True, True, True, False])


def semaphore_in_child(ctx):
    made = ctx.Semaphore(0)
    run(ctx, helpers.calls, made, ('release',), ('release',))
    check([made.acquire(True, WAIT), made.acquire(True, WAIT), made.acquire(False)],
          [True, True, False])


def semaphore_value(ctx):
    made = ctx.Semaphore(value=2)
    made.acquire()
    check(made.get_value(), 1)


def semaphore_locked(ctx):
    made = ctx.Semaphore(1)
    check(made.locked(), False)
    made.acquire()
    check(made.locked(), True)


def semaphore_with(ctx):
    made = ctx.Semaphore(1)
    check(within(made, lambda entered: made.acquire(False)), False)


def bounded_semaphore(ctx):
    made = ctx.BoundedSemaphore(1)
    check(made.acquire(), True)
    made.release()
    raises(ValueError, made.release)


def condition_wait(ctx):
    made, ready = ctx.Condition(), ctx.Event()
    near, far = ctx.Pipe()
    process = start(ctx, helpers.tell, far, helpers.wait_with, made, ready)
    check(ready.wait(WAIT), True)
    made.acquire()
    made.notify()
    made.release()
    check(near.poll(WAIT), True)
    check(near.recv(), True)
    ended(process)


def condition_timeout(ctx):
    made = ctx.Condition(ctx.Lock())
    made.acquire()
    check(made.wait(timeout=SOON), False)
    made.release()


def condition_notify_all(ctx):
    made, ready = ctx.Condition(), [ctx.Event(), ctx.Event()]
    processes = [start(ctx, helpers.wait_with, made, event) for event in ready]
    for event in ready:
        check(event.wait(WAIT), True)
    made.acquire()
    made.notify_all()
    made.release()
    for process in processes:
        ended(process)


def condition_notify_n(ctx):
    made = ctx.Condition()
    made.acquire()
    made.notify(n=2)
    made.release()


def condition_wait_for(ctx):
    made, value = ctx.Condition(), ctx.Value('i', 0)
    process = start(ctx, set_and_notify, made, value)
    made.acquire()
    check(made.wait_for(lambda: value.value == 1, WAIT), True)
    check(made.wait_for(predicate=lambda: value.value == 2, timeout=SOON), False)
    made.release()
    ended(process)


def set_and_notify(condition, value):
    condition.acquire()
    value.value = 1
    condition.notify_all()
    condition.release()


def condition_unheld(ctx):
    made = ctx.Condition()
    raises(UNHELD, made.notify)
    raises(UNHELD, made.wait, SOON)


def condition_with(ctx):
    made = ctx.Condition()
    within(made, lambda entered: made.notify())


def event(ctx):
    made = ctx.Event()
    check((made.is_set(), made.wait(timeout=SOON)), (False, False))
    made.set()
    check((made.is_set(), made.wait()), (True, True))
    made.clear()
    check(made.is_set(), False)


def event_from_child(ctx):
    made = ctx.Event()
    process = start(ctx, helpers.call, made, 'set')
    check(made.wait(WAIT), True)
    ended(process)


def event_to_child(ctx):
    made = ctx.Event()
    near, far = ctx.Pipe()
    process = start(ctx, helpers.tell, far, helpers.call, made, 'wait', WAIT)
    made.set()
    check(near.poll(WAIT), True)
    check(near.recv(), True)
    ended(process)


def barrier(ctx):
    made = ctx.Barrier(2)
    check((made.parties, made.n_waiting, made.broken), (2, 0, False))
    near, far = ctx.Pipe()
    process = start(ctx, helpers.tell, far, helpers.call, made, 'wait', WAIT)
    mine = made.wait(WAIT)
    check(near.poll(WAIT), True)
    check(sorted([mine, near.recv()]), [0, 1])
    ended(process)


def barrier_action(ctx):
    value = ctx.Value('i', 0)
    made = ctx.Barrier(1, action=Setter(value), timeout=WAIT)
    check(made.wait(), 0)
    check(value.value, 1)


class Setter(object):
    def __init__(self, value):
        self.value = value

    def __call__(self):
        self.value.value = 1


def barrier_timeout(ctx):
    made = ctx.Barrier(2, timeout=SOON)
    raises(BROKEN, made.wait)
    check(made.broken, True)
    made.reset()
    check(made.broken, False)


def barrier_abort(ctx):
    made = ctx.Barrier(2)
    run(ctx, helpers.call, made, 'abort')
    raises(BROKEN, made.wait, WAIT)


def barrier_class(ctx):
    check(load('shim.synchronize').Barrier(1, ctx=ctx).wait(WAIT), 0)
