"""What multiprocessing.sharedctypes lacks, above all until 3.4, over its own RawValue and RawArray.

Its wrappers take no context and are no context managers, q and Q are no typecodes, and arrays are not
set to 0 (until 2.7).
"""
from shim import compat
from shim.backfill import raw_ctypes
from shim.backfill.guarded import (
    Synchronized, SynchronizedArray, SynchronizedBase, SynchronizedString, locked, synchronized)

real = compat.submodule('sharedctypes')


def RawValue(typecode_or_type, *args):
    """A ctypes object in shared memory, without a lock."""
    return real.RawValue(raw_ctypes.CODES.get(typecode_or_type, typecode_or_type), *args)


def RawArray(typecode_or_type, size_or_initializer):
    """A ctypes array in shared memory, without a lock; all 0 if only its size is given."""
    plain = raw_ctypes.CODES.get(typecode_or_type, typecode_or_type)
    try:
        return real.RawValue(plain * compat.index(size_or_initializer))
    except TypeError:
        return real.RawArray(plain, size_or_initializer)


def Value(typecode_or_type, *args, **kwds):
    """An object in shared memory with a lock: lock=True makes an RLock, False is RawValue()."""
    return locked(RawValue(typecode_or_type, *args), **kwds)


def Array(typecode_or_type, size_or_initializer, **kwds):
    """An array in shared memory with a lock: lock=True makes an RLock, False is RawArray()."""
    return locked(RawArray(typecode_or_type, size_or_initializer), **kwds)


def copy(obj):
    """A copy of such an object, in shared memory, too."""
    made = real.RawValue(type(obj))
    raw_ctypes.move(made, obj)
    return made


def copies_whole():
    """PyPy's, up to 7.3 at least, copies the first item of an array."""
    try:
        return list(real.copy(real.RawArray('i', [1, 2]))) == [1, 2]
    except TypeError:       # older ones refuse
        return False


# {name: what takes the place of multiprocessing's own}
COMPLETE = {}
if not hasattr(compat.multiprocessing, 'get_context'):      # before 3.4
    COMPLETE = dict([(_found.__name__, _found) for _found in (
        Value, Array, RawValue, RawArray, copy, synchronized, Synchronized, SynchronizedArray,
        SynchronizedBase, SynchronizedString)])
elif not copies_whole():
    COMPLETE['copy'] = copy
