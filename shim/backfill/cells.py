"""Numbers that processes share and wait for, without a semaphore: what locks and queues are made of.

    a private folder of the process that made them: shim.backfill.folders
      cells7-0 ...         files that are mapped into memory: a thousand cells each, made by thread 7
      cells7-0.64.0        a FIFO, made when first somebody has to wait for the cell at 64
      ...                  what queues, conditions and values keep there

A new interpreter finds all of it by its path, and a child made by fork has it already.

A cell is read and changed by one at a time, under a lock of the kernel's (fcntl): a process that is
killed holds it no longer.  Each change is one number written; so there is nothing to repair.  A FIFO
that can be read says to all who wait that it is worth a look; who looks in vain empties it.

No cell is used again, as nobody knows who still has it: the file grows by 64 bytes with each.
"""
import errno
import itertools
import os
import struct
import sys
import time
from collections import deque

from shim import compat, primitives
from shim.backfill import folders, turns
from shim.retrying import retry
from shim.waiting import OSErrors, poll

try:
    import fcntl
    import mmap
    from os import mkfifo
except ImportError:     # Windows, Jython
    fcntl = mmap = mkfifo = None

SIZE, CELLS = 64, 1000      # bytes of a cell; cells of a file
ROOM = 6                    # numbers in a cell; behind them: how many wait at each of its two bells
LOOK = 0.25                 # seconds after which who waits looks anyway: somebody may have died

WHY_NOT = None
if mkfifo is None:
    WHY_NOT = ('it is made of files, FIFOs and locks of the kernel here, and this interpreter lacks'
               " os.mkfifo, fcntl or mmap. The context 'thread' has it")

_files = {}         # {path: File}: opened once, as closing it would let go of all its locks
_growing = {}       # {pid: the file that has room for new cells}
_turns = {}         # {pid: see turn()}
_numbers = itertools.count()
_here = globals()
TAKERS = 'locked', 'opened'     # functions of this module that have the turn meanwhile


def folder():
    """The folder of this process; NotImplementedError if it would be of no use."""
    if WHY_NOT:
        raise NotImplementedError(WHY_NOT)
    return folders.folder()


def mapped(number, size, new):
    """The memory of a file, by its descriptor: so many bytes, which a new one is given first, all 0.

    Not only its size: to write into a hole where no disk space is left kills the process.
    """
    left = [0, size][new]
    while left:
        left -= retry(os.write, number, ZERO * min(left, 1 << 16))
    return mmap.mmap(number, size)


class File(object):
    """A file of cells, mapped into memory."""

    def __init__(self, path, create=False):
        self.path, self.free = path, deque(range(CELLS * create))   # cells nobody has
        folders.use(path)
        self.number = os.open(path, os.O_RDWR | os.O_CREAT * create | os.O_EXCL * create, 384)
        compat.cloexec(self.number)
        self.memory = mapped(self.number, SIZE * CELLS, create)

    def lock(self, how, byte):
        """Lock or unlock one byte of it."""
        retry(fcntl.lockf, self.number, how, 1, byte)


def turn():
    """That of this process: the one thread that is at a cell has it."""
    return turns.of_process(_turns)


def at_a_cell():
    """True if this thread is, and a signal handler or the like asks."""
    return turns.amid(_here, TAKERS)


def opened(path, create=False):
    """The file of cells of that path."""
    mine, taken = turn(), False
    try:
        taken = mine.take()
        if path not in _files:
            _files[path] = File(path, create)
        return _files[path]
    finally:
        if taken:
            mine.give()


def open_fifo(path):
    """The descriptor of a FIFO, never at its end and never waiting; makes it if there is none."""
    try:
        mkfifo(path, 384)
    except OSError:
        if sys.exc_info()[1].args[0] != errno.EEXIST:
            raise
    number = retry(os.open, path, os.O_RDWR | os.O_NONBLOCK)
    compat.cloexec(number)
    return number


class Bell(object):
    """A FIFO that can be read while there is something to look at."""

    def __init__(self, path):
        self._number = None
        try:
            self._number = open_fifo(path)
        except OSError:         # who made the folder has ended, and removed it
            if os.path.isdir(os.path.dirname(path)):
                raise

    def fileno(self):
        return self._number

    def ring(self):
        self._try(os.write, ONE)

    def drain(self):
        self._try(os.read, 4096)

    def wait(self, seconds):
        if self._number is None:
            time.sleep(min(seconds, 0.01))
        else:
            poll(self, seconds)

    def _try(self, call, what):
        if self._number is not None:
            try:
                retry(call, self._number, what)
            except OSErrors:
                if sys.exc_info()[1].args[0] not in compat.AGAIN:       # full, or empty
                    raise

    def __del__(self, close=os.close, refused=OSError):
        if self._number is not None:
            try:
                close(self._number)
            except refused:     # until 2.7 one may be collected in a child that is about to exec
                pass


