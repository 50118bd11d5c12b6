"""The exceptions: the stdlib's own classes where it has them, and what it has no word for.

They pickle with all they know, so that a pool inside a task can pass them on.
"""
import sys

from shim import compat

if compat.multiprocessing is not None:
    ProcessError = compat.multiprocessing.ProcessError
    BufferTooShort = compat.multiprocessing.BufferTooShort
    TimeoutError = compat.multiprocessing.TimeoutError
    AuthenticationError = compat.multiprocessing.AuthenticationError
else:
    class ProcessError(Exception):
        """Base of multiprocessing's own exceptions."""

    class BufferTooShort(ProcessError):
        """A message is longer than the buffer for it."""

    class AuthenticationError(ProcessError):
        """The other side of a connection does not know the key."""

    class TimeoutError(ProcessError):
        """A time limit passed before the result was there."""


class Missing(object):
    """The hole in `results` where a task has none; there is one only, MISSING."""

    def __repr__(self):
        return 'MISSING'

    def __reduce__(self):
        return 'MISSING'


MISSING = Missing()


class PoolError(RuntimeError):
    """Base of what can go wrong with a pool rather than within a task."""


class WorkerLostError(PoolError):
    """A worker died before it could return the task.

    pid, exitcode: of the worker, as Process has them (a negative exitcode is a signal; None if
    somebody else took the status).
    started: True if the task had begun; None if nobody knows, as it was batched right behind the one
    that ran, or its scheduler has gone; False if it had not.
    results: of a map, the list of all results, MISSING where there is none; else None.
    tries: how many workers it was given to and died, this one with them; see retries=.
    reason: what a scheduler said that had the task as a job (str), else None.
    """

    def __init__(self, pid=None, exitcode=None, started=True, results=None, tries=1, reason=None):
        PoolError.__init__(self, pid, exitcode, started)
        self.pid, self.exitcode, self.started, self.results = pid, exitcode, started, results
        self.tries, self.reason = tries, reason

    def __reduce__(self):
        return type(self), (self.pid, self.exitcode, self.started, self.results, self.tries,
                            self.reason)

    def __str__(self):
        if self.reason is not None:
            again = ''
            if self.tries > 1:
                again = '; that was its try number %d' % self.tries
            return 'the job with this task was lost: %s%s' % (self.reason, again)
        ended = 'for unknown reasons'
        if self.exitcode is not None and self.exitcode < 0:
            ended = 'by signal %d' % -self.exitcode
        elif self.exitcode is not None:
            ended = 'with exit code %d' % self.exitcode
        state = 'while it ran this task'
        if not self.started:
            state = 'with this task begun or about to begin'
        again = 'it was not run again, as it may have had effects'
        if self.tries > 1:
            again = 'that was its try number %d' % self.tries
        return ('worker %s ended %s %s; %s. Look for os._exit(), a crash in C code or the'
                ' out-of-memory killer' % (self.pid, ended, state, again))


class TaskTimeoutError(TimeoutError):
    """The task ran longer than its task_timeout; its worker was killed.

    limit: the task_timeout, in seconds.  results: as of WorkerLostError.
    """

    def __init__(self, limit=None, pid=None, results=None):
        TimeoutError.__init__(self, limit, pid)
        self.limit, self.pid, self.results = limit, pid, results

    def __reduce__(self):
        return type(self), (self.limit, self.pid, self.results)

    def __str__(self):
        return 'the task ran longer than task_timeout=%s seconds; its worker %s was killed' % (
            self.limit, self.pid)


class PoolBrokenError(PoolError):
    """The pool can't start workers: they raise in the initializer, or die as they start."""


class PoolTerminatedError(PoolError):
    """terminate() came before the result."""


class RemoteError(Exception):
    """Stands in for an exception of a task that can't be rebuilt here.

    type_name: 'module.Class' of the exception; text: its str(); traceback: as printed there.
    """

    def __init__(self, type_name, text, traceback=''):
        Exception.__init__(self, type_name, text, traceback)
        self.type_name, self.text, self.traceback = type_name, text, traceback

    def __str__(self):
        return '%s: %s (its class or its state did not come through pickle)' % (
            self.type_name, self.text)


class RemoteTraceback(Exception):
    """The cause of a task's exception: the traceback as printed in the worker."""

    def __init__(self, tb):
        Exception.__init__(self, tb)
        self.tb = tb

    def __str__(self):
        return self.tb


class MaybeEncodingError(Exception):
    """A task's result can't be pickled."""

    def __init__(self, exc, value):
        self.exc, self.value = repr(exc), repr(value)
        Exception.__init__(self, self.exc, self.value)

    def __str__(self):
        return "Error sending result: '%s'. Reason: '%s'" % (self.value, self.exc)


def stdlib_class(own):
    """The class of that name in multiprocessing.pool where it has one (from 2.7, 3.4 on).

    Only when there is something to raise: importing it is slow, and `import shim` does not.
    """
    if compat.multiprocessing is None:
        return own
    try:
        return getattr(compat.submodule('pool'), own.__name__, own)
    except ImportError:     # it needs _multiprocessing, which may not be here
        return own


def described(error):
    """An exception in a line of text."""
    try:
        return '%s: %s' % (error.__class__.__name__, error)
    except:     # noqa: E722  its own code raises
        return error.__class__.__name__


def current():
    """The exception being handled, as an instance (2.4 and 2.5 know strings and old classes)."""
    kind, value = sys.exc_info()[:2]
    if isinstance(value, compat.BaseException):
        return value
    return RemoteError(str(kind), str(value))
