"""What a manager's server makes where the interpreter's own lacks something; sent, it is plain."""
import threading

from shim import compat, pids

SHUTDOWN = 2            # of the State of a manager
SET_METHODS = (
    '__and__', '__contains__', '__iand__', '__ior__', '__isub__', '__iter__', '__ixor__', '__len__',
    '__or__', '__rand__', '__ror__', '__rsub__', '__rxor__', '__sub__', '__xor__', '__ge__',
    '__gt__', '__le__', '__lt__', 'add', 'clear', 'copy', 'difference', 'difference_update',
    'discard', 'intersection', 'intersection_update', 'isdisjoint', 'issubset', 'issuperset', 'pop',
    'remove', 'symmetric_difference', 'symmetric_difference_update', 'union', 'update')


def in_place(name, method=None):
    """The method of a proxy for x |= y: it returns the proxy."""
    def call(self, value):
        self._callmethod(method or name, (value,))
        return self
    call.__name__ = name
    return call


class List(list):
    """A list with clear() and copy(), which a list has from 3.3 on."""

    def clear(self):
        """Drop all items."""
        del self[:]

    def copy(self):
        """A list of the same items."""
        return list(self)

    def __reversed__(self):
        return self[::-1]       # an iterator could not be sent until 3.x

    def __reduce__(self):
        return list, (list(self),)


class Dict(dict):
    """A dict with | (from 3.9 on) and reversed() (from 3.8 on)."""

    def __or__(self, other):
        made = dict(self)
        made.update(other)
        return made

    def __ror__(self, other):
        made = dict(other)
        made.update(self)
        return made

    def __ior__(self, other):
        self.update(other)
        return self

    def __reversed__(self):
        return list(self)[::-1]

    def __reduce__(self):
        return dict, (dict(self),)


def is_locked(lock):
    """As lock.locked(), which RLocks have from 3.14 on."""
    if hasattr(lock, 'locked'):
        return lock.locked()
    if not lock._is_owned():
        if not lock.acquire(False):
            return True
        lock.release()
        return False
    return True


class RLock(object):
    """An RLock of threads, with locked()."""

    def __init__(self):
        self._lock = threading.RLock()
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def locked(self):
        """True while some thread has it."""
        return is_locked(self._lock)


class Condition(object):
    """A Condition of threads, with locked()."""

    def __init__(self, lock=None):
        self._lock = lock or threading.RLock()
        from shim.backfill.thread_locks import find     # which imports this
        self._condition = find('Condition')(self._lock)

    def __getattr__(self, name):
        return getattr(self._condition, name)

    def locked(self):
        """True while some thread has its lock."""
        return is_locked(self._lock)


def kill(process):
    """End it at once; multiprocessing's own Process can't until 3.7."""
    if hasattr(process, 'kill'):
        process.kill()
    else:
        pids.send(process.pid, compat.SIGKILL)


def finalizer(dispatch, connected):
    """A function that ends the server of a manager: by asking, then SIGTERM, then SIGKILL.

    connected: {address: the connections to the server there}.
    """
    def finalize(process, address, authkey, state, client, shutdown_timeout):
        if process.is_alive():
            try:
                made = client(address, authkey=authkey)
                try:
                    dispatch(made, None, 'shutdown')
                finally:
                    made.close()
            except Exception:
                pass
            for end in (None, process.terminate, lambda: kill(process)):
                try:
                    if end is not None:
                        end()
                except NotImplementedError:     # a thread, that does not hear
                    break
                process.join(shutdown_timeout)
                if not process.is_alive():
                    break
        state.value = SHUTDOWN
        connected.pop(address, None)
    return finalize
