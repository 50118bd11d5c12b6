"""RawValue and RawArray: objects of ctypes in memory that processes share."""
import ctypes

from shim import compat
from shim.backfill import cell_memory

CODES = {
    'c': ctypes.c_char, 'u': ctypes.c_wchar, 'b': ctypes.c_byte, 'B': ctypes.c_ubyte,
    'h': ctypes.c_short, 'H': ctypes.c_ushort, 'i': ctypes.c_int, 'I': ctypes.c_uint,
    'l': ctypes.c_long, 'L': ctypes.c_ulong, 'q': ctypes.c_longlong, 'Q': ctypes.c_ulonglong,
    'f': ctypes.c_float, 'd': ctypes.c_double}

_kinds = {}             # {type: its class in shared memory}


def reduce(placed, protocol=None):
    """An object in shared memory travels as its place."""
    from shim.pickling import assert_starting
    assert_starting(placed)
    return place, (placed._plain, placed._length) + placed._place


def kind_of(plain):
    """The class of objects of that ctypes type in shared memory."""
    if plain not in _kinds:
        fields = {'_plain': plain, '_length': None, '__reduce__': reduce, '__reduce_ex__': reduce}
        if issubclass(plain, ctypes.Array):
            fields.update({'_plain': plain._type_, '_length': plain._length_,
                           '_type_': plain._type_, '_length_': plain._length_})
        _kinds[plain] = type(plain)(plain.__name__, (plain,), fields)
    return _kinds[plain]


def place(plain, length, file, offset):
    """The object of that type (or an array of so many) that is there."""
    if length is not None:
        plain = plain * length
    kind = kind_of(plain)
    if hasattr(kind, 'from_buffer'):
        made = kind.from_buffer(file.memory, offset)
    else:       # until 2.6
        start, size = ctypes.c_void_p(), ctypes.c_size_t()
        ctypes.pythonapi.PyObject_AsWriteBuffer(
            ctypes.py_object(file.memory), ctypes.byref(start), ctypes.byref(size))
        made = kind.from_address(start.value + offset)
    made._place = file, offset
    return made


def RawValue(typecode_or_type, *args):
    """A ctypes object in shared memory, without a lock."""
    plain = CODES.get(typecode_or_type, typecode_or_type)
    made = place(plain, None, *cell_memory.room(ctypes.sizeof(plain)))
    made.__init__(*args)
    return made


def RawArray(typecode_or_type, size_or_initializer):
    """A ctypes array in shared memory, without a lock."""
    plain = CODES.get(typecode_or_type, typecode_or_type)
    try:
        length, values = compat.index(size_or_initializer), ()
    except TypeError:
        length, values = len(size_or_initializer), size_or_initializer
    made = place(plain, length, *cell_memory.room(max(1, ctypes.sizeof(plain) * length)))
    made.__init__(*values)
    return made


def copy(obj):
    """A copy of such an object, in shared memory, too."""
    plain = getattr(obj, '_plain', type(obj))
    length = getattr(obj, '_length', None)
    made = place(plain, length, *cell_memory.room(ctypes.sizeof(obj)))
    move(made, obj)
    return made


def move(made, obj):
    """Let one object be as another of its type is."""
    ctypes.memmove(ctypes.addressof(made), ctypes.addressof(obj), ctypes.sizeof(obj))
