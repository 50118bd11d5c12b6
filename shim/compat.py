"""What differs between interpreters: the only file that mentions a Python version.

Each name says why it is here and from which version on it could go ("until 2.6": the stdlib of
2.6 and later has it).  Features are probed once, at import; nothing asks for sys.platform.
"""
import errno
import os
import sys
import threading
import time
import types

from six import integer_types, moves, text_type

try:
    import _thread
except ImportError:     # until 3.0
    import thread as _thread

absent = {}             # {library: why it can't be imported}
try:
    import multiprocessing
except ImportError:     # until 2.6, unless the backport is installed; Jython; --without-threads
    absent['multiprocessing'] = str(sys.exc_info()[1])
    try:
        from shim.backfill import processing_names as multiprocessing
    except ImportError:
        absent['processing'] = str(sys.exc_info()[1])
        multiprocessing = None

# From 2.6 on it is in the standard library.
BACKPORT = not absent and sys.version_info < (2, 6)

try:
    from functools import partial
except ImportError:     # until 2.5
    class partial(object):
        pass

try:
    from operator import index
except ImportError:     # until 2.5
    def index(value):
        if not isinstance(value, integer_types):
            raise TypeError('%r is not an integer' % (value,))
        return value

try:
    ResourceWarning = ResourceWarning
    if sys.version_info < (3, 8):
        ResourceWarning = None      # until 3.8 the stdlib's Pool did not warn
except NameError:
    ResourceWarning = None

try:
    import signal
except ImportError:
    signal = None

# Where there is none (Windows), SIGTERM does it.
SIGKILL = getattr(signal, 'SIGKILL', getattr(signal, 'SIGTERM', None))

try:
    BaseException = BaseException   # until 2.5: KeyboardInterrupt was an Exception
except NameError:
    BaseException = Exception

try:
    next = next
except NameError:       # until 2.6
    def next(iterator):
        return iterator.next()

monotonic = getattr(time, 'monotonic', time.time)      # until 3.3
get_ident = _thread.get_ident
allocate_lock = _thread.allocate_lock
text = text_type

# What can be cut into chunks in the caller: no code of the user's runs.  On 2.x range() is a
# list and xrange a type of its own.
SEQUENCES = (list, tuple, type(moves.xrange(1)))

# The parent's pid; where there is none to ask for (Windows until 3.2), everybody's is the same.
getppid = getattr(os, 'getppid', lambda: None)

# Asked at each call of a pool, and a system call each time; from 3.7 on a fork can be heard of.
getpid = os.getpid
if hasattr(os, 'register_at_fork'):
    _here = [os.getpid()]

    def getpid():
        """os.getpid(), remembered."""
        return _here[0]

    def _forked():
        _here[0] = os.getpid()

    os.register_at_fork(after_in_child=_forked)


def no_threads():
    """Why no thread can be started, or None.

    Pyodide and others of WebAssembly have the module and no threads.  They call it so (from 3.3 on
    it can be asked); and as one of them may have some one day, it is tried, there only.
    """
    if getattr(getattr(sys, 'thread_info', None), 'name', None) != 'pthread-stubs':
        return None
    try:
        _thread.start_new_thread(int, ())
    except RuntimeError:
        return str(sys.exc_info()[1])


NO_THREADS = no_threads()

# Until 3.2 a lock can't be waited for with a time limit, nor left by Ctrl-C.
TIMED_LOCKS = sys.version_info >= (3, 2)
# A sub-interpreter with a GIL of its own may have no daemon threads, nor may it fork (from 3.12 on it
# can be asked).
DAEMONS = getattr(_thread, 'daemon_threads_allowed', lambda: True)()
# Until 2.5 Thread.start() returns before the thread has begun, and what that locks then without
# having the GIL (the dictionary of all thread states) stays locked in a child forked meanwhile:
# no thread of that child's ever begins.
START_WAITS = sys.version_info >= (2, 6)
# From 2.6 on it forgets the thread if the start fails; until 2.6 it leaves a lock held if something
# raises while it holds it: nothing of ours should run there.
START_FORGETS = sys.version_info >= (2, 7)
# Until 3.6 the forkserver does not wait for its children: each tells its exit code itself, and
# prints a traceback if nobody listens; of who was killed, or called os._exit(), 255 is known.
SERVER_WAITS = sys.version_info >= (3, 7)

# Before the code in a .pyc: the magic number, flags (3.7 on), a time, a size (3.3 on).
PYC_HEADER = 8 + 4 * (sys.version_info >= (3, 3)) + 4 * (sys.version_info >= (3, 7))
# From 3.7 on multiprocessing's Process forgets target and arguments once start() has started it.
START_DROPS = sys.version_info >= (3, 7)
# Until 3.9 a Process that calls sys.exit(None) has failed, and says `None`.
EXITS_AT_NONE = sys.version_info >= (3, 9)
# On 2.5 and 2.6 what raises below python -m ends with a status of its own, 255.
STATUS_OF_M = (2, 5) <= sys.version_info < (2, 7)

