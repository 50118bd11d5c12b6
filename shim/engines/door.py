"""Where jobs hand back while they run: a port of the program, and a thread that listens there.

    here    Door: what is said there comes to heard(), called by its thread
    there   knock(): say something at a door, if it is to be found

A connection says one thing.  Before, each side shows the other a token: what nobody but a job of
this pool has sent is never unpickled, and no other program gets to hear anything of a task.
"""
import struct
import time

from shim import compat, threads, wire
from shim.engines import channel, forking
from shim.waiting import OSErrors

PATIENCE = 2.0          # seconds for the other side to answer, and then to say what it has to
NAP = 0.05              # seconds until a system that has no descriptor left is asked again
HEAD = '>Q'             # how long it is
clock = compat.monotonic


class Door(object):
    """A port of the interface `host`; raises OSError if there is none."""

    def __init__(self, host, heard):
        self._heard, self._closed = heard, False
        self._theirs, self._ours = channel.token(), channel.token()
        forking.alone(self._hang, host)
        self.where = host, self._server.getsockname()[1], self._theirs, self._ours
        try:
            self._thread = threads.start(self._serve, (), 'shim-door')
        except:
            forking.forget(self._server)
            raise

    def _hang(self, host):
        self._server = channel.listen(host)
        forking.register(self._server)

    def _serve(self):
        compat.mask_interrupts()
        while not self._closed:
            try:
                made = channel.accept(self._server)
            except OSErrors:
                time.sleep(NAP)
                continue
            try:
                self._listen(made)
            finally:
                made.close()
        forking.forget(self._server)

    def _listen(self, made):
        if not channel.shake(made, self._ours, self._theirs, PATIENCE, first=False):
            return      # somebody else, or close()
        end = clock() + PATIENCE
        try:
            size = struct.unpack(HEAD, channel.read(made, struct.calcsize(HEAD), end))[0]
            data = channel.read(made, size, end)
        except OSErrors + (EOFError,):      # it has died, or is too slow, and tries again
            return
        for _kind, body in wire.Inbox().feed(data):
            self._heard(*body)

    def close(self):
        """Nothing is heard any more."""
        self._closed = True
        try:
            channel.connect(self.where[1], self.where[0], PATIENCE).close()     # wakes the thread
        except OSErrors:
            pass
        self._thread.join(PATIENCE)


def knock(where, data=wire.EMPTY):
    """Say that there; returns False if there is no such door."""
    host, port, ours, theirs = where
    try:
        made = channel.connect(port, host, PATIENCE)
        try:
            if not channel.shake(made, ours, theirs, PATIENCE, first=True):
                return False
            made.settimeout(PATIENCE)
            made.sendall(struct.pack(HEAD, len(data)) + data)
        finally:
            made.close()
    except OSErrors:
        return False
    return True
