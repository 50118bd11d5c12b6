"""The private folders that cells are kept in; none outlives those who use it.

    shim-XXXXXX/            below the temporary folder
      used on HOST          each process that uses the folder has a lock on it, shared (flock's: a child
                            made by fork has its parent's)
      cells7-0 ...          see shim.backfill.cells

Who made a folder removes it at its end.  A process that is killed can't: so whoever makes a folder,
or removes its own, removes those that nobody has a lock on any more, too.  Only this host's, as
some file systems that hosts share keep each host's locks to itself, and only this user's.
"""
import os
import shutil
import stat
import tempfile

from shim import compat, ending
from shim.retrying import retry

try:
    import fcntl
except ImportError:     # Windows, Jython: nobody makes one
    fcntl = None

PREFIX = 'shim-'
LAST = -10              # a folder goes after the queues' last words: see shim.ending

_folders = {}           # {pid: the folder of this process}: a child by fork makes its own
_used = {}              # {folder: the descriptor that has the lock}, never closed


def folder():
    """The folder of this process, made when it is first asked for."""
    pid = os.getpid()
    if pid not in _folders:
        made = tempfile.mkdtemp('', PREFIX)
        if _folders.setdefault(pid, made) != made:      # another thread was faster
            os.rmdir(made)
        else:
            _mark(made)
            ending.at_exit(_remove, LAST)
            sweep()
    return _folders[pid]


def use(path):
    """This process uses what is at that path, in the folder of another one."""
    where = os.path.dirname(path)
    if where not in _used:
        number = _lock(_marker(where), fcntl.LOCK_SH)
        if number is not None and _used.setdefault(where, number) != number:
            os.close(number)


def sweep():
    """Remove the folders that nobody uses any more."""
    above = tempfile.gettempdir()
    try:
        names = os.listdir(above)
    except OSError:         # one may be made there, but none seen
        return
    for name in names:
        path = os.path.join(above, name)
        if name.startswith(PREFIX) and path not in _used and _is_mine(path):
            number = _lock(_marker(path), fcntl.LOCK_EX | fcntl.LOCK_NB)
            if number is not None:
                shutil.rmtree(path, True)
                os.close(number)


def _remove():
    shutil.rmtree(_folders[os.getpid()], True)
    sweep()


def _mark(made):
    """Use a new folder.  It has its marker when that is locked: until then it is none to sweep."""
    begun = os.path.join(made, 'new')
    os.close(os.open(begun, os.O_RDWR | os.O_CREAT | os.O_EXCL, 384))
    number = _lock(begun, fcntl.LOCK_SH)
    if number is not None:
        _used[made] = number
        os.rename(begun, _marker(made))


def _marker(where):
    return os.path.join(where, 'used on ' + os.uname()[1])


def _is_mine(path):
    try:
        found = os.lstat(path)
    except OSError:         # gone already
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _lock(path, how):
    """A descriptor that has the lock; None if it can't be had: there is no such file, or no lock."""
    try:
        number = os.open(path, os.O_RDWR)
    except OSError:
        return None
    compat.cloexec(number)
    try:
        retry(fcntl.flock, number, how)
        return number
    except (EnvironmentError, AttributeError):      # taken; or this system has none (Solaris)
        os.close(number)
        return None