class Cell(object):
    """Up to six numbers, each 0 unless given, that processes share.

    read() needs no lock.  All else is for a function that locked() or wait() calls, and nothing in
    there may wait, or ask for another cell.  A cell can be pickled by what checks that it may be.
    """

    def __init__(self, *numbers):
        pid = os.getpid()
        file = _growing.get(pid)
        # popleft() is atomic: threads may come here at once, and signal handlers in between.
        try:
            place = file is not None and file.free.popleft()
        except IndexError:
            file = None
        if file is None:
            path = os.path.join(folder(), 'cells%d-%d' % (compat.get_ident(), compat.next(_numbers)))
            file = opened(path, True)
            place = file.free.popleft()
            _growing[pid] = file
        self._place(file, place * SIZE)
        for index, number in enumerate(numbers):
            if number:
                self.write(index, number)

    def _place(self, file, offset):
        self._file, self._offset, self._bells = file, offset, {}
        self._memory = file.memory

    def __getstate__(self):
        return self._file.path, self._offset

    def __setstate__(self, state):
        self._place(opened(state[0]), state[1])

    def path(self, name):
        """A path that is this cell's."""
        return '%s.%d.%s' % (self._file.path, self._offset, name)

    def read(self, index):
        """One of the numbers as it is now."""
        start = self._offset + 8 * index
        return _unpack('=q', self._memory[start:start + 8])[0]

    def write(self, index, *numbers):
        """Let the numbers from that one on be these."""
        start, size = self._offset + 8 * index, len(numbers)
        self._memory[start:start + 8 * size] = _pack(FORMATS[size], *numbers)

    def add(self, index, number):
        """Returns what it was before."""
        old = self.read(index)
        self.write(index, old + number)
        return old

    def locked(self, function, *args):
        """Call the function while nobody else, in no process, is at this cell.

        Nobody but a signal handler of this thread, or what a garbage collection calls.
        """
        mine, entered = turn(), False
        if mine.is_mine() and at_a_cell():
            return self._locked_amid(mine, function, args)
        try:
            # What a signal handler raises may leave it taken: then it is this thread's still.
            mine.take()
            entered = True
            mine.places[:] = [self._place_of()]
            self._file.lock(fcntl.LOCK_EX, self._offset)
            return function(*args)
        finally:
            try:
                self._leave(mine, entered)
            except:     # a signal handler's, half way
                self._leave(mine, entered)
                raise

    def _leave(self, mine, entered):
        try:
            if entered and mine.is_mine():      # no more, if it was given back the first time
                del mine.places[:]
                self._file.lock(fcntl.LOCK_UN, self._offset)
                while mine.postponed:
                    cell, function, args = mine.postponed.pop(0)
                    cell._locked_amid(mine, function, args)
        finally:
            mine.give()

    def _locked_amid(self, mine, function, args):
        """The same while this thread has the turn, and goes on with what it is at afterwards."""
        place = self._place_of()
        if place in mine.places:
            return function(*args)
        mine.places.append(place)
        try:
            self._file.lock(fcntl.LOCK_EX, self._offset)
            return function(*args)
        finally:
            mine.places.remove(place)
            self._file.lock(fcntl.LOCK_UN, self._offset)

    def _place_of(self):
        return self._file.number, self._offset

    def settle(self, function, *args):
        """As locked(), for what nobody waits for.

        If a signal handler calls it while this thread is at this very cell, it is done right after
        that, which would overwrite it: it may have read the number already.
        """
        mine = turn()
        if mine.is_mine() and at_a_cell() and self._place_of() in mine.places:
            mine.postponed.append((self, function, args))
        else:
            self.locked(function, *args)

    # A second lock, which a process keeps for longer: from then on the cell says that it lives.

    def hold(self):
        """True if no other process holds it; from now on this one does."""
        try:
            self._file.lock(fcntl.LOCK_EX | fcntl.LOCK_NB, self._offset + 1)
            return True
        except OSErrors:
            if sys.exc_info()[1].args[0] not in (errno.EACCES, errno.EAGAIN):
                raise
            return False

    def let_go(self):
        """Not any more."""
        self._file.lock(fcntl.LOCK_UN, self._offset + 1)

    # Waiting.  A cell has two bells, for two conditions.

    def bell(self, which=0):
        """One of its bells, 0 or 1."""
        found = self._bells.get(which)
        if found is None:
            found = self._bells[which] = Bell(self.path(which))
        return found

    def ring(self, which=0):
        """Let those who wait look again; before the change, so that a death between costs nothing."""
        if self.read(ROOM + which):
            self.bell(which).ring()

    def quiet(self, which=0):
        """There is nothing to look at any more."""
        if self.read(ROOM + which):
            self.bell(which).drain()

    def attend(self, which, change):
        """Somebody begins (1) or ends (-1) to wait, or to watch that bell's FIFO."""
        self.locked(self.add, ROOM + which, change)

    def wait(self, attempt, timeout=None, which=0):
        """Call attempt() as locked() does until it returns true; False after `timeout` seconds.

        All who wait at one bell should wait for the same: who looks in vain tells the others so.
        """
        if self.locked(attempt):
            return True
        if timeout is not None and timeout <= 0:
            return False
        deadline = None
        if timeout is not None:
            deadline = compat.monotonic() + timeout
        bell = self.bell(which)

        def again():
            if attempt():
                return True
            bell.drain()

        self.attend(which, 1)
        try:
            while not self.locked(again):
                left = LOOK
                if deadline is not None:
                    left = min(left, deadline - compat.monotonic())
                    if left <= 0:
                        return False
                bell.wait(left)
            return True
        finally:
            self.attend(which, -1)


class Shared(object):
    """Base of what is made of cells: it reaches another process by fork, or as that one starts.

    isinstance() takes it for what the submodules (shim.queues) have under its name.
    """

    __class__ = property(lambda self: primitives.known_as(type(self)))

    def __reduce_ex__(self, protocol):
        from shim.pickling import assert_starting
        assert_starting(self)
        return restored, (type(self),) + self._state()


def restored(kind, *state):
    """Such an object in another process."""
    made = kind.__new__(kind)
    made._restore(*state)
    return made


ZERO, ONE = '\0'.encode('ascii'), 'w'.encode('ascii')
FORMATS = [None] + ['=%dq' % _size for _size in range(1, ROOM + 1)]
_pack, _unpack = struct.pack, struct.unpack
