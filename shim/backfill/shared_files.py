"""SharedMemory and ShareableList for before 3.8: files in /dev/shm, which is where Linux has its
shared memory, so that they are those of multiprocessing.shared_memory; elsewhere in a folder for
temporary files.

Until 3.8 no process of the stdlib's looks after them. So the program itself removes at its end, and
warns of, what it has made or opened and nobody has unlinked, unless track is false. A process that
it started removes nothing: the program may need what that made. Who is killed leaves them.
"""
import errno
import mmap
import os
import struct
import sys
import tempfile
import warnings

from shim import compat, ending
from shim.backfill.process import current_process
from shim.engines import channel
from shim.pickling import BYTES, LONG
from shim.retrying import retry

FOLDER = '/dev/shm'
if not os.path.isdir(FOLDER):
    FOLDER = tempfile.gettempdir()
try:
    import ctypes
except ImportError:     # until 2.5
    ctypes = None
_tracked = {}           # {path: what ending has of it}


def _path(name):
    """The file of that name; OSError for what is no name."""
    if not name or '/' in name or '\0' in name or name in ('.', '..'):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), name)
    return os.path.join(FOLDER, name)


def _track(path):
    if getattr(current_process(), '_parent_pid', None) is None and path not in _tracked:
        _tracked[path] = ending.at_exit(lambda: _remove(path), -90)


def _untrack(path):
    ending.not_at_exit(_tracked.pop(path, None))


def _remove(path):
    try:
        os.unlink(path)
    except OSError:     # somebody else did
        return
    warnings.warn('There appear to be leaked shared_memory objects to clean up at shutdown: %s'
                  % os.path.basename(path))


def view_of(mapped):
    """A memoryview of it, from 2.7 on; before, the mmap itself, which has slices, too."""
    try:
        return memoryview(mapped)
    except NameError:
        return mapped
    except TypeError:       # until 3.0 that takes a detour
        try:
            return memoryview((ctypes.c_char * len(mapped)).from_buffer(mapped))
        except (AttributeError, TypeError, ValueError):
            return mapped


def is_text(data):
    """True for bytes which are a str (2.x) that can be text."""
    try:
        return BYTES is str and data.decode('utf-8') is not None
    except UnicodeError:
        return False


class SharedMemory(object):
    """Memory that processes share by its name.

    name: str; None: a new one.  create: whether to make it (OSError if there is one), else to open
    it (OSError if there is none).  size: in bytes, if it is made.  track: whether the program
    removes it at its end if nobody has.

    buf: its bytes, a memoryview from 2.7 on, a mmap before.  On 2.x an item of it is a string of
    one byte, as of any memoryview there.
    """

    _name = _mmap = _buf = None
    _size = 0

    def __init__(self, name=None, create=False, size=0, track=True):
        if not size >= 0:
            raise ValueError("'size' must be a positive integer")
        if create and not size:
            raise ValueError("'size' must be a positive number different from zero")
        if name is None and not create:
            raise ValueError("'name' can only be None if create=True")
        self._track = track
        flags = os.O_RDWR | getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_BINARY', 0)
        if create:
            flags |= os.O_CREAT | os.O_EXCL
        while True:
            self._name = name or 'psm_' + str(channel.token())[:8]
            try:
                handle = retry(os.open, _path(self._name), flags, 384)     # 0600
                break
            except OSError:
                if name is not None or sys.exc_info()[1].errno != errno.EEXIST:
                    raise
        try:
            try:
                if create:
                    os.ftruncate(handle, size)
                self._size = os.fstat(handle).st_size
                self._mmap = mmap.mmap(handle, self._size)
            finally:
                os.close(handle)
        except:
            if create:
                os.unlink(_path(self._name))
            raise
        self._buf = view_of(self._mmap)
        if track:
            _track(_path(self._name))

    name = property(lambda self: self._name, doc='What others open it by.')
    size = property(lambda self: self._size, doc='Its size in bytes.')
    buf = property(lambda self: self._buf, doc='Its bytes; None once it is closed.')

    def __reduce__(self):
        return self.__class__, (self.name, False, self.size)

    def __repr__(self):
        return '%s(%r, size=%d)' % (self.__class__.__name__, self.name, self.size)

    def __del__(self):
        try:
            self.close()
        except Exception:       # somebody has a view of it
            pass

    def close(self):
        """Use it no more here; others may."""
        if hasattr(self._buf, 'release'):       # 3.2 on
            self._buf.release()
            self._mmap.close()
        # Else it is unmapped with the last view of it: before would crash whoever has one.
        self._buf = self._mmap = None

    def unlink(self):
        """Remove it; who has it open still has it.  OSError if it is gone already."""
        os.unlink(_path(self._name))
        _untrack(_path(self._name))


