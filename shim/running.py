"""Running tasks on the far side, whoever they came from: a worker's channel or a job."""
import sys

from shim import errors, outcome, pickling


class Runs(object):
    """Knows the functions that have arrived, and runs tasks with them."""

    running = False     # in the user's code

    def __init__(self):
        self.calls = {}         # {key: [function or None, mode, pickled function or None]}
        for mode in (outcome.ONE, outcome.MAP, outcome.STAR):
            self.calls[mode] = [None, mode, None]

    def learn(self, key, mode, blob):
        """Take a function, by its pickle: the tasks with that key call it."""
        self.calls[key] = [None, mode, blob]

    def remark(self, error):
        """Add to an exception of the user's code what only this kind of worker can know."""

    def run(self, key, item):
        """The outcome of one task; raises nothing."""
        call = self.calls[key]
        try:
            try:
                self.running = True
                if call[2] is not None:
                    call[0] = pickling.loads(call[2])
                    call[2] = None
                value = outcome.run(call[0], call[1], item)
            finally:
                self.running = False
        except:     # noqa: E722  sys.exit and all the others are the task's outcome
            self.remark(errors.current())
            trace = outcome.trace_text()
            try:
                return outcome.of_error(errors.current(), trace)
            except:     # noqa: E722  the exception's own code raises
                kind = str(sys.exc_info()[0])
                return outcome.of_error(errors.RemoteError(kind, '<unprintable>', trace))
        return outcome.of_value(value)


def flush_streams():
    """What a task printed is out before its result is: terminate() may be the next thing."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except:     # noqa: E722  none, closed, or the user's own
            pass
