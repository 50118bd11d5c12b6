"""multiprocessing.util as of CPython 3.15: all of it where there is no multiprocessing."""
import itertools
import os
import sys
import threading
import weakref

from shim import alias, compat, ending
from shim.backfill.process import current_process

real = alias.found('util')
OWN = [
    'DEBUG', 'DEFAULT_LOGGING_FORMAT', 'Finalize', 'ForkAwareLocal', 'ForkAwareThreadLock', 'INFO',
    'LOGGER_NAME', 'MAXFD', 'NOTSET', 'SUBDEBUG', 'SUBWARNING', 'WARNING',
    'abstract_sockets_supported', 'close_all_fds_except', 'close_fds', 'debug', 'get_logger',
    'get_temp_dir', 'info', 'is_abstract_socket_namespace', 'is_exiting', 'log_to_stderr',
    'register_after_fork', 'sub_debug', 'sub_warning', 'warn', '_run_after_forkers']
__all__ = alias.lacking(OWN, real)
if compat.FINALIZED_IN_CHILDREN and real is not None:
    __all__.append('Finalize')
if compat.dated('log_to_stderr') and real is not None:
    __all__.append('log_to_stderr')
if not hasattr(getattr(real, 'ForkAwareThreadLock', None), '__enter__') and real is not None:
    __all__.append('ForkAwareThreadLock')       # until 3.2

NOTSET, SUBDEBUG, DEBUG, INFO, SUBWARNING, WARNING = 0, 5, 10, 20, 25, 30
LOGGER_NAME = 'multiprocessing'
DEFAULT_LOGGING_FORMAT = '[%(levelname)s/%(processName)s] %(message)s'
abstract_sockets_supported = os.path.exists('/proc/net/unix')
try:
    MAXFD = os.sysconf('SC_OPEN_MAX')
except (AttributeError, ValueError, OSError):
    MAXFD = 256

_loggers = []           # the one, once somebody has asked for it
_folders = {}           # {pid: its folder}
_exiting = []           # not empty when the program ends
_after_fork = weakref.WeakValueDictionary()     # {(number, id, function): object}
_numbers = itertools.count()


def _log(level, message, args):
    """To the logger of multiprocessing, if somebody has asked for it."""
    for logger in _loggers or [getattr(real, '_logger', None)]:
        if logger:
            logger.log(level, message, *args)


def sub_debug(msg, *args):
    """Log a message, of level SUBDEBUG."""
    _log(SUBDEBUG, msg, args)


def debug(msg, *args):
    """Log a message, of level DEBUG."""
    _log(DEBUG, msg, args)


def info(msg, *args):
    """Log a message, of level INFO."""
    _log(INFO, msg, args)


def sub_warning(msg, *args):
    """Log a message, of level SUBWARNING."""
    _log(SUBWARNING, msg, args)


def warn(msg, *args):
    """Log a message, of level WARNING."""
    _log(WARNING, msg, args)


def get_logger():
    """The logger of multiprocessing; nothing is logged before it is asked for."""
    if not _loggers:
        import logging
        logger = logging.getLogger(LOGGER_NAME)
        logger.propagate = 0
        _loggers.append(logger)
    return _loggers[0]


class _Named(object):
    """A filter that knows the name of the process (logging does from 2.6 on)."""

    def filter(self, record):
        record.processName = current_process().name
        return True


def log_to_stderr(level=None):
    """Have that logger write to stderr; returns it.  level: as of logging."""
    import logging
    logger, handler = get_logger(), logging.StreamHandler()
    handler.setFormatter(logging.Formatter(DEFAULT_LOGGING_FORMAT))
    handler.filters.append(_Named())    # addFilter() would compare it
    logger.addHandler(handler)
    if level:
        logger.setLevel(level)
    return logger


def is_abstract_socket_namespace(address):
    """True for a name of a socket that is in no folder (Linux).  TypeError if it is no text."""
    if not address:
        return False
    if isinstance(address, (str, compat.text, type(''.encode('ascii')))):
        return address[:1] in ('\0', '\0'.encode('ascii'))
    raise TypeError('address type of %r unrecognized' % (address,))


