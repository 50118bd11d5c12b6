"""A Process as one job of a scheduler: it runs its target to its end.

    Popen -- a pool of one lane -- the scheduler --> errand(process) --> (pid, exit code, stderr)

What it writes as it ends, a traceback or the text given to sys.exit(), comes back with the exit
code, as nobody looks at what a scheduler's worker prints.
"""
import os
import sys

import six

from shim import compat, engines, errors, outcome
from shim.backfill.process import exit_code_of
from shim.engines import base, thread

UNKNOWN = 255           # the exit code of what was lost, as of a forkserver's child


def errand(process):
    """What the job does."""
    written = six.StringIO()
    code = exit_code_of(process.run, process.name, (), written)
    return os.getpid(), code, written.getvalue()


class Popen(thread.Popen):
    """A job as a Process has it: see shim.backfill.process.  Its pid is known once it has ended."""

    def __init__(self, process, context):
        self._context, self._ending = context, None
        thread.Popen.__init__(self, process)

    def _start(self, process):
        self.pid, self._name = None, process.name
        kind = engines.engine_class(self._context.engine_name)
        self._engine = engine = kind(1, None, (), None, self._context.options)
        engine.patient = not process.daemon
        engine.start()
        try:
            call = engine.call(errand, outcome.ONE)
            item = engine.pack(call, errand, (process,))
        except:
            engine.terminate()
            raise
        engine.post(base.Task(call, item, self, 0))
        engine.close()

    def settle(self, index, content):
        """The job has ended; called by the engine."""
        good, value = outcome.unpack(content)
        if good:
            self.pid, code, written = value
        elif self._ending or isinstance(value, errors.PoolTerminatedError):     # the program ends
            code, written = -(self._ending or compat.signal.SIGTERM), ''
        else:
            code = getattr(value, 'exitcode', None) or UNKNOWN
            written = 'Process %s: %s\n' % (self._name, errors.described(value))
        try:
            if written:
                sys.stderr.write(written)
        finally:
            self._code = code
            self._over.fire()
            self._show()

    def _return(self):
        self._engine.ended.wait_for(thread.PATIENCE)

    def terminate(self):
        self._end(compat.signal.SIGTERM)

    def kill(self):
        self._end(compat.SIGKILL)

    def _end(self, number):
        if self._code is None:
            if self._engine.unlimited:
                raise NotImplementedError(
                    'the job of this process cannot be ended from outside: %s; let it look at an'
                    ' Event of a Manager now and then, or use a local context'
                    % self._engine.unlimited)
            self._ending = number
            self._engine.abandon()

    def interrupt(self):
        raise NotImplementedError('the job of this process cannot be interrupted; it is not a child'
                                  ' of this program')

    def end_daemon(self):
        self._engine.abandon()