try:
    from java.util.concurrent import Semaphore as java_semaphore, TimeUnit
    microseconds, java_function = TimeUnit.MICROSECONDS, type(TimeUnit.valueOf)
except ImportError:     # not Jython
    java_semaphore = None
    java_function = types.BuiltinFunctionType

# Until 2.7 a child made by fork calls the Finalize objects of its parent.
FINALIZED_IN_CHILDREN = sys.version_info < (2, 7)

# Until 3.8 the length of a message is but 32 bits.
LENGTH_OF_32_BITS = sys.version_info < (3, 8)

# From 3.4 on a descriptor is not inherited by a program started later, unless asked for (PEP 446).
INHERIT_NOTHING = hasattr(os, 'set_inheritable')
fcntl = None
if not INHERIT_NOTHING:     # not in cloexec(): in 2.x that waits for what another thread imports
    try:
        import fcntl
    except ImportError:     # Windows, Jython
        pass

# The format of marshal for the other one of Python 2 and 3: 3 can't read the strings that 2 interns
# from 1 on.  Jython interns none, and what it writes of a float before 2 nobody can read.
MARSHAL = [0, 2][java_semaphore is not None]

# The program's folder, first on sys.path: Jython does not resolve links to its file.
resolved = [os.path.realpath, os.path.abspath][java_semaphore is not None]

# What a system call says when it could not begin or go on, and is to be tried again later.
AGAIN = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR)


def main_path(path):
    """A program's path as the interpreter has it: from 3.9 on absolute, whatever was typed."""
    if sys.version_info < (3, 9):
        return path
    if os.altsep or path == os.curdir or hasattr(sys, 'pypy_version_info'):
        return os.path.abspath(path)
    return os.path.join(os.getcwd(), path)      # only the others leave it as it is: here/./prog.py


def is_main_thread():
    """True in the thread in which signal handlers are called."""
    main_thread = getattr(threading, 'main_thread', None)           # 3.4+
    if main_thread is not None:
        return main_thread().ident == get_ident()
    return isinstance(threading.currentThread(), threading._MainThread)


def interrupted(error):
    """True for a system call that a signal broke off: until 3.5 (PEP 475) all of them are."""
    return error.args and error.args[0] == errno.EINTR


def bytes_io():
    """A file of bytes in memory."""
    try:
        from io import BytesIO
    except ImportError:     # until 2.6
        from StringIO import StringIO as BytesIO
    return BytesIO()


def bare(kind):
    """An instance without its __init__ called; on 2.4 exceptions are of old classes."""
    if isinstance(kind, type):
        return kind.__new__(kind)
    return types.InstanceType(kind)


def view(data, start, size):
    """Some of the bytes, to be written: without a copy where that works (2.7 on)."""
    if sys.version_info < (2, 7):
        return data[start:start + size]
    return memoryview(data)[start:start + size]


def cloexec(file):
    """Keep a descriptor, or what has one, from programs started later (until 3.4 they inherit it)."""
    if fcntl is not None:
        flags = fcntl.fcntl(file, fcntl.F_GETFD)
        fcntl.fcntl(file, fcntl.F_SETFD, flags | fcntl.FD_CLOEXEC)


def mask_interrupts(how='SIG_BLOCK'):
    """Block Ctrl-C in this thread, or SIG_UNBLOCK it; returns whether it was blocked before.

    A thread started to serve should not be the one that a signal interrupts, and a child should
    not be interrupted before it is able to answer.  None where that can't be said (until 3.3).
    """
    if not hasattr(signal, 'pthread_sigmask'):
        return None
    return signal.SIGINT in signal.pthread_sigmask(getattr(signal, how), [signal.SIGINT])


def _ignore_interrupts():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    mask_interrupts('SIG_UNBLOCK')


def deaf_start(unblocks=True):
    """What Popen is to call in the child so that Ctrl-C does not hit it while it starts, or None.

    Where that can't be blocked (mask_interrupts), nor unblocked by what is started, it is ignored,
    until hear_interrupts().
    """
    if hasattr(os, 'fork') and not (unblocks and hasattr(signal, 'pthread_sigmask')) and (
            signal.getsignal(signal.SIGINT) == signal.default_int_handler):
        return _ignore_interrupts
    return None


def hear_interrupts():
    """In a new interpreter that was started with deaf_start()."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def findable(name):
    """True if there is a module of that name to import; does not import it."""
    if name in sys.modules:
        return sys.modules[name] is not None
    try:
        from importlib.util import find_spec as find    # 3.4 on
    except ImportError:
        try:
            from pkgutil import find_loader as find     # 2.5 on
        except ImportError:
            from imp import find_module as find
    try:
        return find(name) is not None
    except ImportError:
        return False


def submodule(name):
    """multiprocessing's own submodule of that name; ImportError if it has none."""
    if hasattr(multiprocessing, 'submodule'):       # processing has other names for them
        return multiprocessing.submodule(name)
    try:
        found = __import__('multiprocessing.' + name, None, None, [name])
    except AttributeError:      # resource_tracker wants sem_unlink, there or not (3.8 and 3.9)
        raise ImportError(str(sys.exc_info()[1]))
    return getattr(found, '_beneath', found)        # see shim.installing


