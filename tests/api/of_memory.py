"""Value, Array and their raw forms; SharedMemory, ShareableList, SharedMemoryManager."""
from six import b

from tests.api import helpers
from tests.api.helpers import WAIT, answer, check, raises, run, within
from tests.api.names import load


def value(ctx):
    made = ctx.Value('i', 3)
    check(made.value, 3)
    run(ctx, helpers.set_value, made, 4)
    check(made.value, 4)


def value_of_ctype(ctx):
    import ctypes
    made = ctx.Value(ctypes.c_double, 1.5)
    check(answer(ctx, helpers.get_value, made), 1.5)


def value_lock(ctx):
    made = ctx.Value('i', 1)
    lock = made.get_lock()
    check(lock.acquire(False), True)
    check(made.get_obj().value, 1)
    lock.release()
    own = ctx.RLock()
    check(ctx.Value('i', lock=own).get_lock() is own, True)


def value_without_lock(ctx):
    made = ctx.Value('i', 1, lock=False)
    check((made.value, hasattr(made, 'get_lock')), (1, False))
    raises(AttributeError, ctx.Value, 'i', lock='not a lock')


def value_with(ctx):
    made = ctx.Value('i', 1)
    check(within(made, lambda entered: made.value), 1)


def value_of_structure(ctx):
    made = ctx.Value(_point(), 1, 2)
    check((made.x, made.y), (1, 2))
    run(ctx, helpers.set_attribute, made, 'x', 5)
    check((made.x, made.y), (5, 2))


def _point():
    """A structure; children find it by its name."""
    import ctypes
    if 'Point' not in globals():
        globals()['Point'] = type(ctypes.Structure)('Point', (ctypes.Structure,), {
            '__module__': __name__, '_fields_': [('x', ctypes.c_int), ('y', ctypes.c_int)]})
    return globals()['Point']


try:
    _point()
except ImportError:     # 2.4 without ctypes
    pass


def array(ctx):
    made = ctx.Array('i', [1, 2, 3])
    check((len(made), made[0], made[1:], list(made)), (3, 1, [2, 3], [1, 2, 3]))
    run(ctx, helpers.set_item, made, 1, 7)
    check(made[:], [1, 7, 3])
    made[:2] = [8, 9]
    check(answer(ctx, helpers.items_of, made), [8, 9, 3])


def array_of_size(ctx):
    check(list(ctx.Array('d', 3)), [0.0] * 3)


def array_lock(ctx):
    made = ctx.Array('i', 2)
    check(made.get_lock().acquire(False), True)
    check(len(made.get_obj()), 2)
    check(hasattr(ctx.Array('i', 2, lock=False), 'get_lock'), False)


def array_of_chars(ctx):
    made = ctx.Array('c', b('hello'))
    check((made.value, made.raw), (b('hello'), b('hello')))
    run(ctx, helpers.set_value, made, b('hi'))
    check((made.value, len(made)), (b('hi'), 5))


def raw_value(ctx):
    made = ctx.RawValue('i', 3)
    run(ctx, helpers.set_value, made, 4)
    check((made.value, hasattr(made, 'get_lock')), (4, False))


def raw_array(ctx):
    made = ctx.RawArray('i', [1, 2])
    run(ctx, helpers.set_item, made, 0, 5)
    check(list(made), [5, 2])
    check(list(ctx.RawArray('i', 2)), [0, 0])


def sharedctypes_copy():
    sharedctypes = load('shim.sharedctypes')
    made = sharedctypes.RawArray('i', [1, 2])
    copied = sharedctypes.copy(made)
    copied[0] = 5
    check((list(made), list(copied)), ([1, 2], [5, 2]))


def sharedctypes_synchronized(ctx):
    sharedctypes = load('shim.sharedctypes')
    made = sharedctypes.synchronized(sharedctypes.RawValue('i', 2), ctx=ctx)
    check((made.value, made.get_lock().acquire(False)), (2, True))
    check(isinstance(sharedctypes.synchronized(
        sharedctypes.RawArray('i', 2)), sharedctypes.SynchronizedArray), True)


def sharedctypes_context(ctx):
    sharedctypes = load('shim.sharedctypes')
    check(sharedctypes.Value('i', 2, ctx=ctx).value, 2)
    check(list(sharedctypes.Array('i', [2], ctx=ctx)), [2])


def _bytes(view):
    """What a memoryview shows, or whatever stands for one before 2.7."""
    return getattr(view, 'tobytes', view.__str__)()


def _memory(**kwds):
    return load('shim.shared_memory').SharedMemory(create=True, size=16, **kwds)


def shared_memory(ctx):
    made = _memory()
    try:
        made.buf[:3] = b('abc')
        check(made.size >= 16, True)
        check(answer(ctx, attached, made.name), b('abc'))
        check(_bytes(made.buf[3:4]), b('!'))
    finally:
        made.close()
        made.unlink()


def attached(name):
    made = load('shim.shared_memory').SharedMemory(name=name)
    made.buf[3:4] = b('!')
    found = _bytes(made.buf[:3])
    made.close()
    return found


def shared_memory_pickled(ctx):
    made = _memory()
    try:
        made.buf[:1] = b('x')
        check(answer(ctx, first_byte, made), b('x'))
    finally:
        made.close()
        made.unlink()


def first_byte(shared):
    return _bytes(shared.buf[:1])


def shared_memory_track():
    made = _memory(track=False)
    made.close()
    made.unlink()


def shared_memory_unlinked():
    made = _memory()
    name = made.name
    made.close()
    made.unlink()
    raises(EnvironmentError, load('shim.shared_memory').SharedMemory, name)


def shared_memory_named():
    shared = load('shim.shared_memory')
    made = _memory()
    try:
        raises(EnvironmentError, shared.SharedMemory, made.name, True, 16)
    finally:
        made.close()
        made.unlink()
    raises(ValueError, shared.SharedMemory, create=True, size=0)


def shareable_list(ctx):
    made = load('shim.shared_memory').ShareableList([1, 2.5, 'three', None, True])
    try:
        check((len(made), list(made)), (5, [1, 2.5, 'three', None, True]))
        made[0] = 7
        check((made[0], made.index(2.5), made.count(None)), (7, 1, 1))
        raises(ValueError, made.__setitem__, 2, 'longer than it was before')
        raises(IndexError, made.__getitem__, 5)
        check(answer(ctx, third, made), 'three')
    finally:
        made.shm.close()
        made.shm.unlink()


def third(shared):
    found = shared[2]
    shared.shm.close()
    return found


def shareable_list_named():
    shared = load('shim.shared_memory')
    made = shared.ShareableList(range(3))
    try:
        again = shared.ShareableList(name=made.shm.name)
        check((list(again), again.format), ([0, 1, 2], made.format))
        again.shm.close()
    finally:
        made.shm.close()
        made.shm.unlink()


def shared_memory_manager(ctx):
    manager = load('shim.managers').SharedMemoryManager(ctx=ctx)
    manager.start()
    try:
        made = manager.SharedMemory(size=8)
        made.buf[:1] = b('x')
        check(answer(ctx, first_byte, made), b('x'))
        check(list(manager.ShareableList([1, 2])), [1, 2])
        name = made.name
        made.close()
    finally:
        manager.shutdown()
    raises(EnvironmentError, load('shim.shared_memory').SharedMemory, name)


def shared_memory_manager_with():
    made = within(load('shim.managers').SharedMemoryManager(),
                  lambda manager: manager.SharedMemory(size=8))
    raises(EnvironmentError, load('shim.shared_memory').SharedMemory, made.name)
