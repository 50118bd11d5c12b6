"""await result, in a program of asyncio: the event loop goes on until the result is there."""
import asyncio
import sys


def future(result):
    """A future of the event loop that runs now, which will be as the result."""
    waiter = LoopWaiter(result)
    waiters = result.__dict__.setdefault('_waiters', [])
    waiters.append(waiter)
    # Taken off here, so that those whose await was cancelled do not pile up.
    waiter.future.add_done_callback(lambda done: waiter in waiters and waiters.remove(waiter))
    if result.happened:
        waiter.wake()       # not done at once: the loop has its turn before
    return waiter.future


class LoopWaiter(object):
    """As the waiters of shim.waiting, for one who does not sleep."""

    def __init__(self, result):
        # In a coroutine that is the loop which runs it (get_running_loop() is 3.7+).
        self.result, self.loop = result, asyncio.get_event_loop()
        self.future = self.loop.create_future()

    def wake(self):
        """Called in any thread."""
        try:
            self.loop.call_soon_threadsafe(self._look)
        except RuntimeError:    # the loop was closed: nobody waits any more
            pass

    def _look(self):
        # Cancelled, or woken twice; or woken to look at what there is of the result so far.
        if self.future.done() or not self.result.happened:
            return
        try:
            self.future.set_result(self.result.get(0))
        except:     # noqa: E722
            self.future.set_exception(passable(sys.exc_info()[1]))


def passable(error):
    """The exception, or what stands for one that no coroutine can raise (PEP 479)."""
    if not isinstance(error, StopIteration):
        return error
    stand_in = RuntimeError('the task raised StopIteration')
    stand_in.__cause__ = error
    return stand_in
