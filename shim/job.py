"""The far side of a job: run(bytes) -> bytes, called by whatever has carried the bytes there.

    INIT    which pool's it is, and its initializer: each process calls that once
    CALL    a function, for the tasks with that key         (see shim.wire)
    DOOR    where to hand back what has not begun, if there are many tasks; and the job's name there
    TASKS   what to run
        --> RESULTS, or READY without tasks, and who had it; or FAILED if the initializer raised:
            then no task has begun.  RETURNED, if some were handed back; DOOR, if it was not found

A job is on its own: what it needs travels with it, as nobody knows which process it meets, nor
what that one has run before.  Several may run in a process at the same time, each in a thread.
"""
import binascii
import os
import time

from shim import batch, compat, errors, outcome, pickling, running, wire


PROCESS = binascii.hexlify(os.urandom(16))      # names it: a pid, and an address, may come again


class Start(object):
    """A pool's initializer in this process."""

    known = {}      # {(pool, pid): Start}: a child by fork has its parent's, and is another process

    def __init__(self):
        self._lock, self._failure = compat.allocate_lock(), ''      # '': not called yet

    def failure(self, begin):
        """Call it, unless it was; returns what it raised, as text, or None."""
        self._lock.acquire()        # the others wait until it has returned
        try:
            if self._failure == '':
                try:
                    initializer, args = pickling.loads(begin)
                    initializer(*args)
                    self._failure = None
                except:     # noqa: E722  SystemExit and Ctrl-C are failures of the start, too
                    self._failure = outcome.trace_text()
            return self._failure
        finally:
            self._lock.release()


def run(data):
    """Run the tasks of a job; bytes in and out, both frames.  Raises nothing that is a task's."""
    runs, door, said, more = running.Runs(), (), (wire.READY, None), []
    for kind, body in wire.Inbox().feed(data):
        if kind == wire.INIT:
            pool, begin = body
            failure = begin and Start.known.setdefault((pool, os.getpid()), Start()).failure(begin)
            if failure:
                return joined(wire.frame(wire.FAILED, 'raised\n' + failure))
        elif kind == wire.CALL:
            runs.learn(*body)
        elif kind == wire.DOOR:
            door = body
        elif kind == wire.TASKS:
            tasks = batch.Batch(runs.run, *body)
            returned = tasks.run(*door)
            if returned:
                more += wire.frame(wire.RETURNED, returned)
                if batch.lacks(door[0]):
                    more += wire.frame(wire.DOOR)
            said = wire.RESULTS, (tasks.spent, tasks.done)
            running.flush_streams()
    kind, body = said
    return joined(wire.frame(kind, ((os.getpid(), PROCESS), body)) + more)


def run_in(process, name, data):
    """The same in that process alone, once; else PoolError.  After call_back(name) all are RETURNED.

    Who carries jobs may carry one again, to somebody who has taken the place of who had it.
    """
    if process not in (None, PROCESS):
        raise errors.PoolError('its worker has been started anew')
    first, fate = decide(name, BEGUN)
    if first:
        return run(data)
    if fate == BEGUN:
        raise errors.PoolError('it was lost when it had begun')
    # The pool may hear of this before it hears that it has the job back: it is an answer as any other.
    tasks = [len(body[1]) for kind, body in wire.Inbox().feed(data) if kind == wire.TASKS]
    return joined(wire.frame(wire.READY, ((os.getpid(), PROCESS), None))
                  + wire.frame(wire.RETURNED, sum(tasks)))


def call_back(process, name):
    """Called where run_in() has that job: returns whether it has not begun, and never will."""
    return process == PROCESS and decide(name, BACK)[1] == BACK


BEGUN, BACK = 'begun', 'called back'
fates = {}          # {name of a job: a list of one of these}; of the last ones
MOST = 10000


def decide(name, fate):
    """The first who asks says what becomes of a job; returns (whether that is now, what)."""
    if len(fates) > MOST:
        for old in list(fates)[:MOST // 2]:
            fates.pop(old, None)
    mine = [fate]
    found = fates.setdefault(name, mine)
    return found is mine, found[0]


def run_noted(name, data):
    """The same, and Ray's cluster knows under that name when it began, until it ends."""
    from ray.experimental import internal_kv
    internal_kv._internal_kv_put(name, repr(time.time()))
    try:
        return run(data)
    finally:
        internal_kv._internal_kv_del(name)


def joined(parts):
    """The bytes of frames."""
    return wire.EMPTY.join(parts)
