"""What CPython can't do while there are sub-interpreters: fork, and end while one of them runs.

A forked child crashes as it clears what it inherited of them (python/cpython issue 139759).  The end
of the program takes their threads' states away, running or not, which crashes or hangs (126016);
and nothing can stop them.  So then the program ends at once, after all of its exit functions, with
the exit code that it has.  As nobody tells that, we look at what leaves the main thread's first
frame, for as long as there are any.
"""
import atexit
import os
import sys
import threading

from shim import compat

TOOLS = 4, 3            # of sys.monitoring, which leaves the other numbers to others
FREE = 'shim.engines.beside'

_running = {}           # {what runs a sub-interpreter here: True}
_code = [0]             # this program's exit code, as far as is known; negative: a signal
_last = []              # not empty once Last is registered
_survives = {}          # {pid: whether a child forked beside a sub-interpreter does}
_lock = compat.allocate_lock()


def begins(interpreter):
    """A thread begins to run a sub-interpreter."""
    _lock.acquire()
    try:
        _running[interpreter] = True
        if not _last:
            _last.append(True)
            atexit.register(Last())
        if len(_running) == 1:
            _listen(True)
    finally:
        _lock.release()


def ended(interpreter):
    """It is closed."""
    _lock.acquire()
    try:
        _running.pop(interpreter, None)
        if not _running:
            _listen(False)
    finally:
        _lock.release()


def _listen(listen):
    monitoring = sys.monitoring
    for tool in TOOLS:
        if monitoring.get_tool(tool) in (None, FREE):
            if listen:
                monitoring.use_tool_id(tool, FREE)
                monitoring.register_callback(tool, monitoring.events.PY_UNWIND, Unwound())
                monitoring.set_events(tool, monitoring.events.PY_UNWIND)
            elif monitoring.get_tool(tool) == FREE:
                monitoring.set_events(tool, 0)
                monitoring.free_tool_id(tool)
            return


class Unwound(object):
    """Called for each frame that an exception leaves."""

    def __init__(self):
        frame = sys._current_frames().get(threading.main_thread().ident)
        while frame is not None and frame.f_back is not None:
            frame = frame.f_back
        # By its code: exit functions have no caller either.
        self.first = getattr(frame, 'f_code', None)

    def __call__(self, code, offset, error):
        if code is self.first and compat.is_main_thread():
            if sys._getframe(1).f_back is None:
                _code[:] = [code_of(error)]


def code_of(error):
    """The exit code of a program that this exception ends."""
    if isinstance(error, KeyboardInterrupt):
        return -compat.signal.SIGINT
    if not isinstance(error, SystemExit):
        return 1
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xff
    return 1


class Last(object):
    """What atexit alone has, and lets go of when it has called all of its functions."""

    called = False

    def __init__(self):
        self.pid = os.getpid()

    def __call__(self):
        self.called = True

    def __del__(self):
        # Without a caller: it is not the program that has called them.
        if (self.called and _running and self.pid == os.getpid()
                and sys._getframe().f_back is None):
            leave()


def leave():
    """End this process at once."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:       # none, or closed
            pass
    if _code[0] < 0:
        compat.signal.signal(-_code[0], compat.signal.SIG_DFL)
        os.kill(os.getpid(), -_code[0])
    os._exit(_code[0])


def check_fork():
    """Raise RuntimeError if a child forked now would crash: it is tried, once."""
    if len(sys.modules['_interpreters'].list_all()) < 2:
        return
    me = os.getpid()
    if me not in _survives:
        pid = os.fork()
        if not pid:
            os._exit(0)
        _survives[me] = os.waitpid(pid, 0)[1] == 0
    if not _survives[me]:
        raise RuntimeError(
            'there are sub-interpreters in this process, and a child that is forked now would crash'
            " (python/cpython issue 139759): take another context, such as 'spawn', or close the"
            " pools of the context 'interpreter' first")