def forking_pickler():
    """The stdlib's ForkingPickler where it pickles in C with a table (3.4 on); else None."""
    if multiprocessing is None or sys.version_info < (3, 4):
        return None
    return submodule('reduction').ForkingPickler


FORKING_PICKLER = forking_pickler()


def spawn_module():
    """multiprocessing.spawn, which knows how to make a new interpreter look like this (3.4 on)."""
    if FORKING_PICKLER is None:
        return None
    return submodule('spawn')


def helper(method):
    """The module of the stdlib's own process for a start method: forkserver, resource tracker."""
    if method == 'spawn':
        method = ['semaphore_tracker', 'resource_tracker'][sys.version_info >= (3, 8)]
    return submodule(method)


def start_helper(method):
    """Have that process run.

    These outlive the pool, and what others start by them should be interrupted as ever: so Ctrl-C is
    not blocked while they start.  And until 3.13 the tracker's start would leave it so.
    """
    blocked = mask_interrupts('SIG_UNBLOCK')
    try:
        helper(method).ensure_running()
    finally:
        if blocked:
            mask_interrupts()


if sys.version_info < (2, 7):
    def before_fork():
        """Until 2.7 a child forked while another thread imports can't import for ever."""
        import imp
        imp.acquire_lock()

    def after_fork(child=False):
        """In the parent and in the child; until 2.6 that could not start a thread either."""
        import imp
        if child and hasattr(threading, '_active_limbo_lock'):
            threading._active_limbo_lock = allocate_lock()
        if imp.lock_held():     # in the child 2.6's own fork has let go of it
            imp.release_lock()
else:
    def before_fork():
        """Nothing to do: os.fork() does it."""

    def after_fork(child=False):
        """Nothing to do."""


# Until 2.7 Event.wait() does not tell whether it is set.
EVENTS_TELL = sys.version_info >= (2, 7)
# Until 3.8 a closed Queue answers to get(), and to put() with an AssertionError.
QUEUES_SHUT = sys.version_info >= (3, 8)
# Until 2.7 a Queue's thread imports something first: while a module is imported that waits for it,
# nothing arrives.
QUEUES_IMPORT = sys.version_info < (2, 7)
# From 3.14 on; to look whether there is concurrent.interpreters would import `concurrent`.
INTERPRETERS = sys.version_info >= (3, 14) and findable('_interpreters')
# From 3.7 on a module's names can be looked for when somebody asks (PEP 562).
LAZY_NAMES = sys.version_info >= (3, 7)

# From which version on multiprocessing has what.
SINCE = {'reducer': '3.6', 'set_forkserver_preload': '3.4', 'shared_memory': '3.8'}


# From which version on multiprocessing's own is as today: messages over 2 GiB (3.8); proxies of
# sets, and all methods of a dict's and a list's (3.14); a format that logging knows of (2.6);
# on_error (3.15); what does nothing (3.3), not even raise (PyPy 2.7).
TODAY = {
    'Pipe': (3, 8), 'Manager': (3, 14), 'log_to_stderr': (2, 6), 'set_forkserver_preload': (3, 15),
    'get_logger': (), 'freeze_support': (), 'allow_connection_pickling': (3, 3), 'set_executable': ()}


def dated(name):
    """True for a public name that backfill/ has, and this multiprocessing not, or not as today."""
    return name in TODAY and (
        sys.version_info < TODAY[name] or not hasattr(multiprocessing, name))


def why_missing(name):
    """What to tell whoever asks for something that multiprocessing has, but not here."""
    if multiprocessing is None:
        return ('this interpreter has no multiprocessing module, which is in the standard library'
                ' from Python 2.6 on; for 2.4 and 2.5 there is one to install')
    if absent:
        return 'processing %s, which stands in for multiprocessing here, has it not' % (
            multiprocessing.__version__)
    if name not in SINCE:
        return 'the multiprocessing of this Python, %d.%d, has it not' % sys.version_info[:2]
    return 'multiprocessing has it from Python %s on, and this is %d.%d' % (
        (SINCE[name],) + sys.version_info[:2])


def process_children():
    """The set that multiprocessing.active_children() is made of (until 3.3 one of the process)."""
    inside = submodule('process')
    if hasattr(inside, '_children'):
        return inside._children
    return multiprocessing.current_process()._children


def release(process):
    """Close what multiprocessing holds open for a process that has ended.

    Where objects go with their last reference, that is theirs to do. On PyPy a pool of short-lived
    workers would run out of descriptors first. The process still tells its exit code after this,
    as it would not after close() (3.7+).
    """
    if not hasattr(sys, 'getrefcount') and process.exitcode is not None:
        getattr(getattr(process, '_popen', None), 'close', int)()
