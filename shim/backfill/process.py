"""Process as in CPython 3.15, over anything that can be started, waited for and perhaps killed.

A start method supplies _Popen(process), which starts it and returns an object with

    pid, sentinel           of what was started
    poll()                  its exit code, or None while it runs
    wait(seconds or None)   waits, then as poll()
    terminate(), kill(), interrupt(), close()
    end_daemon()            the program ends: so should this

This is the Process where there is no multiprocessing, of threads, and of new interpreters where
multiprocessing can't start any (before 3.4).
"""
import itertools
import os
import sys
import time

from shim import compat, ending

_counter = itertools.count(1)
_children = {}              # {pid: {process: True}}: started there, not known to have ended


def _mine():
    """The children of this process: one made by fork begins without, and with an end of its own."""
    pid = os.getpid()
    if pid not in _children:
        inherited = list(_children)
        _children.setdefault(pid, {})
        for parent in inherited:
            _children.pop(parent, None)
        ending.at_exit(_at_exit, -1)       # what asks them to end has been called by then
    return _children[pid]


def active_children():
    """The list of the children that run; joins those that have ended."""
    mine = _mine()
    for process in list(mine):
        if process._popen.poll() is not None:
            mine.pop(process, None)
    return list(mine)


def _at_exit():
    """As multiprocessing: daemons are ended, the others waited for."""
    for process in active_children():
        if process.daemon:
            process._popen.end_daemon()
    for process in active_children():
        if not process.daemon:
            process._popen.wait(None)


def exit_code_of(run, name, passing=(), stream=None):
    """Call run(); returns the exit code of a process that did so.

    passing: what it lets pass.  stream: for the last words, instead of stderr.
    """
    try:
        run()
        return 0
    except passing:
        raise
    except SystemExit:
        code = sys.exc_info()[1].code
        if code is None:
            return 0
        if isinstance(code, int):
            return code
        (stream or sys.stderr).write('%s\n' % (code,))
        return 1
    except:     # noqa: E722
        import traceback
        (stream or sys.stderr).write('Process %s:\n%s' % (name, traceback.format_exc()))
        (stream or sys.stderr).flush()
        return 1


def inherit(method):
    """In a child: its children are started as it was, unless it wants another way."""
    if method is not None:      # of none of the contexts
        from shim.context import set_start_method
        set_start_method(method, True)


if compat.multiprocessing is not None:
    current_process = compat.multiprocessing.current_process
else:
    def current_process():
        """The process that this is."""
        return _current[-1]


class Polled(object):
    """What is the same of every _Popen that is a process: its poll() has to be asked."""

    def wait(self, timeout):
        """Its exit code once it has ended; None after so many seconds, unless that is None."""
        pause, end = 0.0005, compat.monotonic() + (timeout or 0)
        while self.poll() is None:
            left = 1
            if timeout is not None:
                left = end - compat.monotonic()
                if left <= 0:
                    break
            pause = min(2 * pause, 0.05, left)
            time.sleep(pause)
        return self.poll()

    def end_daemon(self):
        """The program ends."""
        self.terminate()
        self.wait(None)


