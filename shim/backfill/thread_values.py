"""Value, Array, RawValue, RawArray of threads: objects of ctypes in memory of their own.

Where there is no ctypes, or but a part of it (2.4, Jython), they are those of multiprocessing.dummy.
"""
from shim import compat

try:
    from shim.backfill import cell_values
except (ImportError, AttributeError):
    cell_values = None
from shim.backfill.thread_locks import RLock


def of_dummy(name, *args):
    try:
        made = getattr(compat.submodule('dummy'), name)
    except (ImportError, AttributeError):
        raise NotImplementedError('%s: %s' % (name, compat.why_missing(name)))
    return made(*args)


def RawValue(typecode_or_type, *args):
    """An object of ctypes, without a lock."""
    if cell_values is None:
        return of_dummy('Value', typecode_or_type, *args)
    return cell_values.CODES.get(typecode_or_type, typecode_or_type)(*args)


def RawArray(typecode_or_type, size_or_initializer):
    """An array of ctypes, without a lock."""
    if cell_values is None:
        return of_dummy('Array', typecode_or_type, size_or_initializer)
    kind = cell_values.CODES.get(typecode_or_type, typecode_or_type)
    try:
        length, values = compat.index(size_or_initializer), ()
    except TypeError:
        length, values = len(size_or_initializer), size_or_initializer
    return (kind * length)(*values)


def locked(made, lock=True):
    """It, with a lock of threads if that is true, or with the given one."""
    if lock in (True, None):
        lock = RLock()
    if cell_values is None:
        return made
    return cell_values.locked(made, lock)


def Value(typecode_or_type, *args, **kwds):
    """An object with a lock: lock=True makes an RLock, False is RawValue()."""
    return locked(RawValue(typecode_or_type, *args), **kwds)


def Array(typecode_or_type, size_or_initializer, **kwds):
    """An array with a lock: lock=True makes an RLock, False is RawArray()."""
    return locked(RawArray(typecode_or_type, size_or_initializer), **kwds)
