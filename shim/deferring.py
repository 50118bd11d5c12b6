"""result.deferred(): a Deferred of Twisted's, for programs that its reactor runs."""
import sys

from twisted.internet import reactor
from twisted.internet.defer import Deferred


def deferred(result):
    """A Deferred that will be as the result; it fires in the reactor's thread."""
    waiter = DeferredWaiter(result)
    result.__dict__.setdefault('_waiters', []).append(waiter)
    if result.happened:
        waiter.wake()       # not fired at once: who asks adds its callbacks before
    return waiter.deferred


class DeferredWaiter(object):
    """As the waiters of shim.waiting, for one who does not sleep."""

    def __init__(self, result):
        self.result, self.deferred = result, Deferred(self._leave)

    def wake(self):
        """Called in any thread."""
        reactor.callFromThread(self._look)

    def _leave(self, cancelled=None):
        waiters = self.result._waiters
        if self in waiters:
            waiters.remove(self)

    def _look(self):
        # Cancelled, or woken twice; or woken to look at what there is of the result so far.
        if self.deferred.called or not self.result.happened:
            return
        self._leave()
        try:
            value = self.result.get(0)
        except:     # noqa: E722  whatever the task raised
            self.deferred.errback(sys.exc_info()[1])
        else:
            self.deferred.callback(value)
