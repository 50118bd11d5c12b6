"""Connections over sockets and pipes, as multiprocessing.connection of CPython 3.15 has them.

For 2.x, where multiprocessing's are of C: a signal breaks them off in the middle of a message, and
they are no context managers; and for where there is none.  The messages are the same on the wire:

    4 bytes, the length as an int in network order, or -1 and 8 bytes, the length above 2 GiB
    the bytes
"""
import array
import os
import pickle
import socket
import struct
import sys

from shim import alias, compat, pickling, waiting
from shim.engines import channel, netty
from shim.errors import BufferTooShort
from shim.retrying import retry

LIMIT = 0x7fffffff      # beyond it the length does not fit
SMALL = 16384           # up to it two writes cost more than to copy
PART = 1 << 20          # bytes of one read or write
BYTES = type(''.encode('ascii'))

if OSError is IOError:
    Fault = OSError
else:
    class Fault(OSError, IOError):
        """An OSError, as on 3.x; and an IOError, as multiprocessing's of 2.x."""


def call(function, *args):
    """Call until no signal breaks it off; what the system refuses is a Fault."""
    try:
        return retry(function, *args)
    except Fault:
        raise
    except (OSError, IOError, socket.error):
        raise Fault(*sys.exc_info()[1].args)


def header(size):
    """What goes before a message of so many bytes."""
    if size > LIMIT:
        return struct.pack('!iQ', -1, size)
    return struct.pack('!i', size)


def octets(data):
    """The bytes of any buffer, to be cut without a copy; TypeError for text."""
    if not isinstance(data, compat.text):
        try:
            view = memoryview(data)     # 2.7 on
        except (NameError, TypeError):
            return buffer(data)         # array.array has no other until 3.0
        if view.itemsize == 1 and view.ndim == 1:
            return view
        return memoryview(view.tobytes())
    raise TypeError('a bytes-like object is required, not %r' % type(data).__name__)


def bytes_of(view):
    """The same as bytes."""
    return getattr(view, 'tobytes', view.__str__)()


class Connection(object):
    """One end of a pipe or a socket: what the other end sends arrives here in whole messages.

    handle: its descriptor, an int, closed with the Connection.  OSError for whatever fails, also
    when it is closed; EOFError if the other end is and nothing is left to read.
    """

    _handle = None

    def __init__(self, handle, readable=True, writable=True):
        if compat.index(handle) < 0:
            raise ValueError('invalid handle')
        if not readable and not writable:
            raise ValueError('at least one of `readable` and `writable` must be True')
        self._handle, self._readable, self._writable = handle, readable, writable

    closed = property(lambda self: self._handle is None, doc='True if the connection is closed')
    readable = property(lambda self: self._readable, doc='True if it is there to be read from')
    writable = property(lambda self: self._writable, doc='True if it is there to be written to')

    # What is done with the handle.

    def _close(self, close=os.close):
        close(self._handle)

    def _read(self, size):
        return os.read(self._handle, size)

    def _write(self, data):
        return os.write(self._handle, data)

    def __del__(self):
        if self._handle is not None:
            try:
                self._close()
            except EnvironmentError:    # as at cells.Bell
                pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def __reduce__(self):
        return rebuild, (travelling(self.fileno()), self._readable, self._writable)

    def _send_bytes(self, view):
        """Send one message."""
        if len(view) <= SMALL:
            self._send_all(header(len(view)) + bytes_of(view))
        else:
            self._send_all(header(len(view)))
            self._send_all(view)

    def _recv_bytes(self, maxlength=None):
        """Receive one; None if it is too long."""
        size = struct.unpack('!i', self._receive(4))[0]
        if size == -1:
            size = struct.unpack('!Q', self._receive(8))[0]
        if size < 0 or maxlength is not None and size > maxlength:
            return None
        return self._receive(size)

    def _poll(self, timeout):
        return bool(wait([self], timeout))

    def _check(self, able=True, lack=''):
        if self._handle is None:
            raise Fault('handle is closed')
        if not able:
            raise Fault('connection is %s' % lack)

    def fileno(self):
        """Its descriptor."""
        self._check()
        return self._handle

    def close(self):
        """Close it; again is nothing."""
        if self._handle is not None:
            try:
                self._close()
            finally:
                self._handle = None

    def _send_all(self, view):
        start, size = 0, len(view)
        while start < size:
            start += call(self._write, view[start:start + PART])

    def _receive(self, size):
        parts, left = [], size
        while left:
            data = call(self._read, min(left, PART))
            if not data:
                if left == size:
                    raise EOFError
                raise Fault('got end of file during message')
            parts.append(data)
            left -= len(data)
        return BYTES().join(parts)

    def send_bytes(self, buf, offset=0, size=None):
        """Send bytes of a buffer as one message: `size` of them (None: all) from `offset` on."""
        self._check(self._writable, 'read-only')
        view = octets(buf)
        whole = len(view)
        if offset < 0:
            raise ValueError('offset is negative')
        if whole < offset:
            raise ValueError('buffer length < offset')
        if size is None:
            size = whole - offset
        elif size < 0:
            raise ValueError('size is negative')
        elif offset + size > whole:
            raise ValueError('buffer length < offset + size')
        if size != whole:
            view = view[offset:offset + size]
        self._send_bytes(view)

    def send(self, obj):
        """Send an object, pickled."""
        self._check(self._writable, 'read-only')
        self.send_bytes(pickling.plain_dumps(obj))

    def recv_bytes(self, maxlength=None):
        """The next message, in bytes.

        OSError if it is longer than `maxlength`: then nothing more can be received.
        """
        self._check(self._readable, 'write-only')
        if maxlength is not None and maxlength < 0:
            raise ValueError('negative maxlength')
        data = self._recv_bytes(maxlength)
        if data is None:
            if self._writable:
                self._readable = False
            else:
                self.close()
            raise Fault('bad message length')
        return data

    def recv(self):
        """The next message, unpickled."""
        return pickling.loads(self.recv_bytes())

    def recv_bytes_into(self, buf, offset=0):
        """Put the next message into a buffer that can be written, from byte `offset` on.

        Returns its length.  If it is too long: BufferTooShort, with the message in args[0].
        """
        whole = len(octets(buf))
        if offset < 0:
            raise ValueError('negative offset')
        if offset > whole:
            raise ValueError('offset too large')
        data = self.recv_bytes()
        if offset + len(data) > whole:
            raise BufferTooShort(data)
        overwrite(buf, offset, data)
        return len(data)

    def poll(self, timeout=0.0):
        """True if there is something to receive within so many seconds (None: no limit)."""
        self._check(self._readable, 'write-only')
        return self._poll(timeout)


