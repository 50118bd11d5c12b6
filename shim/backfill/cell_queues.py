"""Queue, SimpleQueue, JoinableQueue over a ring in a file: as multiprocessing's, without semaphores.

    put() --> [buffer, a thread: Queue without maxsize] --> ring.py --> get()

Who puts into a queue with a limit, or into a SimpleQueue, writes into the ring itself.
"""
import os
import threading
import traceback
from collections import deque

from six.moves import queue

from shim import compat, ending, pickling, threads
from shim.backfill import cells, folders
from shim.backfill.ring import ANY, COUNTS, ITEMS, Ring

Empty, Full = queue.Empty, queue.Full
__all__ = ['Empty', 'Full', 'JoinableQueue', 'Queue', 'SimpleQueue']

MOST = 32767        # the largest maxsize, as where semaphores are narrow (macOS)
LAST_WORDS = folders.LAST + 5     # before the folder goes: see shim.ending


class Reader(object):
    """A queue's receiving end, for connection.wait() and select(): as the stdlib's Queue._reader."""

    def __init__(self, ring):
        self._ring, self._number = ring, None

    def fileno(self):
        if self._number is None:
            self._number = self._ring.watch()
        return self._number

    def recv(self):
        return pickling.loads(self._ring.get(None))

    def poll(self, timeout=0.0):
        """True if there is a message within so many seconds."""
        return self._ring.cell.wait(self._ring.size, timeout, ITEMS) > 0

    def close(self):
        """It goes with the queue."""


class SimpleQueue(cells.Shared):
    """put() and get(); put() waits while more is in there than a pipe takes."""

    _closed, _most = False, ANY

    def __init__(self, ctx=None):
        self._restore(Ring())

    def _state(self):
        return self._ring,

    def _restore(self, ring):
        self._ring, self._reader = ring, Reader(ring)

    def _check_open(self):
        if self._closed:
            raise ValueError('Queue %r is closed' % (self,))

    def put(self, obj):
        """Put something; waits for room."""
        self._check_open()
        self._ring.put(pickling.plain_dumps(obj), self._most, None)

    def get(self):
        """The next one; waits for it."""
        self._check_open()
        return pickling.loads(self._ring.get(None))

    def empty(self):
        """True if there is nothing in it."""
        return self._ring.size() == 0

    def close(self):
        """This process does not use it any more."""
        self._closed = True


class Queue(SimpleQueue):
    """A queue for many processes that put and many that get.

    maxsize: how many it holds at most (int); with 0 any number, and put() never waits: a thread of
    the process that puts hands them on.
    """

    def __init__(self, maxsize=0, ctx=None):
        maxsize = max(0, compat.index(maxsize))
        if maxsize > MOST:
            raise ValueError('maxsize is at most %d here, or 0: no limit' % MOST)
        self._restore(Ring(maxsize), maxsize)

    def _state(self):
        return self._ring, self._maxsize

    def _restore(self, ring, maxsize):
        SimpleQueue._restore(self, ring)
        self._maxsize, self._most = maxsize, maxsize or ANY
        self._feeder = None

    def put(self, obj, block=True, timeout=None):
        """Put something; Full if there is no room at once (block false) or in `timeout` seconds."""
        self._check_open()
        if not self._maxsize:
            self._own_feeder().put(obj)
        elif not self._ring.put(pickling.plain_dumps(obj), self._most, limit(block, timeout)):
            raise Full

    def _started(self):
        """The feeder of this process, if it has one: not that of who forked it."""
        if self._feeder is not None and self._feeder.pid == os.getpid():
            return self._feeder
        return None

    def _own_feeder(self):
        if self._started() is None:
            self._feeder = Feeder(self._ring, self._most)
        return self._feeder

    def get(self, block=True, timeout=None):
        """The next one; Empty if there is none at once (block false) or in `timeout` seconds."""
        self._check_open()
        data = self._ring.get(limit(block, timeout))
        if data is None:
            raise Empty
        return pickling.loads(data)

    def put_nowait(self, obj):
        """put() that does not wait."""
        self.put(obj, False)

    def get_nowait(self):
        """get() that does not wait."""
        return self.get(False)

    def qsize(self):
        """How many are in there, those included that only this process has so far."""
        return self._ring.cell.locked(self._size)

    def _size(self):
        size, feeder = self._ring.size(), self._started()
        if feeder is not None:
            size += len(feeder.buffer)
        return size

    def full(self):
        """True if there are as many as may be."""
        return 0 < self._maxsize <= self._ring.size()

    def close(self):
        """This process puts and gets no more; what it has put will still go out."""
        self._closed = True
        feeder = self._started()
        if feeder is not None:
            feeder.close()

    def join_thread(self):
        """Wait, after close(), until all is out that this process has put."""
        if not self._closed:
            raise AssertionError('Queue %r not closed' % (self,))
        feeder = self._started()
        if feeder is not None:
            feeder.join()

    def cancel_join_thread(self):
        """Let the end of this process not wait for what it has put: it may be lost."""
        if not self._maxsize:
            self._own_feeder().cancelled = True

    def __del__(self, getpid=os.getpid):
        feeder = getattr(self, '_feeder', None)
        if feeder is not None and feeder.pid == getpid():
            feeder.close()


