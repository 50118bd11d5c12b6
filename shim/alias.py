"""The public names of multiprocessing, and its submodules: its own objects, where it has them.

What backfill/ has for an older one stands in their place; a submodule that is nowhere is an
ImportError.  Locks, queues and shared values are more: see primitives.py.
"""
import sys
import types

from shim import compat, primitives

# multiprocessing.__all__ of CPython 3.15.
API = [
    'Array', 'AuthenticationError', 'Barrier', 'BoundedSemaphore', 'BufferTooShort', 'Condition',
    'Event', 'JoinableQueue', 'Lock', 'Manager', 'Pipe', 'Pool', 'Process', 'ProcessError',
    'Queue', 'RLock', 'RawArray', 'RawValue', 'Semaphore', 'SimpleQueue', 'TimeoutError', 'Value',
    'active_children', 'allow_connection_pickling', 'cpu_count', 'current_process',
    'freeze_support', 'get_all_start_methods', 'get_context', 'get_logger', 'get_start_method',
    'log_to_stderr', 'parent_process', 'reducer', 'set_executable', 'set_forkserver_preload',
    'set_start_method',
]
# And what shim adds.
NAMES = API + [
    'MISSING', 'PoolBrokenError', 'PoolError', 'PoolTerminatedError', 'RemoteError',
    'TaskTimeoutError', 'WorkerLostError', 'install', 'provider', 'uninstall',
]


def fill(namespace, source):
    """Put into a module what multiprocessing has and it has not, as `source` has it.

    What an older one has not, or not as today, is the default context's.
    """
    for name in NAMES + list(getattr(compat.multiprocessing, '__all__', ())):
        if name in primitives.OURS:
            if not compat.LAZY_NAMES:
                namespace[name] = primitives.of_default(name)
        elif name not in namespace:
            found = getattr(source, name, None)
            if compat.dated(name):
                found = primitives.of_default(name)
            elif found is None and name == 'reducer':       # until 3.6
                found = Later('shim.reduction')
            namespace[name] = found


def later(namespace):
    """A module's __getattr__: it looks for a lock or queue when somebody asks for it."""
    def find(name):
        if name not in primitives.OURS:
            raise AttributeError('module %r has no attribute %r' % (namespace['__name__'], name))
        return namespace.setdefault(name, primitives.public(name))
    return find


class Later(types.ModuleType):
    """A module that is imported when somebody asks for something of it."""

    def __getattr__(self, name):
        return getattr(__import__(self.__name__, None, None, [name]), name)


def submodule(name):
    """multiprocessing's submodule of that name, or ImportError."""
    try:
        return compat.submodule(name)
    except ImportError:
        raise ImportError('no multiprocessing.%s (%s): %s' % (
            name, sys.exc_info()[1], compat.why_missing(name)))


def found(name):
    """The same, or None."""
    try:
        return compat.submodule(name)
    except ImportError:
        return None


def lacking(names, real):
    """Those of the names that a submodule, which may be None, has not."""
    return [name for name in names if not hasattr(real, name)]


def complete(module, name):
    """Let sys.modules[module] be that submodule, if backfill/ has nothing to add to it.

    Else it has the names of both: those in __all__ of backfill's file of that name, and the others
    as `real` has them there, which is the submodule or None; and so has its __all__.
    """
    added = __import__('shim.backfill.' + name, None, None, [name])
    if not added.__all__:
        sys.modules[module] = added.real
        return
    namespace = vars(sys.modules[module])
    del namespace['complete']
    for source, names in ((added.real, dir(added.real)), (added, added.__all__)):
        for each in names:
            if not each.startswith('__'):
                namespace[each] = getattr(source, each)
    listed = list(getattr(added.real, '__all__', ()))
    namespace['__all__'] = listed + [each for each in added.__all__ if each not in listed]


def become(module, name):
    """Let sys.modules[module] be that submodule."""
    sys.modules[module] = submodule(name)


def take(namespace, name):
    """Put the public names of that submodule into a module."""
    found = submodule(name)
    for each in dir(found):
        if not each.startswith('_'):
            namespace.setdefault(each, getattr(found, each))


def hold(module, name):
    """Let sys.modules[module] be that submodule with locks or queues, of today and working."""
    if primitives.lacking(name):
        place = 'shim.backfill.' + primitives.HOMES[name][0]
        sys.modules[module] = __import__(place, None, None, [name])
        return
    newer = primitives.newer(name)
    if not newer:
        return become(module, name)
    namespace = vars(sys.modules[module])
    namespace.update(newer)
    take(namespace, name)


def standing_for(real, name, *bases):
    """A class of that dotted name, of those bases and `real`: as of today, over an older one (3.3 on).

    Programs make subclasses of it, and ask whether an object is one.  Most of these multiprocessing
    has made, of its own classes: what is of `real` belongs to it, too.
    """
    class Belonging(type(real)):
        def __instancecheck__(cls, value):
            if cls is made:
                return isinstance(value, real)
            return type(real).__instancecheck__(cls, value)

        def __subclasscheck__(cls, kind):
            if cls is made:
                return issubclass(kind, real)
            return type(real).__subclasscheck__(cls, kind)

    place, _, last = name.rpartition('.')
    made = Belonging(last, bases + (real,), {'__module__': place, '__doc__': real.__doc__})
    return made
