"""multiprocessing.managers as of CPython 3.15."""
from shim import alias

real = alias.found('managers')
__all__ = []

if not hasattr(getattr(real, 'SyncManager', None), 'Barrier'):      # until 3.3
    from shim.backfill.own_managers import (
        AutoProxy, BaseManager, BaseProxy, MakeProxyType, Namespace, RemoteError, Server, State,
        SyncManager, Token, Value, dispatch, listener_client)
    from shim.backfill.proxies import (
        AcquirerProxy, ArrayProxy, BarrierProxy, ConditionProxy, DictProxy, EventProxy,
        IteratorProxy, ListProxy, NamespaceProxy, PoolProxy, RebuildProxy, SetProxy, ValueProxy)
    __all__ += [
        'AcquirerProxy', 'ArrayProxy', 'AutoProxy', 'BarrierProxy', 'BaseManager', 'BaseProxy',
        'ConditionProxy', 'DictProxy', 'EventProxy', 'IteratorProxy', 'ListProxy', 'MakeProxyType',
        'Namespace', 'NamespaceProxy', 'PoolProxy', 'RebuildProxy', 'RemoteError', 'Server',
        'SetProxy', 'State', 'SyncManager', 'Token', 'Value', 'ValueProxy', 'dispatch',
        'listener_client']
elif 'set' not in real.SyncManager._registry:                       # until 3.14
    from shim.backfill.older_managers import (
        AcquirerProxy, BaseManager, ConditionProxy, DictProxy, ListProxy, SetProxy, SyncManager)
    Server, dispatch = real.Server, real.dispatch
    __all__ += ['AcquirerProxy', 'ConditionProxy', 'DictProxy', 'ListProxy', 'SetProxy',
                'SyncManager']
    if BaseManager is not real.BaseManager:                         # until 3.11
        __all__.append('BaseManager')
        if hasattr(real, 'SharedMemoryManager'):
            from shim.backfill.older_managers import SharedMemoryManager
            __all__.append('SharedMemoryManager')
if not hasattr(real, 'SharedMemoryManager'):                        # until 3.8
    try:
        from shim.backfill.shared_manager import SharedMemoryManager, SharedMemoryServer
        __all__ += ['SharedMemoryManager', 'SharedMemoryServer']
    except ImportError:     # without mmap
        pass
