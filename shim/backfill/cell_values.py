"""Value, Array, RawValue, RawArray in a file that is mapped into memory, with an RLock over a cell."""
from shim.backfill.cell_locks import RLock
from shim.backfill.guarded import (     # noqa: F401
    Synchronized, SynchronizedArray, SynchronizedBase, SynchronizedString, locked, synchronized)

try:
    from shim.backfill.raw_ctypes import RawArray, RawValue, copy
except (ImportError, AttributeError):   # 2.4, or built without; Jython has but a part of it
    from shim.backfill.raw_struct import RawArray, RawValue, copy

__all__ = ['Array', 'RawArray', 'RawValue', 'Value', 'copy', 'synchronized']


def Value(typecode_or_type, *args, **kwds):
    """An object in shared memory with a lock: lock=True makes an RLock, False is RawValue()."""
    return with_lock(RawValue(typecode_or_type, *args), **kwds)


def Array(typecode_or_type, size_or_initializer, **kwds):
    """An array in shared memory with a lock: lock=True makes an RLock, False is RawArray()."""
    return with_lock(RawArray(typecode_or_type, size_or_initializer), **kwds)


def with_lock(made, lock=True, ctx=None):
    if lock in (True, None) and ctx is None:
        lock = RLock()
    return locked(made, lock, ctx)
