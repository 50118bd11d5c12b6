"""RawValue and RawArray where there is no ctypes: numbers of the struct module in shared memory."""
import struct

import six

from shim import compat
from shim.backfill import cell_memory

# {typecode: the struct module's}; the small letters of whole numbers have a sign.
CODES = dict([(code, code) for code in 'cbBhHiIlLqQfd'], u='I')
EMPTY = ''.encode('ascii')
ZERO = '\0'.encode('ascii')


def check_code(code):
    """Raise TypeError for what is no typecode."""
    if not isinstance(code, str) or code not in CODES:
        raise TypeError('%r is not one of the typecodes %s: the types of ctypes need that module,'
                        ' which this interpreter lacks' % (code, ' '.join(sorted(CODES))))


class Raw(object):
    """So many numbers at a place in shared memory; those that are too large are cut, as by ctypes."""

    def __init__(self, code, length, file, offset):
        self._code, self._length, self._place = code, length, (file, offset)
        self._format, self._memory, self._start = CODES[code], file.memory, offset
        self._size = size_of(code)

    def __reduce__(self):
        from shim.pickling import assert_starting
        assert_starting(self)
        return place, (self._code, self._length) + self._place

    def _bytes(self, first, last, new=None):
        """The memory of some items; or let that be there."""
        first, last = [self._start + self._size * number for number in (first, last)]
        if new is None:
            return self._memory[first:last]
        self._memory[first:last] = new

    def _read(self, index):
        start = self._start + self._size * index
        number = struct.unpack(self._format, self._memory[start:start + self._size])[0]
        if self._code == 'u':
            return six.unichr(number)
        return number

    def _write(self, index, value):
        start = self._start + self._size * index
        self._memory[start:start + self._size] = self._packed(value)

    def _packed(self, value):
        if self._code == 'u':
            value = ord(value)
        if self._code == 'c':
            if len(value) != 1:
                raise TypeError('one character expected')
        elif self._code in 'fd':
            value = float(value)
        else:
            bits = 8 * self._size
            value = compat.index(value) & ((1 << bits) - 1)
            if self._code.islower() and self._code != 'u' and value >> bits - 1:
                value -= 1 << bits
        return struct.pack(self._format, value)

    def __repr__(self):
        return '<%s of typecode %r>' % (type(self).__name__, self._code)


class Number(Raw):
    """One number, or character."""

    value = property(lambda self: self._read(0), lambda self, value: self._write(0, value))


class Numbers(Raw):
    """An array of them."""

    def __len__(self):
        return self._length

    def _index(self, index):
        index = compat.index(index)
        if index < 0:
            index += self._length
        if not 0 <= index < self._length:
            raise IndexError('invalid index')
        return index

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._joined([self._read(each) for each in range(*index.indices(self._length))])
        return self._read(self._index(index))

    def _joined(self, items):
        if self._code == 'u':
            return compat.text().join(items)
        return items

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            places, values = range(*index.indices(self._length)), list(self._split(value))
            if len(places) != len(values):
                raise ValueError('Can only assign sequence of same size')
            for each, item in zip(places, values):
                self._write(each, item)
        else:
            self._write(self._index(index), value)

    def _split(self, items):
        return items

    def __getslice__(self, start, stop):
        return self[slice(start, stop)]

    def __setslice__(self, start, stop, values):
        self[slice(start, stop)] = values


class Characters(Numbers):
    """An array of bytes."""

    def _joined(self, items):
        return EMPTY.join(items)

    def _split(self, items):
        return [items[each:each + 1] for each in range(len(items))]

    def _set_raw(self, data):
        if len(data) > self._length:
            raise ValueError('byte string too long')
        self._bytes(0, len(data), data)

    def _set_value(self, data):
        self._set_raw(data)
        if len(data) < self._length:
            self._write(len(data), ZERO)

    raw = property(lambda self: self._bytes(0, self._length), _set_raw)
    value = property(lambda self: self.raw.split(ZERO)[0], _set_value)


def size_of(code):
    return struct.calcsize(CODES[code])


def place(code, length, file, offset):
    """The number (or the array of so many) that is there."""
    kind = Numbers
    if length is None:
        kind = Number
    elif code == 'c':
        kind = Characters
    return kind(code, length, file, offset)


def RawValue(typecode_or_type, *args, **kwds):
    """A number in shared memory, without a lock: it has a `value`.

    room: what gives memory in the place of cell_memory.room().  TypeError for what is no typecode.
    """
    check_code(typecode_or_type)
    room = kwds.get('room', cell_memory.room)
    made = place(typecode_or_type, None, *room(size_of(typecode_or_type)))
    if args:
        made.value, = args
    return made


def RawArray(typecode_or_type, size_or_initializer, room=cell_memory.room):
    """An array of numbers in shared memory, without a lock.  See RawValue()."""
    check_code(typecode_or_type)
    try:
        length, values = compat.index(size_or_initializer), None
    except TypeError:
        length, values = len(size_or_initializer), size_or_initializer
    made = place(typecode_or_type, length, *room(max(1, size_of(typecode_or_type) * length)))
    if values is not None:
        made[:] = values
    return made


def copy(obj):
    """A copy of such an object, in shared memory, too."""
    made = place(obj._code, obj._length,
                 *cell_memory.room(max(1, obj._size * (obj._length or 1))))
    made._bytes(0, obj._length or 1, obj._bytes(0, obj._length or 1))
    return made