def get_temp_dir():
    """The path of a folder for files of this process; it goes when the process ends."""
    pid = os.getpid()
    if pid not in _folders:
        import shutil
        import tempfile
        made = tempfile.mkdtemp(prefix='pymp-')
        Finalize(None, shutil.rmtree, (made, True), exitpriority=-100)
        _folders[pid] = made
    return _folders[pid]


def register_after_fork(obj, func):
    """Have func(obj) called in each child that a Process makes by fork, while obj lives."""
    _after_fork[compat.next(_numbers), id(obj), func] = obj


def _run_after_forkers():
    """In such a child."""
    waiting = list(_after_fork.items())
    waiting.sort(key=lambda item: item[0][0])
    for key, obj in waiting:
        try:
            key[2](obj)
        except Exception:
            info('after forker raised exception %s', sys.exc_info()[1])


def is_exiting():
    """True when the program ends."""
    return bool(_exiting)


class Finalize(object):
    """Calls callback(*args, **kwargs) once: when called itself, when obj goes, or at the end.

    obj: may be None.  exitpriority: an int, higher ones come first and those below 0 after the
    children; None: not at the end of the program.  TypeError, ValueError: of the last two, neither.
    """

    _weakref = _ending = None

    def __init__(self, obj, callback, args=(), kwargs=None, exitpriority=None):
        if exitpriority is not None and not isinstance(exitpriority, int):
            raise TypeError('Exitpriority (%r) must be None or int, not %s' % (
                exitpriority, type(exitpriority)))
        if obj is not None:
            self._weakref = weakref.ref(obj, self)
        elif exitpriority is None:
            raise ValueError('Without object, exitpriority cannot be None')
        self._call = callback, args, kwargs or {}
        self._pid, self._exitpriority = os.getpid(), exitpriority
        _finalizers[self] = True
        if exitpriority is not None:
            if not _ended:
                _ended.append(ending.at_exit(lambda: _exiting.append(True), 1 << 30))
            self._ending = ending.at_exit(self, exitpriority)

    def __call__(self, wr=None):
        """Do it now, and not later; returns what the callback does."""
        call = self._call
        if self.cancel() and self._pid == os.getpid():
            return call[0](*call[1], **call[2])

    def cancel(self):
        """Never do it."""
        if not _finalizers.pop(self, False):
            return False
        ending.not_at_exit(self._ending)
        self._weakref = self._call = self._ending = None
        return True

    def still_active(self):
        """True if it is yet to be done."""
        return self in _finalizers

    def __repr__(self):
        if not self.still_active():
            return '<%s object, dead>' % self.__class__.__name__
        callback, args, kwargs = self._call
        text = '<%s object, callback=%s' % (
            self.__class__.__name__, getattr(callback, '__name__', callback))
        for name, value in (('args', args), ('kwargs', kwargs)):
            if value:
                text += ', %s=%s' % (name, value)
        if self._exitpriority is not None:
            text += ', exitpriority=%s' % self._exitpriority
        return text + '>'


_finalizers = {}        # {those that are yet to be called: True}: it keeps them
_ended = []             # what ending knows of


class ForkAwareThreadLock(object):
    """A lock of threads that is free in a child made by fork."""

    def __init__(self):
        self._reset()
        register_after_fork(self, ForkAwareThreadLock._reset)

    def _reset(self):
        self._lock = threading.Lock()
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def __enter__(self):
        return self._lock.acquire()

    def __exit__(self, *error):
        self._lock.release()


class ForkAwareLocal(threading.local):
    """What each thread has for itself; empty in a child made by fork."""

    def __init__(self):
        register_after_fork(self, lambda obj: obj.__dict__.clear())

    def __reduce__(self):
        return type(self), ()


def close_all_fds_except(fds):
    """Close all descriptors of this process but those."""
    kept = [-1] + sorted(fds) + [MAXFD]
    for last, first in zip(kept, kept[1:]):
        for number in range(last + 1, first):
            try:
                os.close(number)
            except OSError:
                pass


def close_fds(*fds):
    """Close each of the descriptors."""
    for number in fds:
        os.close(number)


# What it has, these use, too.
for _name in OWN:
    if _name not in __all__:
        globals()[_name] = getattr(real, _name)
