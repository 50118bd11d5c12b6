"""Value, Array, RawValue, RawArray of threads: objects of ctypes in memory of their own.

Where there is no ctypes (2.4), numbers of raw_struct.py; where but a part of it (Jython), those of
multiprocessing.dummy.
"""
from shim import compat
from shim.backfill import cells
from shim.backfill.guarded import locked
from shim.backfill.thread_locks import RLock

try:
    from shim.backfill.raw_ctypes import CODES
except (ImportError, AttributeError):
    CODES = None
try:
    from shim.backfill import raw_struct
except ImportError:     # Jython: no mmap
    raw_struct = None


def otherwise(name, *args):
    """What there is without ctypes."""
    if raw_struct is not None and not cells.WHY_NOT:
        return getattr(raw_struct, 'Raw' + name)(*args)
    try:
        made = getattr(compat.submodule('dummy'), name)
    except (ImportError, AttributeError):
        raise NotImplementedError('%s: %s' % (name, compat.why_missing(name)))
    return made(*args)


def RawValue(typecode_or_type, *args):
    """An object of ctypes, without a lock."""
    if CODES is None:
        return otherwise('Value', typecode_or_type, *args)
    return CODES.get(typecode_or_type, typecode_or_type)(*args)


def RawArray(typecode_or_type, size_or_initializer):
    """An array of ctypes, without a lock."""
    if CODES is None:
        return otherwise('Array', typecode_or_type, size_or_initializer)
    kind = CODES.get(typecode_or_type, typecode_or_type)
    try:
        length, values = compat.index(size_or_initializer), ()
    except TypeError:
        length, values = len(size_or_initializer), size_or_initializer
    return (kind * length)(*values)


def with_lock(made, lock=True, ctx=None):
    """It, with a lock of threads if that is true, or with the given one."""
    if lock in (True, None):
        lock = RLock()
    if CODES is None and raw_struct is None:
        return made
    return locked(made, lock)


def Value(typecode_or_type, *args, **kwds):
    """An object with a lock: lock=True makes an RLock, False is RawValue()."""
    return with_lock(RawValue(typecode_or_type, *args), **kwds)


def Array(typecode_or_type, size_or_initializer, **kwds):
    """An array with a lock: lock=True makes an RLock, False is RawArray()."""
    return with_lock(RawArray(typecode_or_type, size_or_initializer), **kwds)
