"""Frames: what travels on a channel, and reading and writing it.

A frame is a head of eight bytes, its kind in the first one and the length of the body in the
others, and the body: the pickle of values that pickle can't fail on and that run no code when
they are unpickled (numbers, strings, bytes, tuples and lists of them).  What is the user's is
inside as bytes, so that whoever reads the channel never runs the user's code.  Long bytes, marked
by apart(), go before in frames of their own, rather than be copied into that pickle and out of it.

Between Python 2 and 3 the body is marshalled, in a format that both have: there bytes stay
bytes and text stays text, where pickle takes 2's str for one or the other.
"""
import errno
import marshal
import struct
import sys
import time

from six.moves import cPickle

from shim import compat
from shim.waiting import OSErrors

# To the worker:
CALL = 1        # (key, mode, pickled function): what tasks with this key call
TASKS = 2       # (key, [item, ...]): run these after those you have; see shim.outcome for items
RETURN = 3      # None: hand back what you have not begun
EXIT = 4        # None: end, when all is done
INIT = 5        # what it starts with: see shim.engines.subproc, shim.job
# From the worker, about the tasks it holds, which both sides know in order:
READY = 6       # pid: the initializer has returned
BEGUN = 7       # n: any of the first n may have begun; None: any may have, and it can't say any more
RESULTS = 8     # (seconds spent, [outcome, ...]): of the first ones, which are no longer held;
                # None: nothing is to be concluded from how long it took
RETURNED = 9    # n: the last n are handed back
FAILED = 10     # text: the start failed; a traceback
PRINTED = 12    # (name of a stream, text): to be written there; only from some, see capture()
# Either way:
APART = 11      # bytes as they are, which the next frame refers to
DOOR = 13       # where jobs hand back, and what is said there: see shim.engines.door

HEAD = struct.calcsize('>Q')
LENGTH = (1 << 56) - 1
SLICE = 1 << 18         # bytes given to one system call
NAP = 0.001             # seconds, until a full blocking socket of Jython's is asked again
LONG = 1 << 16          # bytes that are worth a frame of their own
EMPTY = ''.encode('ascii')
PROTOCOL = cPickle.HIGHEST_PROTOCOL
# Bytes that a pickle only refers to (PEP 574).
PickleBuffer = getattr(cPickle, 'PickleBuffer', None)


def apart(data):
    """Bytes for the body of a frame, marked to travel beside it if they are long."""
    if PickleBuffer is not None and len(data) > LONG:
        return PickleBuffer(data)
    return data


def framing(protocol, buffers):
    """The frame() for a reader that has this protocol of pickle, and maybe PickleBuffer."""
    def frame(kind, body=None):
        """A frame, as a list of bytes."""
        packed = cPickle.dumps(body, protocol)
        return _joined(_head(kind, packed), packed)

    def frame_with_buffers(kind, body=None):
        """A frame, as a list of bytes."""
        beside = []
        packed = cPickle.dumps(body, protocol, buffer_callback=beside.append)
        parts = []
        for data in beside:
            data = data.raw()
            parts += [_head(APART, data), data]
        return parts + _joined(_head(kind, packed), packed)

    return [frame, frame_with_buffers][buffers]


frame = framing(PROTOCOL, PickleBuffer is not None)

if PickleBuffer is not None:
    def load(packed, beside):
        """The body of a frame."""
        return cPickle.loads(packed, buffers=beside)
else:
    def load(packed, beside):
        """The body of a frame."""
        return cPickle.loads(packed)


def marshalled(kind, body=None):
    """A frame for the other one of Python 2 and 3."""
    packed = marshal.dumps(body, compat.MARSHAL)
    return _joined(_head(kind, packed), packed)


def unmarshal(packed, beside):
    """The body of such a frame."""
    return marshal.loads(packed)


def native(text):
    """Text as str of this Python, however it has come from another one."""
    if isinstance(text, str):
        return text
    if isinstance(text, type(EMPTY)):
        return text.decode('utf-8', 'replace')
    return text.encode('utf-8')


def _head(kind, body):
    return struct.pack('>Q', kind << 56 | len(body))


def _joined(head, packed):
    if len(packed) > SLICE:
        return [head, packed]
    return [head + packed]


def body_length(head):
    """The number of bytes that follow this head."""
    return struct.unpack('>Q', head)[0] & LENGTH


class Inbox(object):
    """Cuts what arrives into frames.  Joins the parts of a long one only once."""

    def __init__(self, load=load):
        self._load = load
        self._parts, self._size, self._need = [], 0, HEAD
        self._kind, self._beside = None, []     # of the frame whose head has come

    def room(self):
        """How many bytes to ask for: of a long frame no more than it, so that it is not cut."""
        missing = self._need - self._size
        if missing > LONG:
            return min(missing, SLICE)
        return LONG

    def feed(self, data):
        """Take some bytes; returns the frames they complete, as a list of (kind, body)."""
        self._parts.append(data)
        self._size += len(data)
        if self._size < self._need:
            return []
        data = EMPTY.join(self._parts)
        frames, at, end = [], 0, len(data)
        while end - at >= self._need:
            start, at = at, at + self._need
            if self._kind is None:
                head = struct.unpack('>Q', data[start:at])[0]
                self._kind, self._need = head >> 56, head & LENGTH
                continue
            if self._kind == APART:
                self._beside.append(data[start:at])
            else:
                frames.append((self._kind, self._load(data[start:at], self._beside)))
                self._beside = []
            self._kind, self._need = None, HEAD
        self._parts, self._size = [data[at:]], end - at
        return frames


class Outbox(object):
    """What a socket has not taken yet.  Many frames go in one system call."""

    def __init__(self):
        self._frames, self._data, self._at = [], EMPTY, 0

    def put(self, parts):
        """Add a frame."""
        self._frames.extend(parts)

    def empty(self):
        return not self._frames and self._at >= len(self._data)

    def take(self):
        """All that is to be written, for somebody else to write."""
        parts, self._frames = self._frames, []
        return EMPTY.join(parts)

    def _next(self):
        """What to write next: a long part alone, as it is, or all the short ones before it."""
        for count, part in enumerate(self._frames):
            if len(part) > SLICE:
                count = max(count, 1)
                break
        else:
            count = len(self._frames)
        parts, self._frames[:count] = self._frames[:count], []
        return EMPTY.join(parts)

    def send(self, sock):
        """Write until all is written (True) or a non-blocking socket takes no more (False)."""
        while True:
            if self._at >= len(self._data):
                if not self._frames:
                    self._data, self._at = EMPTY, 0
                    return True
                self._data, self._at = self._next(), 0
            try:
                taken = sock.send(compat.view(self._data, self._at, SLICE))
            except OSErrors:
                if compat.interrupted(sys.exc_info()[1]):
                    continue
                if sys.exc_info()[1].args[0] not in compat.AGAIN:
                    raise
                return False
            if not taken:       # Jython's answer to EAGAIN, and to EPIPE
                if sock.gettimeout() is not None:
                    return False
                from shim.engines import netty
                if not netty.is_active(sock):
                    raise IOError(errno.EPIPE, 'the other end is closed')
                time.sleep(NAP)
            self._at += taken
