"""What the managers of an older 3.x lack: subclasses of multiprocessing's own."""
import threading

from shim import compat, util
from shim.backfill import managed

real = compat.submodule('managers')
finalize_manager = managed.finalizer(real.dispatch, real.BaseProxy._address_to_local)

if 'shutdown_timeout' in real.BaseManager.__init__.__code__.co_varnames:
    BaseManager = real.BaseManager
else:                       # until 3.11
    class BaseManager(real.BaseManager):
        """multiprocessing's, that knows of shutdown_timeout (3.11 on)."""

        def __init__(self, address=None, authkey=None, serializer='pickle', ctx=None,
                     shutdown_timeout=1.0):
            super(BaseManager, self).__init__(address, authkey, serializer, ctx)
            self._shutdown_timeout = shutdown_timeout

        def start(self, initializer=None, initargs=()):
            """Start a process with the server; it calls initializer(*initargs) first."""
            super(BaseManager, self).start(initializer, initargs)
            self.shutdown.cancel()
            self.shutdown = util.Finalize(
                self, finalize_manager, args=(
                    self._process, self._address, self._authkey, self._state, self._Client,
                    self._shutdown_timeout), exitpriority=0)

    if hasattr(real, 'SharedMemoryManager'):            # 3.8 on
        class SharedMemoryManager(BaseManager, real.SharedMemoryManager):
            """multiprocessing's, that knows of it, too."""

            def __init__(self, *args, **kwargs):
                super(SharedMemoryManager, self).__init__(*args, **kwargs)


def completed(name, methods):
    """That class of proxies, with those methods, too."""
    base = getattr(real, name)
    lacking = tuple([each for each in methods if each not in base._exposed_])
    added = real.MakeProxyType('Later' + name, lacking)
    return type(name, (base, added), {
        '__module__': 'shim.managers', '__doc__': base.__doc__,
        '_exposed_': base._exposed_ + lacking})


AcquirerProxy = completed('AcquirerProxy', ['locked'])
ListProxy = completed('ListProxy', ['clear', 'copy'])


class ConditionProxy(completed('ConditionProxy', ['locked'])):
    __module__ = 'shim.managers'
    __doc__ = real.ConditionProxy.__doc__

    def notify(self, n=1):      # always one until 3.7
        """Wake so many of those who wait."""
        return self._callmethod('notify', (n,))


class DictProxy(completed('DictProxy', [
        '__ior__', '__or__', '__reversed__', '__ror__', 'fromkeys'])):
    __module__ = 'shim.managers'
    __doc__ = real.DictProxy.__doc__
    __ior__ = managed.in_place('__ior__')

    def __reversed__(self):
        return iter(self._callmethod('__reversed__'))


class SetProxy(real.MakeProxyType('_BaseSetProxy', managed.SET_METHODS)):
    """A proxy of a set."""

    __module__ = 'shim.managers'
    __ior__, __iand__ = managed.in_place('__ior__'), managed.in_place('__iand__')
    __ixor__, __isub__ = managed.in_place('__ixor__'), managed.in_place('__isub__')


bases = real.SyncManager,
if BaseManager is not real.BaseManager:
    bases = BaseManager, real.SyncManager
SyncManager = type('SyncManager', bases, {
    '__module__': 'shim.managers', '__doc__': real.SyncManager.__doc__})


for _name, _function in (('Lock', threading.Lock), ('RLock', managed.RLock),
                         ('Semaphore', threading.Semaphore),
                         ('BoundedSemaphore', threading.BoundedSemaphore)):
    SyncManager.register(_name, _function, AcquirerProxy)
SyncManager.register('Condition', managed.Condition, ConditionProxy)
SyncManager.register('list', list, ListProxy)
SyncManager.register('dict', [managed.Dict, dict][hasattr(dict, '__ror__')], DictProxy)
SyncManager.register('set', set, SetProxy)
