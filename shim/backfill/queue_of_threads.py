"""The queue of the context 'thread': the stdlib's queue, with what multiprocessing's has beside."""
from six.moves import queue


class Queue(queue.Queue):
    """queue.Queue; close() and the like have nothing to do here."""

    def close(self):
        """No more items from this process: here for programs that say so."""

    join_thread = cancel_join_thread = close
