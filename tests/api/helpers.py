"""What the probes share, and what their children run."""
import os
import sys
import time

import shim
from shim import compat
from tests.api.names import load
from tests.deadlines import PACE

WAIT = 8 * PACE         # seconds that anything may take
INSIDE = ('thread', 'serial')   # the contexts without processes
SOON = 0.1              # seconds after which what can't happen did not


def check(value, wanted):
    """Raise AssertionError unless they are equal."""
    if value != wanted:
        raise AssertionError('%r, not %r' % (value, wanted))


def raises(kinds, function, *args, **kwds):
    """The exception that the call must raise."""
    try:
        value = function(*args, **kwds)
    except kinds:
        return sys.exc_info()[1]
    raise AssertionError('no %s, but %r' % (kinds, value))


def within(manager, function):
    """function(x) as in `with manager as x`."""
    entered = manager.__enter__()
    try:
        value = function(entered)
    except:     # noqa: E722
        if not manager.__exit__(*sys.exc_info()):
            raise
    else:
        manager.__exit__(None, None, None)
        return value


def start(ctx, target, *args, **kwds):
    """A started process, which does not outlive this one."""
    process = ctx.Process(target=target, args=args, kwargs=kwds)
    process.daemon = True
    process.start()
    return process


def ended(process, code=0):
    """Wait for it, and see how it ended."""
    process.join(WAIT)
    check(process.exitcode, code)


def run(ctx, target, *args, **kwds):
    """A process from its start to its end."""
    process = start(ctx, target, *args, **kwds)
    ended(process)
    return process


def answer(ctx, target, *args):
    """What the target gives when it is called in a process."""
    near, far = ctx.Pipe()
    process = start(ctx, tell, far, target, *args)
    if not near.poll(WAIT):
        raise AssertionError('no answer from the process, its exit code is %r' % process.exitcode)
    value = near.recv()
    ended(process)
    return value


def until(predicate):
    """Wait until it is true; AssertionError if that takes too long."""
    end = compat.monotonic() + WAIT
    while not predicate():
        if compat.monotonic() > end:
            raise AssertionError('not true in %s s' % WAIT)
        time.sleep(0.01)


def pool_of(ctx, function, *args, **kwds):
    """function(pool), with a pool of two workers (or what else is said)."""
    pool = ctx.Pool(*(args or (2,)), **kwds)
    try:
        return function(pool)
    finally:
        pool.terminate()
        pool.join()


def manager_of(ctx, function):
    """function(manager)."""
    manager = ctx.Manager()
    try:
        return function(manager)
    finally:
        getattr(manager, 'shutdown', int)()


# ---- run by children

def tell(connection, target, *args):
    connection.send(target(*args))
    connection.close()


def nothing():
    pass


def nap():
    time.sleep(WAIT)


def leave(code):
    sys.exit(code)


def fail(text='as it should'):
    raise ValueError(text)


def fail_quietly():
    sys.stderr = open(os.devnull, 'w')
    fail()


def square(x):
    return x * x


def add(x, y=0):
    return x + y


def identity(x):
    return x


def slowly(x):
    time.sleep(SOON)
    return x


def pid(*args):
    return os.getpid()


def who():
    me = shim.current_process()
    return me.name, me.daemon, me.pid


def authkey():
    return str(shim.current_process().authkey == KEY and len(KEY))


KEY = compat.text('key').encode('ascii') * 8


def parent():
    found = shim.parent_process()
    return found and (found.pid, found.is_alive())


def until_interrupted(event):
    try:
        event.set()
        for _each in range(1000):       # a signal just before a long sleep is heard after it
            time.sleep(WAIT / 1000.0)
    except KeyboardInterrupt:
        sys.exit(7)


def grandchild(ctx_name):
    return answer(shim.get_context(ctx_name), square, 3)


def daemon_has_child(ctx_name):
    try:
        shim.get_context(ctx_name).Process(target=nothing).start()
    except AssertionError:
        return 'refused'
    return 'started'


def at_end(connection):
    load('shim.util').Finalize(None, connection.send, ('finalized',), exitpriority=10)


def call(obj, name, *args, **kwds):
    return getattr(obj, name)(*args, **kwds)


def calls(obj, *pairs):
    """Call methods one after another, each a tuple (name, argument, ...)."""
    return [getattr(obj, each[0])(*each[1:]) for each in pairs]


def locked_add(lock, value, times):
    for number in range(times):
        lock.acquire()
        try:
            value.value += 1
        finally:
            lock.release()


def wait_with(condition, ready):
    condition.acquire()
    ready.set()
    try:
        return bool(condition.wait(WAIT))
    finally:
        condition.release()


def set_value(shared, value):
    shared.value = value


def get_value(shared):
    return shared.value


def set_item(shared, key, value):
    shared[key] = value


def set_attribute(shared, name, value):
    setattr(shared, name, value)


def items_of(shared):
    return list(shared)


_kept = []


def keep(*args):
    _kept[:] = args


def kept(*args):
    return _kept[0]


def put_kept(x):
    _kept[0].put(x)
    return x


def add_to_kept(x):
    value, lock = _kept
    locked_add(lock, value, x)


class Unpicklable(object):
    def __reduce__(self):
        raise TypeError('not to be pickled')


def unpicklable(*args):
    return Unpicklable()


class Counter(object):
    """What a manager keeps for others."""

    def __init__(self, value=0):
        self.value = value

    def increment(self, by=1):
        self.value += by
        return self.value

    def count_up(self):
        return iter([1, 2])

    def fail(self):
        raise KeyError('as it should')

    def _private(self):
        return 'private'
