"""The parent's end of a worker in another process: its channel and its exit.

An engine for processes supplies start() and the process, which must have pid, exitcode,
is_alive(), terminate() and kill(); everything else is the same for all of them.
"""
import errno
import socket
import sys

from shim import compat, outcome, pids, wire
from shim.engines import forking
from shim.waiting import OSErrors

REAPED = 0.1    # seconds that its exit code may be on its way after a process has gone
READS = 16      # system calls for one worker before the others get their turn


class Remote(object):
    """A worker process as the crew sees it."""

    sock = None         # what the crew watches
    process = None
    reason = None       # why it was lost, if nobody saw it end
    eof = False         # the channel has ended: the process has, or is about to
    missed = None       # when there was no such process any more, and yet no exit code

    def __init__(self, frame=wire.frame, load=wire.load):
        self.frame = frame
        self._inbox, self._outbox = wire.Inbox(load), wire.Outbox()
        # {call whose function has been sent: key}.  Counted here, in the loop's thread: two that
        # callers got at the same time might be the same, and one function be called for another.
        self._known = {}

    def start(self, number, settings):
        """Start the process and its channel; `number` is for its name."""
        raise NotImplementedError

    # What the crew tells it.

    def send(self, call, tasks):
        if call.blob is None:
            key = call.mode
        else:
            key = self._known.get(call)
            if key is None:
                key = self._known[call] = outcome.STAR + 1 + len(self._known)
                self._outbox.put(self.frame(wire.CALL, (key, call.mode, call.blob)))
        self._outbox.put(self.frame(wire.TASKS, (key, [task.item for task in tasks])))

    def ask_back(self):
        self._outbox.put(self.frame(wire.RETURN))

    def dismiss(self):
        self._outbox.put(self.frame(wire.EXIT))

    def flush(self):
        """Write what can be written; returns True if some is left."""
        if self.eof:
            return False
        try:
            return not self._outbox.send(self.sock)
        except OSErrors:
            # The other end is closed, but what it wrote before is still to be read.
            self._outbox = wire.Outbox()
            return False

    # What the crew hears from it.

    def receive(self):
        """The frames that have arrived; sets `eof` at the end."""
        frames = []
        for _turn in range(READS):
            room = self._inbox.room()
            try:
                data = self.sock.recv(room)
            except OSErrors:
                code = sys.exc_info()[1].args[0]
                if code == errno.EINTR:
                    continue
                self.eof = code not in compat.AGAIN
                break
            if not data:
                self.eof = True
                break
            frames.extend(self._inbox.feed(data))
            if len(data) < room:
                break
        return frames

    def drain(self):
        """All frames that are still in the channel of a dead process."""
        frames = []
        while not self.eof:
            more = self.receive()
            if not more and not self._pending():
                break
            frames.extend(more)
        return frames

    def _pending(self):
        from shim.waiting import poll
        return not self.eof and poll(self.sock, 0)

    # Its end.

    def gone(self):
        """True if the process has ended; then exitcode is known, unless somebody else took it."""
        if self.process.exitcode is not None:
            return True
        if pids.exists(self.process.pid):
            return False
        # The forkserver is about to tell, or the program waits for all children itself.
        now = compat.monotonic()
        self.missed = self.missed or now
        return not 0 <= now - self.missed < REAPED

    def terminate(self):
        self._signal(self.process.terminate)

    def kill(self):
        self._signal(getattr(self.process, 'kill', self._sigkill))

    def _sigkill(self):         # Process.kill() is 3.7+, Popen.kill() 2.6+
        pids.send(self.process.pid, compat.SIGKILL)

    def _signal(self, how):
        try:
            how()
        except OSErrors:        # it has just ended ...
            if sys.exc_info()[1].args[0] == errno.EPERM:
                # ... or this program is another user since.  As its channel ends, so does a worker.
                try:
                    self.sock.shutdown(socket.SHUT_RDWR)
                except OSErrors:
                    pass

    def close(self):
        """Close the channel; maybe of a worker whose start was broken off, and once more."""
        self.eof = True
        if self.sock is not None:       # else its start was broken off
            forking.forget(self.sock)