class ShareableList(object):
    """A list of a fixed length in shared memory: 64 bit ints, floats, bools, str, bytes, None.

    sequence: its items; None: open the one of that name.  A text may be replaced by one that takes
    no more bytes (UTF-8) than the first, rounded up to 8.
    """

    # 8 bytes each: how many items; where each begins, and where the last one ends, behind these;
    # the items; the format of each.  Then a byte each: how to make a value of it.
    PLAIN, TEXT, RAW, NONE = range(4)

    def __init__(self, sequence=None, name=None):
        if name is not None and sequence is None:
            self.shm = SharedMemory(name)
            self._starts = list(self._unpack('q' * (len(self) + 1), 8))
            return
        items = [self._encode(item) for item in sequence or ()]
        self._starts = [0]
        for kind, format, data in items:
            self._starts.append(self._starts[-1] + self._room(data))
        count = len(items)
        self.shm = SharedMemory(name, True, 8 * (count + 2) + self._starts[-1] + 9 * count)
        self._pack('q' * (count + 2), 0, count, *self._starts)
        for position, item in enumerate(items):
            self._put(position, *item)

    def _room(data):
        if isinstance(data, BYTES):
            return 8 * (len(data) // 8 + 1)
        return 8

    _room = staticmethod(_room)

    def _encode(self, value):
        """(how to make it, its format but for a length, what is packed)."""
        if isinstance(value, BYTES):
            return [self.RAW, self.TEXT][is_text(value)], None, value
        if isinstance(value, compat.text):
            return self.TEXT, None, value.encode('utf-8')
        formats = {int: 'q', LONG: 'q', float: 'd', bool: 'xxxxxxx?', type(None): 'xxxxxx?x'}
        return [self.PLAIN, self.NONE][value is None], formats[type(value)], value

    def _pack(self, format, start, *values):
        if '?' in format:       # struct does not know it until 2.6
            format, values = format.replace('?', 'B'), [int(bool(value)) for value in values]
        data = struct.pack(format, *values)
        self.shm._mmap[start:start + len(data)] = data

    def _unpack(self, format, start):
        plain = format.replace('?', 'B')
        found = struct.unpack(plain, self.shm._mmap[start:start + struct.calcsize(plain)])
        if plain != format:
            return [bool(value) for value in found]
        return found

    def _formats(self):
        return 8 * (len(self) + 2) + self._starts[-1]

    def _position(self, position, what):
        count = len(self)
        if position < 0:
            position += count
        if not 0 <= position < count:
            raise IndexError(what)
        return position

    def _put(self, position, kind, format, data):
        start = self._starts[position]
        if format is None:
            room = self._starts[position + 1] - start
            if len(data) > room:
                raise ValueError('bytes/str item exceeds available storage')
            format = '%ds' % room
        self._pack(format, 8 * (len(self) + 2) + start, data)
        formats = self._formats()
        self._pack('8s', formats + 8 * position, format.encode('ascii'))
        self._pack('b', formats + 8 * len(self) + position, kind)

    def _format_of(self, position):
        found = self._unpack('8s', self._formats() + 8 * position)[0]
        return str(found.rstrip('\0'.encode('ascii')).decode('ascii'))

    def __len__(self):
        return int(self._unpack('q', 0)[0])

    def __getitem__(self, position):
        position = self._position(position, 'index out of range')
        kind = self._unpack('b', self._formats() + 8 * len(self) + position)[0]
        if kind == self.NONE:
            return None
        value = self._unpack(self._format_of(position),
                             8 * (len(self) + 2) + self._starts[position])[0]
        if kind == self.PLAIN:
            return value
        value = value.rstrip('\0'.encode('ascii'))
        if kind == self.TEXT:
            text = value.decode('utf-8')
            try:
                return str(text)        # of 2.x, where it is all ASCII
            except UnicodeError:
                return text
        return value

    def __setitem__(self, position, value):
        position = self._position(position, 'assignment index out of range')
        self._put(position, *self._encode(value))

    def __iter__(self):
        return iter([self[position] for position in range(len(self))])

    def __reduce__(self):
        return self.__class__, (None, self.shm.name)

    def __repr__(self):
        return '%s(%r, name=%r)' % (self.__class__.__name__, list(self), self.shm.name)

    format = property(lambda self: ''.join(
        [self._format_of(position) for position in range(len(self))]),
        doc='The formats of all items, as of the struct module.')

    def count(self, value):
        """How many items are equal to it."""
        return list(self).count(value)

    def index(self, value):
        """The first position of an item equal to it; ValueError if there is none."""
        items = list(self)
        if value not in items:
            raise ValueError('ShareableList.index(x): x not in list')
        return items.index(value)
