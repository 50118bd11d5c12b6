"""Frames: what travels on a channel, and reading and writing it.

A frame is a head of eight bytes, its kind in the first one and the length of the body in the
others, and the body: the pickle of values that pickle can't fail on and that run no code when
they are unpickled (numbers, strings, bytes, tuples and lists of them).  What is the user's is
inside as bytes, so that whoever reads the channel never runs the user's code.
"""
import struct
import sys

from six.moves import cPickle

from shim import compat
from shim.waiting import OSErrors

# To the worker:
CALL = 1        # (key, mode, pickled function): what tasks with this key call
TASKS = 2       # (key, [item, ...]): run these after those you have; see shim.outcome for items
RETURN = 3      # None: hand back what you have not begun
EXIT = 4        # None: end, when all is done
INIT = 5        # a new interpreter's start: see shim.engines.subproc
# From the worker, about the tasks it holds, which both sides know in order:
READY = 6       # pid: the initializer has returned
BEGUN = 7       # n: any of the first n may have begun
RESULTS = 8     # (seconds spent, [outcome, ...]): of the first ones, which are no longer held
RETURNED = 9    # n: the last n are handed back
FAILED = 10     # text: the start failed; a traceback

HEAD = struct.calcsize('>Q')
LENGTH = (1 << 56) - 1
SLICE = 1 << 18         # bytes given to one system call
EMPTY = ''.encode('ascii')
PROTOCOL = cPickle.HIGHEST_PROTOCOL


def frame(kind, body=None):
    """A frame, as a list of bytes."""
    packed = cPickle.dumps(body, PROTOCOL)
    head = struct.pack('>Q', kind << 56 | len(packed))
    if len(packed) > SLICE:
        return [head, packed]
    return [head + packed]


def body_length(head):
    """The number of bytes that follow this head."""
    return struct.unpack('>Q', head)[0] & LENGTH


class Inbox(object):
    """Cuts what arrives into frames.  Joins the parts of a long one only once."""

    def __init__(self):
        self._parts, self._size, self._need = [], 0, HEAD

    def room(self):
        """How many bytes to ask for."""
        return min(max(65536, self._need - self._size), SLICE)

    def feed(self, data):
        """Take some bytes; returns the frames they complete, as a list of (kind, body)."""
        self._parts.append(data)
        self._size += len(data)
        if self._size < self._need:
            return []
        data = EMPTY.join(self._parts)
        frames, at, end = [], 0, len(data)
        self._need = HEAD
        while end - at >= HEAD:
            head = struct.unpack('>Q', data[at:at + HEAD])[0]
            length = head & LENGTH
            if end - at < HEAD + length:
                self._need = HEAD + length
                break
            body = data[at + HEAD:at + HEAD + length]
            frames.append((head >> 56, cPickle.loads(body)))
            at += HEAD + length
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
                self._at += sock.send(compat.view(self._data, self._at, SLICE))
            except OSErrors:
                if compat.interrupted(sys.exc_info()[1]):
                    continue
                if sys.exc_info()[1].args[0] not in compat.AGAIN:
                    raise
                return False