class SocketConnection(Connection):
    """The same over a socket that has no descriptor: on Jython."""

    def __init__(self, sock, readable=True, writable=True):
        self._handle, self._readable, self._writable = sock, readable, writable

    def fileno(self):
        self._check()
        return self._handle.fileno()

    def _close(self):
        netty.close(self._handle)

    def _read(self, size):
        return self._handle.recv(size)

    def _write(self, data):
        return self._handle.send(bytes_of(data))


DESCRIPTORS = hasattr(os, 'dup')


def over(sock, readable=True, writable=True):
    """A Connection over that socket, which is nobody else's from now on."""
    if not DESCRIPTORS:
        return SocketConnection(sock, readable, writable)
    made = Connection(os.dup(sock.fileno()), readable, writable)
    sock.close()
    compat.cloexec(made)
    return made


def overwrite(buf, offset, data):
    """Put the bytes into a buffer."""
    end = offset + len(data)
    if isinstance(buf, array.array):
        first, last = offset // buf.itemsize, -(-end // buf.itemsize)
        items, start = bytes_of(octets(buf[first:last])), offset - first * buf.itemsize
        buf[first:last] = array.array(
            buf.typecode, items[:start] + data + items[start + len(data):])
        return
    try:
        buf[offset:end] = data
    except (TypeError, ValueError):     # of ctypes
        struct.pack_into('%ds' % len(data), buf, offset, data)


def travelling(handle):
    """What rebuild() makes the same connection of, in another process."""
    number = pickling.pass_on(handle)
    if number is not None:
        return number
    reduction = alias.found('reduction')
    if reduction is not None:
        return reduction.reduce_handle(handle)
    from shim.backfill import sent_handles
    if sent_handles.WHY_NOT:
        whom, remedy = 'another process', ''
        if DESCRIPTORS:
            whom, remedy = 'a process that runs already', 'give it to the process as an argument, or '
        raise pickle.PicklingError(
            "a connection can't be sent to %s here, as this interpreter can't send descriptors (%s): %ssend"
            " the address of a shim.connection.Listener, and connect to it with Client"
            % (whom, sent_handles.WHY_NOT, remedy))
    return sent_handles.share(handle)


def rebuild(travelled, readable, writable):
    """In the other process."""
    reduction = alias.found('reduction')
    if isinstance(travelled, int):
        compat.cloexec(travelled)
    elif reduction is not None:
        travelled = reduction.rebuild_handle(travelled)
    else:
        from shim.backfill import sent_handles
        travelled = sent_handles.fetch(*travelled)
    return Connection(travelled, readable, writable)


def Pipe(duplex=True):
    """Two connected Connections; if not duplex, (one that receives, one that sends)."""
    if duplex or not DESCRIPTORS:
        near, far = channel.pair()
        return over(near, True, duplex), over(far, duplex, True)
    made = [Connection(handle, not number, bool(number))
            for number, handle in enumerate(os.pipe())]
    for each in made:
        compat.cloexec(each)
    return tuple(made)


class Numbered(object):
    """An object to wait for, or its descriptor."""

    def __init__(self, number):
        self.number = number

    def fileno(self):
        return self.number


def wait(object_list, timeout=None):
    """The list of those objects that can be read, or are at their end; [] after so many seconds.

    object_list: Connections, sockets, what has a fileno(), or descriptors (a Process' sentinel).
    """
    poller, numbers, found, deadline = waiting.Poller(), [], {}, None
    if timeout is not None:
        timeout = max(0, timeout)
        deadline = compat.monotonic() + timeout
    for each in object_list:
        number = getattr(each, 'fileno', lambda: each)()
        if number not in found:
            numbers.append(number)
        found[number] = each
        poller.watch(Numbered(number))
    try:
        while True:
            ready = poller.wait(timeout)
            if ready:
                return [found[number] for number in numbers if number in ready]
            if timeout is not None:
                timeout = deadline - compat.monotonic()
                if timeout < 0:
                    return []
    finally:
        for number in numbers:
            poller.forget(Numbered(number))     # Jython's sockets would tell it for ever
