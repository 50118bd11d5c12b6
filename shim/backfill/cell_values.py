"""Value, Array, RawValue, RawArray in a file that is mapped into memory, with an RLock over a cell.

Needs ctypes.  A new interpreter finds the file by its path, a child made by fork has the memory.
"""
import ctypes
import os
import tempfile

from shim import compat
from shim.backfill import cells
from shim.backfill.cell_locks import RLock, remove

__all__ = ['Array', 'RawArray', 'RawValue', 'Value', 'copy', 'synchronized']

CODES = {
    'c': ctypes.c_char, 'u': ctypes.c_wchar, 'b': ctypes.c_byte, 'B': ctypes.c_ubyte,
    'h': ctypes.c_short, 'H': ctypes.c_ushort, 'i': ctypes.c_int, 'I': ctypes.c_uint,
    'l': ctypes.c_long, 'L': ctypes.c_ulong, 'q': ctypes.c_longlong, 'Q': ctypes.c_ulonglong,
    'f': ctypes.c_float, 'd': ctypes.c_double}
FILE = 1 << 16          # bytes of a file for small ones

_files = {}             # {pid: the file that has room}
_kinds = {}             # {type: its class in shared memory}


class File(object):
    """A file mapped into memory.  It stays as long as the folder, if it has many objects or is sent."""

    def __init__(self, size, path=None, shared=True):
        self.size, self.path, self.shared, self.used = size, path, shared, 0
        self._pid = os.getpid()
        if path is None:
            number, self.path = tempfile.mkstemp('', 'v', cells.folder())
        else:
            number = os.open(path, os.O_RDWR)
        try:
            self.memory = cells.mapped(number, size, path is None)
        finally:
            os.close(number)

    def __reduce__(self):
        self.shared = True
        return opened, (self.path, self.size)

    def __del__(self, remove=remove, getpid=os.getpid):
        if not getattr(self, 'shared', True) and getpid() == self._pid:
            try:
                remove(self.path)
            except Exception:       # as the interpreter ends
                pass


_opened = {}            # {path: File}


def opened(path, size):
    """The file of that path, mapped once."""
    if path not in _opened:
        _opened[path] = File(size, path)
    return _opened[path]


def room(size):
    """A file and the offset in it of so many bytes, all zero."""
    if size > FILE // 4:
        return File(size, None, False), 0
    step = (size + 15) // 16 * 16
    pid = os.getpid()
    file = _files.get(pid)
    if file is None or file.used + step > file.size:
        file = _files[pid] = File(FILE)
        _opened[file.path] = file
    offset, file.used = file.used, file.used + step
    return file, offset


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
    made = place(plain, None, *room(ctypes.sizeof(plain)))
    made.__init__(*args)
    return made


def RawArray(typecode_or_type, size_or_initializer):
    """A ctypes array in shared memory, without a lock."""
    plain = CODES.get(typecode_or_type, typecode_or_type)
    try:
        length, values = compat.index(size_or_initializer), ()
    except TypeError:
        length, values = len(size_or_initializer), size_or_initializer
    made = place(plain, length, *room(max(1, ctypes.sizeof(plain) * length)))
    made.__init__(*values)
    return made


def Value(typecode_or_type, *args, **kwds):
    """An object in shared memory with a lock: lock=True makes an RLock, False is RawValue()."""
    return locked(RawValue(typecode_or_type, *args), **kwds)


def Array(typecode_or_type, size_or_initializer, **kwds):
    """An array in shared memory with a lock: lock=True makes an RLock, False is RawArray()."""
    return locked(RawArray(typecode_or_type, size_or_initializer), **kwds)


def locked(made, lock=True, ctx=None):
    if lock is False:
        return made
    if lock in (True, None):
        lock = None
    elif not hasattr(lock, 'acquire'):
        raise AttributeError("%r has no method 'acquire'" % (lock,))
    return synchronized(made, lock)


def copy(obj):
    """A copy of such an object, in shared memory, too."""
    plain = getattr(obj, '_plain', type(obj))
    length = getattr(obj, '_length', None)
    made = place(plain, length, *room(ctypes.sizeof(obj)))
    ctypes.memmove(ctypes.addressof(made), ctypes.addressof(obj), ctypes.sizeof(obj))
    return made


def synchronized(obj, lock=None, ctx=None):
    """What wraps an object so that each access has the lock."""
    if isinstance(obj, ctypes._SimpleCData):
        return Synchronized(obj, lock)
    if isinstance(obj, ctypes.Array):
        if obj._type_ is ctypes.c_char:
            return SynchronizedString(obj, lock)
        return SynchronizedArray(obj, lock)
    plain = getattr(obj, '_plain', type(obj))
    if plain not in _wrappers:
        fields = [(field[0], guarded(field[0])) for field in plain._fields_]
        _wrappers[plain] = type(
            'Synchronized' + plain.__name__, (SynchronizedBase,), dict(fields))
    return _wrappers[plain](obj, lock)


_wrappers = {}          # {type of a structure: its class}


def guarded(name):
    """A property: that attribute of the object, read and written with the lock held."""
    def read(self):
        self.acquire()
        try:
            return getattr(self._obj, name)
        finally:
            self.release()

    def write(self, value):
        self.acquire()
        try:
            setattr(self._obj, name, value)
        finally:
            self.release()
    return property(read, write)


class SynchronizedBase(object):
    """An object of ctypes with a lock."""

    def __init__(self, obj, lock=None):
        self._obj, self._lock = obj, lock or RLock()
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *error):
        return self._lock.__exit__(*error)

    def __reduce__(self):
        return synchronized, (self._obj, self._lock)

    def get_obj(self):
        """The object, without the lock."""
        return self._obj

    def get_lock(self):
        """The lock, for more than one access."""
        return self._lock

    def __repr__(self):
        return '<%s wrapper for %s>' % (type(self).__name__, self._obj)


class Synchronized(SynchronizedBase):
    """A number."""

    value = guarded('value')


class SynchronizedArray(SynchronizedBase):
    """An array."""

    def __len__(self):
        return len(self._obj)

    def __getitem__(self, index):
        self.acquire()
        try:
            return self._obj[index]
        finally:
            self.release()

    def __setitem__(self, index, value):
        self.acquire()
        try:
            self._obj[index] = value
        finally:
            self.release()

    def __getslice__(self, start, stop):
        return self[slice(start, stop)]

    def __setslice__(self, start, stop, values):
        self[slice(start, stop)] = values


class SynchronizedString(SynchronizedArray):
    """An array of characters."""

    value, raw = guarded('value'), guarded('raw')