class BaseProcess(object):
    """A function that runs elsewhere, as multiprocessing's Process of CPython 3.15.

    group: None.  target: what to call with args and kwargs.  name: str.  daemon: True if the
    program does not wait for it when it ends; default: as the current process.
    """

    _start_method = None

    def __init__(self, group=None, target=None, name=None, args=(), kwargs={}, daemon=None):
        if group is not None:
            raise AssertionError('group argument must be None for now')
        parent = current_process()
        self._identity = tuple(getattr(parent, '_identity', ())) + (compat.next(_counter),)
        self._parent_pid, self._parent_name = os.getpid(), parent.name
        self._popen, self._closed = None, False
        self._target, self._args, self._kwargs = target, tuple(args), dict(kwargs)
        self._name = name or '%s-%s' % (
            self.__class__.__name__, ':'.join([str(number) for number in self._identity]))
        self._authkey = None
        if daemon is None:
            daemon = parent.daemon and self._start_method != 'thread'
        self._daemonic = bool(daemon)

    def _Popen(self):
        raise NotImplementedError

    def _check_open(self):
        if self._closed:
            raise ValueError('process object is closed')

    def _started(self, what):
        """The _Popen; AssertionError before start(), as the stdlib."""
        self._check_open()
        if self._parent_pid != os.getpid():
            raise AssertionError('can only %s a child process' % what)
        if self._popen is None:
            raise AssertionError('can only %s a started process' % what)
        return self._popen

    def run(self):
        """What the process does: call the target.  A subclass may do something else."""
        if self._target:
            self._target(*self._args, **self._kwargs)

    def _bootstrap(self):
        """In its new interpreter: run it, return its exit code."""
        self.authkey = self.authkey     # its own now, or else that of who started it
        _current.append(self)
        inherit(self._start_method)
        return exit_code_of(self.run, self._name)

    def start(self):
        """Start it; only once."""
        self._check_open()
        if self._popen is not None:
            raise AssertionError('cannot start a process twice')
        if self._parent_pid != os.getpid():
            raise AssertionError('can only start a process object created by current process')
        if current_process().daemon and self._start_method != 'thread':
            raise AssertionError('daemonic processes are not allowed to have children')
        active_children()
        self._popen = self._Popen()
        _mine()[self] = True

    def join(self, timeout=None):
        """Wait until it ends, or so many seconds."""
        if self._started('join').wait(timeout) is not None:
            _mine().pop(self, None)

    def is_alive(self):
        """True while it runs."""
        self._check_open()
        if self._popen is None or self._parent_pid != os.getpid():
            return False
        if self._popen.poll() is None:
            return True
        _mine().pop(self, None)
        return False

    def terminate(self):
        """End it: SIGTERM.  NotImplementedError where that can't be done."""
        self._started('terminate').terminate()

    def kill(self):
        """End it at once: SIGKILL.  NotImplementedError where that can't be done."""
        self._started('kill').kill()

    def interrupt(self):
        """KeyboardInterrupt in it: SIGINT.  NotImplementedError where that can't be done."""
        self._started('interrupt').interrupt()

    def close(self):
        """Let go of what it holds of the system; ValueError while it runs."""
        if self._popen is not None:
            if self._popen.poll() is None:
                raise ValueError('Cannot close a process while it is still running. You should'
                                 ' first call join() or terminate().')
            self._popen.close()
            self._popen = None
            _mine().pop(self, None)
        self._closed = True

    def _get_exitcode(self):
        self._check_open()
        if self._popen is None:
            return None
        return self._popen.poll()

    exitcode = property(_get_exitcode, doc='None while it runs; if negative, the signal.')

    def _get_pid(self):
        self._check_open()
        if current_process() is self:
            return os.getpid()
        if self._popen is None:
            return None
        return self._popen.pid

    pid = ident = property(_get_pid, doc='Its process id; None before start().')

    def _get_sentinel(self):
        self._check_open()
        if self._popen is None:
            raise ValueError('process not started')
        return self._popen.sentinel

    sentinel = property(_get_sentinel, doc='A descriptor that can be read once it has ended.')

    def _set_name(self, name):
        if not isinstance(name, str):
            raise AssertionError('name must be a string')
        self._name = name

    name = property(lambda self: self._name, _set_name)

    def _set_daemon(self, daemonic):
        if self._popen is not None:
            raise AssertionError('process has already started')
        self._daemonic = bool(daemonic)

    daemon = property(lambda self: self._daemonic, _set_daemon,
                      doc='True if the program does not wait for it when it ends.')

    def _get_authkey(self):
        if self._authkey is None and current_process() is not self:
            return current_process().authkey
        return self._authkey

    def _set_authkey(self, key):
        from shim.engines.main_module import str_of
        self._authkey = str_of(key)     # a child may have one of its own methods done elsewhere

    authkey = property(_get_authkey, _set_authkey, doc='The secret of its connections, in bytes.')

    def __repr__(self):
        if self._closed:
            status = 'closed'
        elif self._popen is None:
            status = 'initial'
        elif self._popen.poll() is None:
            status = 'started'
        else:
            status = 'stopped exitcode=%s' % self._popen.poll()
        return '<%s name=%r parent=%s %s%s>' % (
            self.__class__.__name__, self._name, self._parent_pid, status,
            ['', ' daemon'][self._daemonic])


class MainProcess(BaseProcess):
    """The program itself, where there is no multiprocessing."""

    def __init__(self):
        self._identity, self._name, self._daemonic, self._closed = (), 'MainProcess', False, False
        self._parent_pid, self._popen, self._parent_name = None, None, None
        self._authkey = os.urandom(32)


_current = [MainProcess()]      # a child appends itself
