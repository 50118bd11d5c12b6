"""Tasks of executors: the index of a task is its future, its job the Landing of the executor.

    claim(task)         as a worker is to get it: the future runs from now on, or it was cancelled
    Landing.settle()    how it ended: unpacked in the engine's thread, as nobody asks for it there;
                        callbacks run in that thread, too
    run_here()          both in the thread of the task, where tasks run in this process

What a future refuses or a callback raises is logged: the engine goes on.
"""
from shim import logs, outcome
from shim.engines import thread
from shim.errors import PoolTerminatedError


def begin(future):
    """True if the call is to be begun, or has been: it can't be cancelled any more."""
    try:
        return future.running() or future.set_running_or_notify_cancel()
    except Exception:
        logs.report('ERROR', 'shim: somebody else has set %r: its call is not run', future,
                    exc_info=True)
        return False


def claim(task):
    """The same, of a task that a worker is to get."""
    return begin(task.index)


def give_up(task):
    """Cancel it, which no worker has begun; returns True if it is to run all the same.

    If a worker has handed it back, its future has said that it runs, and takes that back: what runs
    can't be cancelled.
    """
    future = task.index
    if future.running():
        if hasattr(future, '_state'):
            future._state = 'PENDING'       # concurrent.futures'
        else:
            vars(future).pop('_fate', None)
    cancel(future)
    return claim(task)


def cancel(future):
    """Cancel it, if it was not begun before."""
    try:
        future.cancel()
    except:     # noqa: E722  a callback raised what is no Exception
        logs.report('ERROR', 'shim: a callback of %r raised', future, exc_info=True)


def land(future, good, value):
    """The call returned or raised this."""
    try:
        if good:
            future.set_result(value)
        else:
            future.set_exception(value)
    except:     # noqa: E722  a callback raised what is no Exception; or somebody else set it
        logs.report('ERROR', 'shim: nobody else hears how the call of %r ended', future,
                    exc_info=True)


class Landing(object):
    """The job of all tasks of an executor; the index of a task is its future."""

    def __init__(self, words, call_out):
        self.words = words      # {exception of the pool's: what a future raises for it}
        self.call_out = call_out        # the engine's, for callbacks

    def settle(self, future, content):
        """How it ended.  Called by the engine."""
        if type(content) is tuple and content[0] == outcome.RAISE:
            self.fail(future, content[1])
        else:
            self.land(future, *outcome.unpack(content))

    def land(self, future, good, value):
        if getattr(future, '_done_callbacks', None):
            self.call_out(land, future, good, value)
        else:
            land(future, good, value)

    def fail(self, future, error):
        """No worker returned it."""
        word = self.words.get(error.__class__)
        if word is not None:
            error = word(*error.args)
        if isinstance(error, PoolTerminatedError):
            self.call_out(cancel, future)      # unless it runs
        if begin(future):
            self.land(future, False, error)


class LandingHere(Landing):
    """The same where run_here() has told the future."""

    def settle(self, future, content):
        if outcome.failed(content):
            self.fail(future, content[1])


def run_here(future, mode, item):
    """A task in a thread of this process."""
    if begin(future):
        content = thread.run(mode, item)
        land(future, content[0] == outcome.RAW, content[1])
