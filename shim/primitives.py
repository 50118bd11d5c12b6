"""Which locks, queues and shared values a context has; looked for when one is made.

    native     multiprocessing's own; what an older one lacks is added    backfill/older_locks.py,
                                                                          backfill/older_values.py
    of_cells   ours, over files: where multiprocessing has no semaphores that work, and where a
               worker inherits none                                       backfill/cells.py
    of_threads those of threads

A context says which of these is its `_make`.  Nothing is imported, and no semaphore made, before.
"""
import sys

from shim import compat

# {multiprocessing's submodule: (ours, the names)}
HOMES = {
    'synchronize': ('cell_locks', ['Lock', 'RLock', 'Condition', 'Semaphore', 'BoundedSemaphore',
                                   'Event', 'Barrier']),
    'queues': ('cell_queues', ['Queue', 'JoinableQueue', 'SimpleQueue']),
    'sharedctypes': ('cell_values', ['Value', 'Array', 'RawValue', 'RawArray'])}
OURS = dict([(_name, _module) for _module, _names in HOMES.values() for _name in _names])

_probed = []            # why there are no semaphores, or None


def no_semaphores():
    """Why multiprocessing has no semaphores that work, or None.  The first call makes one."""
    if not _probed:
        _probed.append(_probe())
    return _probed[0]


def _probe():
    if compat.multiprocessing is None or compat.absent:     # processing's are a part of them only
        return 'there is no multiprocessing'
    try:
        kwds = {}
        if hasattr(compat.multiprocessing, 'get_context'):
            # The first one: where that is fork, no helper process is started for it.
            names = compat.multiprocessing.get_all_start_methods()
            kwds['ctx'] = compat.multiprocessing.get_context(
                ([name for name in names if name == 'fork'] + names)[0])
        lock = compat.submodule('synchronize').Lock(**kwds)
        if not lock.acquire(False):
            return 'a new lock is held'
        lock.release()
    except Exception:
        return '%s: %s' % (sys.exc_info()[0].__name__, sys.exc_info()[1])


def lacking(home):
    """Why multiprocessing's own of that submodule (a key of HOMES) can't be had, or None."""
    if home == 'sharedctypes' and not no_semaphores():
        try:
            compat.submodule(home)
        except ImportError:     # 2.4, or an interpreter without ctypes
            return str(sys.exc_info()[1])
    return no_semaphores()


def newer(home):
    """{name: what takes the place of multiprocessing's own} in that submodule."""
    if home == 'sharedctypes':
        from shim.backfill.older_values import COMPLETE
        return COMPLETE
    from shim.backfill.older_locks import COMPLETE
    return dict([(name, COMPLETE[name]) for name in HOMES[home][1] if name in COMPLETE])


def ours(name):
    """The class or function over cells; NotImplementedError where it can't be."""
    from shim.backfill import cells
    if cells.WHY_NOT:
        raise NotImplementedError('%s: %s' % (name, cells.WHY_NOT))
    return getattr(__import__('shim.backfill.' + OURS[name], None, None, [name]), name)


def home_of(name):
    """The submodule that has it: a key of HOMES."""
    return [home for home in HOMES if name in HOMES[home][1]][0]


def known_as(kind):
    """The class that a submodule has under the name of one of ours; else the class itself."""
    name = kind.__name__
    if kind.__module__ != 'shim.backfill.%s' % OURS.get(name):
        return kind
    return getattr(__import__('shim.' + home_of(name), None, None, [name]), name)


class Primitives(object):
    """The methods of a context that make them."""

    def native(self, name, *args, **kwds):
        """Multiprocessing's own, if its semaphores work."""
        home = home_of(name)
        if lacking(home):
            return ours(name)(*args, **kwds)
        stdlibs = getattr(super(Primitives, self), name, None)      # 3.4 on
        made = newer(home).get(name)
        if made is None:
            return (stdlibs or getattr(compat.multiprocessing, name))(*args, **kwds)
        if stdlibs is not None or name in ('Value', 'Array'):
            kwds['ctx'] = self.get_context()
        return made(*args, **kwds)

    def of_cells(self, name, *args, **kwds):
        """Ours; where they can't be (Windows) and a Process is multiprocessing's, its own."""
        from shim.backfill import cells
        if cells.WHY_NOT and hasattr(super(Primitives, self), name):
            return self.native(name, *args, **kwds)
        return ours(name)(*args, **kwds)

    def of_threads(self, name, *args, **kwds):
        """Those of threads."""
        from shim.backfill import thread_locks
        return thread_locks.find(name)(*args, **kwds)

    _make = native

    def Lock(self):
        """A lock that any process may release."""
        return self._make('Lock')

    def RLock(self):
        """A lock that its owner may take again, and only it releases."""
        return self._make('RLock')

    def Condition(self, lock=None):
        """Lets processes wait until others notify them."""
        return self._make('Condition', lock)

    def Semaphore(self, value=1):
        """A counter that acquire() lowers, and waits at 0."""
        return self._make('Semaphore', value)

    def BoundedSemaphore(self, value=1):
        """A semaphore that is never released more often than acquired."""
        return self._make('BoundedSemaphore', value)

    def Event(self):
        """A flag to wait for."""
        return self._make('Event')

    def Barrier(self, parties, action=None, timeout=None):
        """So many processes wait for one another."""
        return self._make('Barrier', parties, action, timeout)

    def Queue(self, maxsize=0):
        """A queue for many processes."""
        return self._make('Queue', maxsize)

    def JoinableQueue(self, maxsize=0):
        """A queue that can be waited for until all of it is worked off."""
        return self._make('JoinableQueue', maxsize)

    def SimpleQueue(self):
        """A queue with put() and get() alone."""
        return self._make('SimpleQueue')

    def Value(self, typecode_or_type, *args, **kwds):
        """A number in shared memory, with a lock (lock=)."""
        return self._make('Value', typecode_or_type, *args, **kwds)

    def Array(self, typecode_or_type, size_or_initializer, **kwds):
        """An array in shared memory, with a lock (lock=)."""
        return self._make('Array', typecode_or_type, size_or_initializer, **kwds)

    def RawValue(self, typecode_or_type, *args):
        """A number in shared memory."""
        return self._make('RawValue', typecode_or_type, *args)

    def RawArray(self, typecode_or_type, size_or_initializer):
        """An array in shared memory."""
        return self._make('RawArray', typecode_or_type, size_or_initializer)


def of_default(name):
    """A function that calls the default context's method of that name, as multiprocessing's does."""
    def call(*args, **kwds):
        from shim.context import get_context
        return getattr(get_context(), name)(*args, **kwds)
    call.__name__ = name
    call.__doc__ = 'See the method of the contexts.'
    return call


def public(name):
    """What `shim` has under that name: multiprocessing's own object where that is all of today's."""
    if compat.NO_THREADS or lacking(home_of(name)) or name in newer(home_of(name)):
        return of_default(name)
    return getattr(compat.multiprocessing, name)


def _for_freezers():
    """Not called: who makes one file of a program finds its modules by their import statements."""
    from shim.backfill import cell_locks, cell_queues, cell_values  # noqa: F401
