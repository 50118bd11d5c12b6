"""What wraps an object in shared memory so that each access has a lock: sharedctypes' Synchronized.

The object is one of ctypes, or of raw_struct.py; the lock is of any context.
"""
from shim import compat, primitives


def locked(made, lock=True, ctx=None):
    """The object with a lock: True makes an RLock of the context, False leaves it as it is.

    AttributeError for what is no lock.
    """
    if lock is False:
        return made
    if lock in (True, None):
        lock = None
    elif not hasattr(lock, 'acquire'):
        raise AttributeError("%r has no method 'acquire'" % (lock,))
    return synchronized(made, lock, ctx)


def synchronized(obj, lock=None, ctx=None):
    """What wraps an object.  lock: None makes an RLock of the context `ctx`, or the default one."""
    if not hasattr(obj, '_fields_'):
        if not hasattr(obj, '__len__'):
            return known(Synchronized)(obj, lock, ctx)
        if hasattr(obj, 'raw'):
            return known(SynchronizedString)(obj, lock, ctx)
        return known(SynchronizedArray)(obj, lock, ctx)
    plain = getattr(obj, '_plain', type(obj))
    if plain not in _wrappers:
        fields = [(field[0], guarded(field[0])) for field in plain._fields_]
        _wrappers[plain] = type(
            'Synchronized' + plain.__name__, (known(SynchronizedBase),), dict(fields))
    return _wrappers[plain](obj, lock, ctx)


_wrappers = {}          # {type of a structure: its class}
_known = {}             # {class: what known() has made of it}


def known(kind):
    """The class, which belongs to multiprocessing's, too, where that is what programs know."""
    if kind not in _known:
        own, home = kind, 'sharedctypes'
        if not (primitives.lacking(home) or kind.__name__ in primitives.newer(home)):
            own = getattr(compat.submodule(home), kind.__name__)
        if own is not kind:
            own = type(kind.__name__, (kind, own), {'__module__': __name__, '__doc__': kind.__doc__})
        _known[kind] = own
    return _known[kind]


def guarded(name):
    """A property: that attribute of the object, read and written with the lock held."""
    def read(self):
        self.acquire()
        try:
            return getattr(self._obj, name)
        finally:
            self.release()

    def write(self, value):
        self.acquire()
        try:
            setattr(self._obj, name, value)
        finally:
            self.release()
    return property(read, write)


class SynchronizedBase(object):
    """An object in shared memory with a lock, by default an RLock of the context."""

    def __init__(self, obj, lock=None, ctx=None):
        if not lock:
            from shim.context import get_context
            lock = (ctx or get_context()).RLock()
        self._obj, self._lock = obj, lock
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *error):
        return self._lock.__exit__(*error)

    def __reduce__(self):
        return synchronized, (self._obj, self._lock)

    def get_obj(self):
        """The object, without the lock."""
        return self._obj

    def get_lock(self):
        """The lock, for more than one access."""
        return self._lock

    def __repr__(self):
        return '<%s wrapper for %s>' % (type(self).__name__, self._obj)


class Synchronized(SynchronizedBase):
    """A number."""

    value = guarded('value')


class SynchronizedArray(SynchronizedBase):
    """An array."""

    def __len__(self):
        return len(self._obj)

    def __getitem__(self, index):
        self.acquire()
        try:
            return self._obj[index]
        finally:
            self.release()

    def __setitem__(self, index, value):
        self.acquire()
        try:
            self._obj[index] = value
        finally:
            self.release()

    # Until 2.6 an array of ctypes knows no slice objects.

    def __getslice__(self, start, stop):
        self.acquire()
        try:
            return self._obj[start:stop]
        finally:
            self.release()

    def __setslice__(self, start, stop, values):
        self.acquire()
        try:
            self._obj[start:stop] = values
        finally:
            self.release()


class SynchronizedString(SynchronizedArray):
    """An array of characters."""

    value, raw = guarded('value'), guarded('raw')
