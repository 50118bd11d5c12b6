"""Queue, JoinableQueue, SimpleQueue of threads: nothing is pickled, the items are the caller's own.

As classes they belong to multiprocessing's, where there are any, for whoever asks isinstance().
"""
import threading
import weakref

from six.moves import queue

from shim.backfill.thread_locks import find

# Until 2.6 under its older name, which is deprecated from 3.10 on.
current_thread = getattr(threading, 'current_thread', None) or threading.currentThread


def related(name):
    """The class of that name in shim.queues; object where there is none."""
    try:
        home = __import__('shim.queues', None, None, [name])
    except (ImportError, NotImplementedError):
        return object
    found = getattr(home, name, object)
    if not isinstance(found, type):
        return object
    return found


def not_negative(timeout):
    """A negative timeout means at once in multiprocessing's queues; queue's refuse it."""
    if timeout is None or timeout > 0:
        return timeout
    return 0


class Queue(queue.Queue, related('Queue')):
    """queue.Queue, that can be closed.  maxsize: how many fit, or 0."""

    def __init__(self, maxsize=0):
        queue.Queue.__init__(self, max(0, maxsize))
        self._shut = weakref.WeakKeyDictionary()        # of the threads that have closed it

    def _check(self):
        if self._shut and current_thread() in self._shut:
            raise ValueError('Queue %r is closed' % (self,))

    def put(self, obj, block=True, timeout=None):
        """Append it; Full if that can't be done at once (block false) or in `timeout` seconds."""
        self._check()
        queue.Queue.put(self, obj, block, not_negative(timeout))

    def get(self, block=True, timeout=None):
        """Take the first; Empty if that can't be done at once (block false) or in `timeout` seconds."""
        self._check()
        return queue.Queue.get(self, block, not_negative(timeout))

    def put_nowait(self, obj):
        """put(obj, False)"""
        self.put(obj, False)

    def get_nowait(self):
        """get(False)"""
        return self.get(False)

    def close(self):
        """No more put() and get() by this thread: a ValueError.

        As between processes, of which each closes its own end: the others go on.
        """
        self._shut[current_thread()] = True

    def join_thread(self):
        """Nothing to wait for: here for programs that say so."""

    cancel_join_thread = join_thread


class Counting(Queue):
    """A queue that counts what is not worked off: where none does (until 2.5)."""

    def __init__(self, maxsize=0):
        Queue.__init__(self, maxsize)
        self._left, self._change = 0, find('Condition')()

    def _count(self, change):
        self._change.acquire()
        try:
            if self._left + change < 0:
                raise ValueError('task_done() called too many times')
            self._left += change
            if not self._left:
                self._change.notify_all()
        finally:
            self._change.release()

    def put(self, obj, block=True, timeout=None):
        """As Queue.put()."""
        self._count(1)
        try:
            Queue.put(self, obj, block, timeout)
        except:
            self._count(-1)
            raise

    def task_done(self):
        """One of those that get() returned is worked off; ValueError if there is none."""
        self._count(-1)

    def join(self):
        """Wait until all that was put is worked off."""
        self._change.acquire()
        try:
            while self._left:
                self._change.wait()
        finally:
            self._change.release()


bases = Queue, related('JoinableQueue')
if not hasattr(queue.Queue, 'task_done'):
    bases = (Counting,) + bases
JoinableQueue = type('JoinableQueue', bases, {
    '__module__': __name__,
    '__doc__': 'A Queue that can be waited for until all of it is worked off.'})


class SimpleQueue(related('SimpleQueue')):
    """A queue with put() and get() alone."""

    def __init__(self):
        self._items = Queue()

    def put(self, obj):
        """Append it."""
        self._items.put(obj)

    def get(self):
        """Take the first, once there is one."""
        return self._items.get()

    def empty(self):
        """True if there is none now."""
        return self._items.empty()

    def close(self):
        """No more put() and get(): a ValueError."""
        self._items.close()
