"""multiprocessing.resource_tracker before 3.8: of shared memory, which the program itself removes.

For programs that say unregister() of what somebody else will unlink.
"""
from shim import alias

real = alias.found('resource_tracker')
__all__ = []


def _path(name, rtype):
    if rtype != 'shared_memory':
        raise ValueError('Cannot register %s for automatic cleanup: unknown resource type %s' % (
            name, rtype))
    from shim.backfill import shared_files
    return shared_files, shared_files._path(name.lstrip('/'))


def register(name, rtype):
    """Have that SharedMemory removed at the end of the program.  rtype: 'shared_memory'."""
    files, path = _path(name, rtype)
    files._track(path)


def unregister(name, rtype):
    """Leave it."""
    files, path = _path(name, rtype)
    files._untrack(path)


def ensure_running():
    """Nothing: there is no process for it."""


if real is None:
    __all__ += ['ensure_running', 'register', 'unregister']
