"""Pipe() of threads: Connections as any, but their messages stay in memory.

What is sent is pickled, as between processes, and never waits to be read; so one thread can have
both ends.  Each has a descriptor only if somebody asks for it, to wait().
"""
import errno
import itertools
import os
from collections import deque

from shim import compat
from shim.backfill.barrier import wait_for
from shim.backfill.thread_locks import find
from shim.connection import Connection as Base
from shim.waiting import ONE

if hasattr(Base, '_check_closed'):      # multiprocessing's, from 3.3 on
    Fault, copied = OSError, bytes

    def received(message):
        """What its _recv_bytes() returns."""
        made = compat.bytes_io()
        made.write(message)
        return made
else:
    from shim.backfill.sockets import Fault, bytes_of as copied

    def received(message):
        return message

EOF = object()          # what is found where all who could send have closed their end
_numbers, _travelling = itertools.count(), {}   # {number: a Connection that was sent}


def arrived(number):
    """The Connection that was sent."""
    return _travelling.pop(number)


class Lane(object):
    """Messages on their way, in one direction."""

    def __init__(self):
        self._messages, self._change = deque(), find('Condition')()
        self.readers = self.writers = 0     # how many have it open
        self._ends = None                   # a pipe with one byte in it while there is something

    def _is_ready(self):
        return bool(self._messages) or not self.writers

    def _show(self):
        """Let the descriptor say what there is."""
        if self._ends is not None and self._is_ready() != self._shown:
            if self._shown:
                os.read(self._ends[0], 1)
            else:
                os.write(self._ends[1], ONE)
            self._shown = not self._shown

    def _changed(self, function, *args):
        """Call it while nobody else is here, and let those who wait look."""
        self._change.acquire()
        try:
            value = function(*args)
            self._show()
            self._change.notify_all()
            return value
        finally:
            self._change.release()

    def put(self, message):
        """Append one; OSError if nobody is left to read it."""
        if not self.readers:
            raise Fault(errno.EPIPE, 'nobody has the other end of this pipe open')
        self._changed(self._messages.append, message)

    def wait(self, timeout=None):
        """True once there is something to read, or the end."""
        self._change.acquire()
        try:
            return wait_for(self._change, self._is_ready, timeout)
        finally:
            self._change.release()

    def get(self):
        """The first one, or EOF."""
        while True:
            self.wait()
            found = self._changed(self._first)
            if found is not None:
                return found

    def _first(self):
        if self._messages:
            return self._messages.popleft()
        if not self.writers:
            return EOF

    def count(self, name, change):
        """One more (1) or less (-1) of the readers or writers."""
        self._changed(lambda: setattr(self, name, getattr(self, name) + change))

    def fileno(self):
        """A descriptor that can be read while there is something to get."""
        self._change.acquire()
        try:
            if self._ends is None:
                self._ends, self._shown = os.pipe(), False
                for end in self._ends:
                    compat.cloexec(end)
                self._show()
            return self._ends[0]
        finally:
            self._change.release()

    def __del__(self, close=os.close):
        for end in getattr(self, '_ends', None) or ():
            close(end)


class Connection(Base):
    """One end of a pipe whose messages stay in memory.  incoming, outgoing: a Lane each, or None."""

    def __init__(self, incoming, outgoing):
        self._readable, self._writable = incoming is not None, outgoing is not None
        self._incoming, self._outgoing = incoming, outgoing
        self._handle = incoming or outgoing     # what says that it is open
        self._count(1)

    def _count(self, change):
        if self._incoming is not None:
            self._incoming.count('readers', change)
        if self._outgoing is not None:
            self._outgoing.count('writers', change)

    def twin(self):
        """Another one of the same end, as a process that inherits it would have it."""
        return Connection(self._incoming, self._outgoing)

    def fileno(self):
        """A descriptor to wait for."""
        if self.closed:
            raise Fault('handle is closed')
        return self._handle.fileno()

    def __reduce__(self):
        if self.closed:
            raise Fault('handle is closed')
        number = compat.next(_numbers)
        _travelling[number] = self.twin()
        return arrived, (number,)

    # What the class is made of.

    def _close(self):
        self._count(-1)

    def _send_bytes(self, buf):
        self._outgoing.put(copied(buf))

    def _recv_bytes(self, maxsize=None):
        message = self._incoming.get()
        if message is EOF:
            raise EOFError
        if maxsize is not None and len(message) > maxsize:
            return None
        return received(message)

    def _poll(self, timeout):
        return self._incoming.wait(timeout)


def Pipe(duplex=True):
    """Two connected Connections; if not duplex, (one that receives, one that sends)."""
    there, back = Lane(), None
    if duplex:
        back = Lane()
    return Connection(there, back), Connection(back, there)
