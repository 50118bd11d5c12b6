"""Memory that processes share: files that are mapped, in the folder of the cells.

A new interpreter finds the file by its path, a child made by fork has the memory.
"""
import os
import tempfile
from collections import deque

from shim.backfill import cells, folders
from shim.backfill.cell_locks import remove

FILE = 1 << 16          # bytes of a file for small ones

_files = {}             # {(pid, bytes of each): the file that has room for more of them}


class File(object):
    """A file mapped into memory.  It stays as long as the folder, if it has many objects or is sent."""

    def __init__(self, size, path=None, shared=True):
        self.size, self.path, self.shared = size, path, shared
        self.free = deque()         # offsets that nobody has
        self._pid = os.getpid()
        if path is None:
            number, self.path = tempfile.mkstemp('', 'v', cells.folder())
        else:
            folders.use(path)
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
    step = 16
    while step < size:
        step *= 2
    key = os.getpid(), step
    file = _files.get(key)
    # popleft() is atomic: threads may come here at once, and signal handlers in between.
    try:
        if file is not None:
            return file, file.free.popleft()
    except IndexError:
        pass
    file = File(FILE)
    file.free.extend(range(0, FILE, step))
    offset = file.free.popleft()
    _files[key] = _opened[file.path] = file
    return file, offset
