"""Messages of bytes from many processes to many: a ring of bytes in a file that is mapped into memory.

    put() --> | length, message | length, message | ... --> get()
              a long message: a file of its own beside the ring's, and its name in there

Two numbers of a cell say where the next message is taken and put, and how many were so far: a message
is written, and is there when the second is; it is copied, and taken when the first is: one write of a
number each, under the lock of the cell.  So a process that is killed leaves a message whole or not at
all, and nobody else gets what it took.
"""
import os
import struct
import tempfile

from shim.backfill import cells
from shim.backfill.cell_locks import remove

BYTES = 1 << 17             # of a ring, at least: twice what a pipe takes
LARGEST = 1024              # bytes that a message takes in there, its head included
HEAD = struct.calcsize('=i')    # its length; of the name of a file, ~length
COUNTS = 1 << 30            # a number is a count, which begins again at that, and a place in the ring
ANY = COUNTS                # messages that there may be: as many as fit
ITEMS, ROOM = 0, 1          # the bells: something to get; room to put something
TAKEN, PUT = 0, 1           # the numbers of the cell


class Ring(object):
    """Bytes in a file, and the cell that says which of them are messages.

    most: how many of these there is to be room for, whatever their size.
    """

    def __init__(self, most=0):
        self._place(cells.Cell(), max(BYTES, LARGEST * (most + 1)), False)
        number = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 384)
        self._map(number, True)

    def _place(self, cell, length, shared):
        self.cell, self._length, self._shared = cell, length, shared
        self.path, self._pid = cell.path('ring'), os.getpid()

    def __getstate__(self):
        self._shared = True     # and so its file is to stay, as long as the folder does
        return self.cell, self._length

    def __setstate__(self, state):
        self._place(state[0], state[1], True)
        self._map(os.open(self.path, os.O_RDWR), False)

    def _map(self, number, new):
        try:
            self._memory = cells.mapped(number, self._length, new)
        finally:
            os.close(number)

    def __del__(self, remove=remove, getpid=os.getpid):
        if not getattr(self, '_shared', True) and getpid() == self._pid:
            try:
                remove(self.path)
            except Exception:       # as the interpreter ends
                pass

    def count(self):
        """How many have been put so far, modulo COUNTS."""
        return self.cell.read(PUT) // self._length

    def size(self):
        """How many messages there are."""
        taken = self.cell.read(TAKEN) // self._length       # first, so that it is not the greater one
        return (self.count() - taken) % COUNTS

    def _has_room(self, most, taken, put):
        """For one of any size, as all who wait are to wait for the same."""
        length = self._length
        # One byte stays free: else a full one would look as an empty one.
        return ((taken - put - 1) % length >= LARGEST
                and (put // length - taken // length) % COUNTS < most)

    def _next(self, count, place):
        """The number that follows."""
        return (count + 1) % COUNTS * self._length + place % self._length

    def put(self, data, most, timeout, then=None):
        """Put a message, once there are fewer than `most`, and room; False after `timeout` seconds.

        then: called when it is put, before anybody can look.
        """
        path, length = '', len(data)
        if length > LARGEST - HEAD:
            taken, put = self.cell.read(TAKEN), self.cell.read(PUT)
            if timeout == 0 and not self._has_room(most, taken, put):
                return False
            path = self._write(data)
            data = os.path.basename(path).encode('ascii')
            length = ~len(data)
        data = struct.pack('=i', length) + data
        done = False
        try:
            done = self.cell.wait(lambda: self._put(data, most, then), timeout, ROOM)
        finally:
            if path and not done:
                remove(path)
        return done

    def _put(self, data, most, then):
        taken, put = self.cell.read(TAKEN), self.cell.read(PUT)
        if not self._has_room(most, taken, put):
            return False
        count, start = divmod(put, self._length)
        first = self._length - start        # what fits before the end of the memory
        self._memory[start:start + len(data)] = data[:first]
        if len(data) > first:
            self._memory[:len(data) - first] = data[first:]
        self.cell.ring(ITEMS)
        put = self._next(count, start + len(data))
        self.cell.write(PUT, put)
        if then is not None:
            then()
        if not self._has_room(most, taken, put):
            self.cell.quiet(ROOM)
        return True

    def get(self, timeout):
        """The next message, or None after `timeout` seconds."""
        found = []
        if not self.cell.wait(lambda: self._get(found), timeout, ITEMS):
            return None
        data, is_name = found[-1]
        if is_name:
            return self._read(self._beside(str(data.decode('ascii'))))
        return data

    def _get(self, found):
        taken, put = self.cell.read(TAKEN), self.cell.read(PUT)
        if taken == put:
            return False
        count, start = divmod(taken, self._length)
        length = struct.unpack('=i', self._copy(start, HEAD))[0]
        is_name = length < 0
        if is_name:
            length = ~length
        found.append((self._copy(start + HEAD, length), is_name))
        self.cell.ring(ROOM)
        taken = self._next(count, start + HEAD + length)
        self.cell.write(TAKEN, taken)
        if taken == put:
            self.cell.quiet(ITEMS)
        return True

    def _copy(self, start, size):
        start %= self._length
        found = self._memory[start:start + size]
        if len(found) < size:       # it goes on at the beginning
            found += self._memory[:size - len(found)]
        return found

    def _write(self, data):
        """Write a long message into a file of its own; returns the path."""
        number, path = tempfile.mkstemp('', 'm', os.path.dirname(self.path))
        try:
            stream = os.fdopen(number, 'wb')
            try:
                stream.write(data)
            finally:
                stream.close()
        except:
            remove(path)
            raise
        return path

    def _beside(self, name):
        return os.path.join(os.path.dirname(self.path), name)

    def _read(self, path):
        stream = open(path, 'rb')
        try:
            remove(path)
            return stream.read()
        finally:
            stream.close()

    def watch(self):
        """A descriptor that can be read while there is a message, from now on."""
        bell = self.cell.bell(ITEMS)
        self.cell.locked(self._watch, bell)
        return bell.fileno()

    def _watch(self, bell):
        self.cell.add(cells.ROOM + ITEMS, 1)
        if self.size():     # and nobody takes it meanwhile
            bell.ring()