def limit(block, timeout):
    """Seconds to wait at most, or None."""
    if not block:
        return 0
    return timeout


class Feeder(object):
    """Hands on what a process has put into a queue; the process waits for it at its end."""

    def __init__(self, ring, most):
        self.pid, self.buffer, self.cancelled = os.getpid(), deque(), False
        self._ring, self._most, self._thread, self._ended = ring, most, None, False
        self._change, self._registered = threading.Condition(threading.Lock()), None

    def put(self, obj):
        self._change.acquire()
        try:
            if self._thread is None:
                self._registered = ending.at_exit(self._at_exit, LAST_WORDS)
                self._thread = threads.start(self._run, (), 'QueueFeederThread')
            self.buffer.append(obj)
            self._change.notify()
        finally:
            self._change.release()

    def close(self):
        """It ends when all is out."""
        self._change.acquire()
        try:
            self._ended = True
            self._change.notify()
        finally:
            self._change.release()

    def join(self):
        if self._thread is not None and not self.cancelled:
            self._thread.join()

    def _at_exit(self):
        self.close()
        self.join()

    def _run(self):
        compat.mask_interrupts()
        while self._next():
            out = []

            def then():
                self.buffer.popleft()
                out.append(True)
            try:
                self._ring.put(pickling.plain_dumps(self.buffer[0]), self._most, None, then)
            except Exception:       # it does not pickle, or the disk is full
                if not out:
                    self.buffer.popleft()
                traceback.print_exc()
        ending.not_at_exit(self._registered)

    def _next(self):
        self._change.acquire()
        try:
            while not self.buffer and not self._ended:
                self._change.wait()
            return bool(self.buffer)
        finally:
            self._change.release()


DONE, ANNOUNCED = 0, 1      # numbers of a JoinableQueue's cell: worked off; given to feeders


class JoinableQueue(Queue):
    """A Queue that knows how many of its messages are not worked off; join() waits for that.

    With a limit a message counts as it is put into the ring, by the same write: who is killed while
    it waits for room has put none.  What is given to a feeder counts from then on.
    """

    def __init__(self, maxsize=0, ctx=None):
        Queue.__init__(self, maxsize)
        self._open = cells.Cell()

    def _state(self):
        return Queue._state(self) + (self._open,)

    def _restore(self, ring, maxsize, open=None):
        Queue._restore(self, ring, maxsize)
        self._open = open

    def put(self, obj, block=True, timeout=None):
        """As Queue.put()."""
        if self._maxsize:
            Queue.put(self, obj, block, timeout)
            return
        self._open.locked(self._announce, 1)
        try:
            Queue.put(self, obj, block, timeout)
        except:
            self._open.locked(self._announce, -1)
            raise

    def _announce(self, change):
        self._open.ring()
        self._open.add(ANNOUNCED, change)

    def _left(self):
        """How many are not worked off."""
        done = self._open.read(DONE)
        if self._maxsize:
            return (self._ring.count() - done) % COUNTS
        return self._open.read(ANNOUNCED) - done

    def _close_one(self):
        left = self._left()
        if left <= 0:
            raise ValueError('task_done() called too many times')
        if left == 1:
            self._open.ring()
        done = self._open.read(DONE) + 1
        if self._maxsize:
            done %= COUNTS
        self._open.write(DONE, done)

    def task_done(self):
        """One of those that get() returned is worked off; ValueError if there is none."""
        self._open.locked(self._close_one)

    def join(self):
        """Wait until all that was put is worked off."""
        self._open.wait(lambda: self._left() == 0)
