"""Messages of bytes from many processes to many: a ring of slots in a file that is mapped into memory.

    put() --> | slot | slot | slot | ... --> get()
              a long message: a file of its own beside the ring's, and its name in the slot

A message is written into its slot, and is there when the number of the last one is; it is copied, and
taken when the number of the first one is: one write of a number each, under the lock of a cell.  So a
process that is killed leaves a message whole or not at all, and nobody else gets what it took.
"""
import os
import struct
import tempfile

from shim.backfill import cells
from shim.backfill.cell_locks import remove

SLOT, SLOTS = 1024, 128     # bytes of one, its head included; how many there are at least
HEAD = struct.calcsize('=qq')
ITEMS, ROOM = 0, 1          # the bells: something to get; room to put something
TAKEN, PUT = 0, 1           # the numbers of the cell: messages taken, and put, so far


class Ring(object):
    """Slots in a file, and the cell that says which of them hold a message."""

    def __init__(self, slots):
        self._place(cells.Cell(), slots, False)
        number = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 384)
        self._map(number, True)

    def _place(self, cell, slots, shared):
        self.cell, self.slots, self._shared = cell, slots, shared
        self.path, self._pid = cell.path('ring'), os.getpid()

    def __getstate__(self):
        self._shared = True     # and so its file is to stay, as long as the folder does
        return self.cell, self.slots

    def __setstate__(self, state):
        self._place(state[0], state[1], True)
        self._map(os.open(self.path, os.O_RDWR), False)

    def _map(self, number, new):
        try:
            self._memory = cells.mapped(number, SLOT * self.slots, new)
        finally:
            os.close(number)

    def __del__(self, remove=remove, getpid=os.getpid):
        if not getattr(self, '_shared', True) and getpid() == self._pid:
            try:
                remove(self.path)
            except Exception:       # as the interpreter ends
                pass

    def size(self):
        """How many messages there are."""
        return self.cell.read(PUT) - self.cell.read(TAKEN)

    def put(self, data, most, timeout, then=None):
        """Put a message, once there are fewer than `most`; False after `timeout` seconds.

        then: called when it is put, before anybody can look.
        """
        path = ''
        if len(data) > SLOT - HEAD:
            if timeout == 0 and self.size() >= most:
                return False
            path = self._write(data)
            data = os.path.basename(path).encode('ascii')
        done = False
        try:
            done = self.cell.wait(lambda: self._put(data, path, most, then), timeout, ROOM)
        finally:
            if path and not done:
                remove(path)
        return done

    def _put(self, data, path, most, then):
        if self.size() >= most:
            return False
        last = self.cell.read(PUT)
        start = last % self.slots * SLOT
        self._memory[start:start + HEAD + len(data)] = struct.pack(
            '=qq', len(data), bool(path)) + data
        self.cell.ring(ITEMS)
        self.cell.write(PUT, last + 1)
        if then is not None:
            then()
        if self.size() >= most:
            self.cell.quiet(ROOM)
        return True

    def get(self, timeout):
        """The next message, or None after `timeout` seconds."""
        found = []
        if not self.cell.wait(lambda: self._get(found), timeout, ITEMS):
            return None
        data, is_path = found[-1]
        if is_path:
            return self._read(self._beside(str(data.decode('ascii'))))
        return data

    def _get(self, found):
        if not self.size():
            return False
        first = self.cell.read(TAKEN)
        start = first % self.slots * SLOT
        length, is_path = struct.unpack('=qq', self._memory[start:start + HEAD])
        found.append((self._memory[start + HEAD:start + HEAD + length], is_path))
        self.cell.ring(ROOM)
        self.cell.write(TAKEN, first + 1)
        if not self.size():
            self.cell.quiet(ITEMS)
        return True

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
        self.cell.attend(ITEMS, 1)
        if self.size():
            bell.ring()
        return bell.fileno()
