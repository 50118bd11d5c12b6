"""Where jobs hand back while they run: a port of the program, and a thread that listens there.

    here    Door: what is said there comes to heard(), called by some thread
    there   knock(): say something at a door, if it is to be found

    32 random bytes                                             ->
                <-  32 others, and the MAC of both
    the length, the MAC of the other side's and the data; data  ->
                <-  one byte: it was heard

The key of the MAC travels in the jobs and is never shown: what nobody has said who has had a job of
this pool is never unpickled, also if he stands between the two.  A connection says one thing.
"""
import os
import struct
import time
from collections import deque

from shim import compat, logs, threads, wire
from shim.backfill.challenge import digest_of, hashlib, same
from shim.engines import channel, forking
from shim.waiting import ONE, OSErrors

PATIENCE = 10.0         # seconds for the other side to answer, and for what it has to say
REACH = 5.0             # seconds until a connection is there, or there is none
NAP = 0.05              # seconds until a system that has no descriptor left is asked again
LONGEST = 1 << 26       # bytes that somebody unknown may send
AT_ONCE = 64            # connections that have a thread; a silent one keeps nobody else waiting
RANDOM = 32             # bytes that nobody can foresee
DIGEST = ['sha256', 'md5'][hashlib is None]     # 2.4 has no other
DOOR, JOB = 'door'.encode('ascii'), 'job'.encode('ascii')
HEAD = '>Q'
clock = compat.monotonic


def mac(key, *parts):
    return digest_of(key.encode('ascii'), wire.EMPTY.join(parts), DIGEST)


SIZE = len(mac('', DOOR))


class Door(object):
    """A port of the interface `host`; raises OSError if there is none."""

    def __init__(self, host, heard):
        self._heard, self._closed, self._places = heard, False, deque(range(AT_ONCE))
        forking.alone(self._hang, host)
        self._address = self._server.getsockname()
        self.where = host, self._address[1], channel.token()
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
        try:
            while not self._closed:
                try:
                    made = channel.accept(self._server)
                except OSErrors:
                    time.sleep(NAP)
                    continue
                try:
                    place = [self._places.pop()]
                    threads.start(self._listen, (made, place), 'shim-door')
                except Exception:       # too many at once: one after the other
                    self._listen(made, [])
        finally:
            forking.forget(self._server)

    def _listen(self, made, place):
        """Hear one connection out; `place` is free then."""
        try:
            try:
                data = self._data(made)
                if data:
                    for _kind, body in wire.Inbox().feed(data):
                        self._heard(*body)
                if data is not None:
                    made.sendall(ONE)
            finally:
                made.close()
                self._places.extend(place)
        except OSErrors + (EOFError,):      # it has gone, or is too slow
            pass
        except Exception:
            logs.report('CRITICAL', 'shim: what a job said is lost until it ends', exc_info=True)

    def _data(self, made):
        """What is said; None if that is somebody else."""
        end, key, random = clock() + PATIENCE, self.where[2], os.urandom(RANDOM)
        theirs = channel.read(made, RANDOM, end)
        made.sendall(random + mac(key, DOOR, theirs, random))
        head = channel.read(made, struct.calcsize(HEAD) + SIZE, end)
        size, proof = struct.unpack(HEAD, head[:-SIZE])[0], head[-SIZE:]
        if size <= LONGEST:
            data = channel.read(made, size, end)
            if same(mac(key, JOB, random, data), proof):
                return data

    def close(self):
        """Nothing is heard any more."""
        self._closed = True
        for wakes in (lambda: self._server.shutdown(channel.socket.SHUT_RDWR),      # Linux
                      lambda: channel.connect(self._address[1], self._address[0], REACH).close()):
            try:
                wakes()
            except OSErrors:
                pass
        self._thread.join(PATIENCE)


def knock(where, data=wire.EMPTY):
    """Say that there; returns whether it was heard."""
    host, port, key = where
    try:
        made = channel.connect(port, host, REACH)
        try:
            end, random = clock() + PATIENCE, os.urandom(RANDOM)
            made.settimeout(PATIENCE)
            made.sendall(random)
            answer = channel.read(made, RANDOM + SIZE, end)
            theirs, proof = answer[:RANDOM], answer[RANDOM:]
            if not same(mac(key, DOOR, random, theirs), proof):
                return False
            made.sendall(struct.pack(HEAD, len(data)) + mac(key, JOB, theirs, data) + data)
            return channel.read(made, 1, end) == ONE
        finally:
            made.close()
    except OSErrors + (EOFError,):
        return False
