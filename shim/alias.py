"""The public names of multiprocessing, and its submodules: its own objects, where it has them.

What backfill/ has for an older one stands in their place; a name that is nowhere is a function that
says so, a submodule an ImportError.
"""
import sys

from shim import compat

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


def fill(namespace, source, get_context):
    """Put into a module what multiprocessing has and it has not, as `source` has it.

    What an older one has not, or not as today, is the default context's.
    """
    for name in NAMES + list(getattr(compat.multiprocessing, '__all__', ())):
        if name not in namespace:
            found = getattr(source, name, None)
            if compat.dated(name):
                found = method(name, get_context)
            elif found is None or compat.unmade(name):
                found = missing(name)
            namespace[name] = found


def method(name, get_context):
    """A function that calls the default context's method of that name."""
    def call(*args, **kwds):
        return getattr(get_context(), name)(*args, **kwds)
    call.__name__ = name
    call.__doc__ = 'See the method of shim.context.Context.'
    return call


def missing(name):
    """A function that says why there is no such thing."""
    def refuse(*args, **kwds):
        raise NotImplementedError('%s: %s' % (name, compat.why_missing(name)))
    refuse.__name__ = name
    refuse.__doc__ = 'Not here: %s.' % compat.why_missing(name)
    refuse.missing = True
    return refuse


def is_missing(value):
    """True for such a function."""
    return getattr(value, 'missing', None) is True


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
    as `real` has them there, which is the submodule or None.
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
    namespace['__all__'] = [each for each in namespace if not each.startswith('_')]


def become(module, name):
    """Let sys.modules[module] be that submodule."""
    sys.modules[module] = submodule(name)


def take(namespace, name):
    """Put the public names of that submodule into a module."""
    found = submodule(name)
    for each in dir(found):
        if not each.startswith('_'):
            namespace.setdefault(each, getattr(found, each))
