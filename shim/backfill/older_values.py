"""What multiprocessing.sharedctypes lacks: {name: what takes the place of its own}."""
import ctypes

from shim import compat

real = compat.submodule('sharedctypes')
COMPLETE = {}


def copy(obj):
    """A copy of such an object, in shared memory, too."""
    made = real._new_value(type(obj))
    ctypes.memmove(ctypes.addressof(made), ctypes.addressof(obj), ctypes.sizeof(obj))
    return made


def copies_whole():
    """PyPy's, up to 7.3 at least, copies the first item of an array."""
    try:
        return list(real.copy((ctypes.c_int * 2)(1, 2))) == [1, 2]
    except TypeError:       # older ones refuse
        return False


if not copies_whole():
    COMPLETE['copy'] = copy
