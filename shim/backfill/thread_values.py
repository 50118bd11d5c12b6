"""Value, Array, RawValue, RawArray of threads: objects of ctypes in memory of their own.

Where there is no ctypes (2.4), or but a part of it (Jython), numbers of raw_struct.py.
"""
from shim import compat
from shim.backfill import cells, raw_struct
from shim.backfill.guarded import locked
from shim.backfill.thread_locks import RLock

try:
    from shim.backfill.raw_ctypes import CODES
except (ImportError, AttributeError):
    CODES = None


class Memory(object):
    """Bytes of this process alone, with the slices of a mmap."""

    def __init__(self, size):
        self._data = bytearray(size)
        self.memory = self

    def __getitem__(self, where):
        return bytes(self._data[where])

    def __setitem__(self, where, data):
        self._data[where] = data


def of_struct(make, *args):
    """What there is without ctypes."""
    if cells.WHY_NOT:
        return make(room=lambda size: (Memory(size), 0), *args)
    return make(*args)


def RawValue(typecode_or_type, *args):
    """An object of ctypes, without a lock."""
    if CODES is None:
        return of_struct(raw_struct.RawValue, typecode_or_type, *args)
    return CODES.get(typecode_or_type, typecode_or_type)(*args)


def RawArray(typecode_or_type, size_or_initializer):
    """An array of ctypes, without a lock."""
    if CODES is None:
        return of_struct(raw_struct.RawArray, typecode_or_type, size_or_initializer)
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
    return locked(made, lock)


def Value(typecode_or_type, *args, **kwds):
    """An object with a lock: lock=True makes an RLock, False is RawValue()."""
    return with_lock(RawValue(typecode_or_type, *args), **kwds)


def Array(typecode_or_type, size_or_initializer, **kwds):
    """An array with a lock: lock=True makes an RLock, False is RawArray()."""
    return with_lock(RawArray(typecode_or_type, size_or_initializer), **kwds)
