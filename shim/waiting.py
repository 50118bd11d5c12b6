"""Waiting that Ctrl-C, a time limit or any signal handler may end, and that loses nothing then.

    Signal   set once; any number of threads may wait for it.  What a result is.
    Waiter   what one thread sleeps on; whoever has it may wake it, again and again.

Nothing here holds a lock while a handler could raise: the waiter puts itself on a list and then
looks again, the setter sets and then reads the list, so that one of the two sees the other.
"""
import os
import select
import socket
import sys

from shim import compat
from shim.engines.channel import pair


class LockWaiter(object):
    """A lock that is held until somebody wakes: from 3.2 on."""

    def __init__(self):
        self._lock = compat.allocate_lock()
        self._lock.acquire()

    def wake(self):
        try:
            self._lock.release()
        except RuntimeError:    # somebody else woke it already
            pass

    def wait(self, timeout=None):
        """Sleep until woken or `timeout` seconds have passed."""
        if timeout is None:
            self._lock.acquire()
        else:
            # The limit of a lock's wait is some centuries, and an OverflowError beyond.
            self._lock.acquire(True, min(max(0, timeout), 1e6))


class SocketWaiter(object):
    """A byte on a socket: before 3.2 a lock ignores Ctrl-C, or polls if there is a limit.

    The sockets are closed when nobody has the waiter any more, and not before: the thread that
    wakes might be about to write to a descriptor which by then is another file.
    """

    def __init__(self):
        self._read, self._write = pair()
        self._write.setblocking(False)
        self._read.setblocking(False)

    def wake(self):
        try:
            self._write.send(ONE)
        except OSErrors:        # full: awake already
            pass

    def wait(self, timeout=None):
        deadline = None
        if timeout is not None:
            deadline = compat.monotonic() + max(0, timeout)
        while True:
            left = None
            if deadline is not None:
                left = max(0, deadline - compat.monotonic())
            if poll(self._read, left):
                try:
                    self._read.recv(64)
                except OSErrors:
                    pass
                return
            if left == 0:
                return


class JavaWaiter(object):
    """A semaphore of Java's: on Jython, where a socket is slow and a lock has no limit."""

    def __init__(self):
        self._semaphore = compat.java_semaphore(0)

    def wake(self):
        self._semaphore.release()

    def wait(self, timeout=None):
        if timeout is None:
            self._semaphore.acquire()
        else:
            self._semaphore.tryAcquire(int(min(max(0, timeout), 1e6) * 1e6), compat.microseconds)
        self._semaphore.drainPermits()


class Poller(object):
    """Waits for any of many sockets, by poll() where there is one."""

    def __init__(self):
        self._reads, self._writes, self._poll = {}, {}, None
        if hasattr(select, 'poll'):
            self._poll = select.poll()

    def watch(self, sock, write=False):
        """From now on tell when there is something to read, or also when it can be written."""
        number = sock.fileno()
        self._reads[number] = sock
        self._writes.pop(number, None)
        if write:
            self._writes[number] = sock
        if self._poll is not None:
            self._poll.register(number, select.POLLIN | select.POLLOUT * bool(write))

    def forget(self, sock):
        """Before the socket is closed."""
        number = sock.fileno()
        self._writes.pop(number, None)
        if self._reads.pop(number, None) is not None and self._poll is not None:
            self._poll.unregister(number)

    def wait(self, timeout=None):
        """Wait up to `timeout` seconds; returns the descriptors that are ready, maybe none."""
        try:
            if self._poll is None:
                ready = select.select(self._reads, self._writes, [], timeout)
                return ready[0] + [number for number in ready[1] if number not in ready[0]]
            if timeout is not None:
                timeout = int(min(timeout, 1e6) * 1000 + 0.999)
            return [number for number, event in self._poll.poll(timeout)]
        except OSErrors + (select.error,):
            if not compat.interrupted(sys.exc_info()[1]):
                raise
            return []


def poll(sock, timeout):
    """True if the socket can be read within `timeout` seconds (None: no limit)."""
    poller = Poller()
    poller.watch(sock)
    try:
        return bool(poller.wait(timeout))
    finally:
        poller.forget(sock)     # Jython's sockets would tell it what comes for ever


ONE = 'w'.encode('ascii')
OSErrors = (OSError, IOError, socket.error)
Waiter = SocketWaiter
if compat.TIMED_LOCKS:
    Waiter = LockWaiter
elif compat.java_semaphore is not None:
    Waiter = JavaWaiter
_spare = []     # waiters that nobody waits for, as their sockets cost more than a wait


def take():
    """A waiter for a short time.  It may wake for nothing, as somebody had it before."""
    while _spare:
        try:
            pid, waiter = _spare.pop()
        except IndexError:
            break
        if pid == os.getpid():      # not the parent's, which shares the sockets
            return waiter
    return Waiter()


def give_back(waiter):
    if Waiter is SocketWaiter and len(_spare) < 64:
        _spare.append((os.getpid(), waiter))


class Signal(object):
    """Something that happens once.  No field but `happened` exists before somebody waits."""

    happened = False
    _waiters = None     # made when the first one waits

    def fire(self):
        """It has happened: wake everybody who waits.  Called by one thread."""
        self.happened = True
        if self._waiters is not None:
            self.stir()

    def stir(self):
        """Wake those who wait, who then look at what there is so far."""
        for waiter in list(self._waiters or ()):
            waiter.wake()

    def look(self):
        """What one who waits does when woken before it happened."""

    def wait_for(self, timeout=None):
        """Wait until it happens; returns False if `timeout` seconds passed before."""
        if self.happened:
            return True
        deadline = None
        if timeout is not None:
            deadline = compat.monotonic() + timeout
        waiter = take()
        waiters = self.__dict__.setdefault('_waiters', [])
        try:
            waiters.append(waiter)
            while not self.happened:
                self.look()
                if deadline is None:
                    waiter.wait()
                else:
                    left = deadline - compat.monotonic()
                    if not left > 0:        # nan, too
                        break
                    waiter.wait(left)
        finally:
            if waiter in waiters:
                waiters.remove(waiter)
        give_back(waiter)
        return self.happened
