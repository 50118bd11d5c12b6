"""Tasks run in the caller, one after the other: where there is nothing else, and to debug."""
import os

from shim import errors, outcome, stats
from shim.engines import base, thread


class Caller(object):
    """The one worker: this process."""

    name, exitcode = 'SerialPoolWorker-1', None

    def __init__(self):
        self.pid = os.getpid()

    def is_alive(self):
        return self.exitcode is None


class Popen(thread.Popen):
    """What ran within start(), as a Process has it."""

    def _start(self, process):
        self._run(process, KeyboardInterrupt)

    def _return(self):
        pass        # its thread is the caller's


class SerialEngine(base.Engine):
    """Tasks run as they are posted, in the caller."""

    limits, here = False, True
    lazy = True

    def start(self):
        self.size = 1
        self.workers = [Caller()]
        if self.initializer is not None:
            try:
                self.initializer(*self.initargs)
            except:     # noqa: E722
                self._end(errors.PoolBrokenError(
                    'the pool is broken: its initializer raised\n%s' % outcome.trace_text()))

    def name_of(self, func):
        return None     # nothing travels

    def pack(self, call, func, args, kwds=None):
        return func, args, kwds or {}

    def post(self, task):
        if self.error is not None:
            base.fail(task, self.error)
            return
        content = thread.run(task.call.mode, task.item)
        self.done += 1
        base.settle(task, content)
        # Ctrl-C in one of many tasks is meant for all of them.
        return not isinstance(content[1], KeyboardInterrupt) or content[0] != outcome.RAISE

    def report(self, task, content):
        base.settle(task, content)

    def room(self, call):
        return 1 << 30

    def finish_feed(self, feed, total, error):
        self.feeds.pop(feed, None)
        feed.job.end(total, error)

    def close(self):
        self.closing = True
        for feed in list(self.feeds):
            while feed.step():
                pass
        self._end(ValueError('Pool not running'))

    def terminate(self):
        self._end(base.terminated())

    def _end(self, error):
        self.error = error
        for caller in self.workers:
            caller.exitcode = 0
        if not self.ended.happened:
            stats.note(self)
        self.ended.fire()
