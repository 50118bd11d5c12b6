"""The public names of multiprocessing, and its submodules: its own objects, where it has them.

A name that this interpreter's multiprocessing lacks is a function that says so; a submodule, an
ImportError.  Locks, queues and shared values are more: see primitives.py.
"""
import sys

from shim import compat, primitives

# multiprocessing.__all__ of CPython 3.15, and what shim adds.
NAMES = [
    'Array', 'AuthenticationError', 'Barrier', 'BoundedSemaphore', 'BufferTooShort', 'Condition',
    'Event', 'JoinableQueue', 'Lock', 'Manager', 'Pipe', 'Pool', 'Process', 'ProcessError',
    'Queue', 'RLock', 'RawArray', 'RawValue', 'Semaphore', 'SimpleQueue', 'TimeoutError', 'Value',
    'active_children', 'allow_connection_pickling', 'cpu_count', 'current_process',
    'freeze_support', 'get_all_start_methods', 'get_context', 'get_logger', 'get_start_method',
    'log_to_stderr', 'parent_process', 'reducer', 'set_executable', 'set_forkserver_preload',
    'set_start_method',
    'MISSING', 'PoolBrokenError', 'PoolError', 'PoolTerminatedError', 'RemoteError',
    'TaskTimeoutError', 'WorkerLostError', 'provider',
]


def fill(namespace, source):
    """Put into a module what multiprocessing has and it has not, as `source` has it."""
    for name in NAMES + list(getattr(compat.multiprocessing, '__all__', ())):
        if name in primitives.OURS:
            if not compat.LAZY_NAMES:
                namespace[name] = primitives.of_default(name)
        elif name not in namespace:
            found = getattr(source, name, None)
            if found is None or compat.unmade(name):
                found = missing(name)
            namespace[name] = found


def later(namespace):
    """A module's __getattr__: it looks for a lock or queue when somebody asks for it."""
    def find(name):
        if name not in primitives.OURS:
            raise AttributeError('module %r has no attribute %r' % (namespace['__name__'], name))
        return namespace.setdefault(name, primitives.public(name))
    return find


def missing(name):
    """A function that says why there is no such thing."""
    def refuse(*args, **kwds):
        raise NotImplementedError('%s: %s' % (name, compat.why_missing(name)))
    refuse.__name__ = name
    refuse.__doc__ = 'Not here: %s.' % compat.why_missing(name)
    return refuse


def submodule(name):
    """multiprocessing's submodule of that name, or ImportError."""
    try:
        return compat.submodule(name)
    except ImportError:
        raise ImportError('no multiprocessing.%s (%s): %s' % (
            name, sys.exc_info()[1], compat.why_missing(name)))


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
    if primitives.no_semaphores():
        place = 'shim.backfill.' + primitives.HOMES[name][0]
        sys.modules[module] = __import__(place, None, None, [name])
        return
    from shim.backfill import older_locks
    newer = [each for each in primitives.HOMES[name][1] if each in older_locks.COMPLETE]
    if not newer:
        return become(module, name)
    namespace = vars(sys.modules[module])
    for each in newer:
        namespace[each] = older_locks.COMPLETE[each]
    take(namespace, name)
