"""Proxies of what a manager's server has: what multiprocessing.managers of 3.15 has, for 2.x."""
import sys
import threading
import time

from shim import compat, util
from shim.backfill import managed, manager_server
from shim.backfill.barrier import wait_for
from shim.backfill.manager_server import ask, dispatch, listener_client
from shim.backfill.process import current_process

STARTED = 1             # the value of the State of a manager


class ProcessLocalSet(set):
    """A set that is empty in a child made by fork."""

    def __init__(self):
        set.__init__(self)
        util.register_after_fork(self, ProcessLocalSet.clear)

    def __hash__(self):
        return id(self)

    def __reduce__(self):
        return type(self), ()


class BaseProxy(object):
    """Calls the methods of an object that is in a manager's server.

    Who makes one tells the server so; when the last one is gone, so is the object.
    """

    _address_to_local = {}
    _mutex = util.ForkAwareThreadLock()

    def __init__(self, token, serializer, manager=None, authkey=None, exposed=None, incref=True,
                 manager_owned=False):
        self._mutex.acquire()
        try:
            # One connection for each thread, for all proxies of a server.
            local = self._address_to_local.get(token.address)
            if local is None:
                local = util.ForkAwareLocal(), ProcessLocalSet()
                self._address_to_local[token.address] = local
        finally:
            self._mutex.release()
        self._tls, self._all_serials = local
        self._serial = object()
        self._token, self._id, self._manager = token, token.id, manager
        self._serializer, self._Client = serializer, listener_client[serializer][1]
        self._owned_by_manager = manager_owned      # it is in the server itself
        if authkey is None and manager is not None:
            authkey = manager._authkey
        self._authkey = authkey or current_process().authkey
        if incref:
            self._incref()
        util.register_after_fork(self, BaseProxy._after_fork)

    def _connect(self):
        name = '%s|%s' % (current_process().name, threading.currentThread().getName())
        made = self._Client(self._token.address, authkey=self._authkey)
        dispatch(made, None, 'accept_connection', (name,))
        self._tls.connection = made
        return made

    def _callmethod(self, methodname, args=(), kwds={}):
        """What that method of the object returns: a copy; raises what it raises."""
        made = getattr(self._tls, 'connection', None) or self._connect()
        made.send((self._id, methodname, args, kwds))
        kind, result = made.recv()
        if kind != '#PROXY':
            return manager_server.outcome(kind, result)
        exposed, token = result
        token.address = self._token.address
        proxy = self._manager._registry[token.typeid][-1](
            token, self._serializer, manager=self._manager, authkey=self._authkey, exposed=exposed)
        ask(self._Client, token.address, self._authkey, 'decref', token.id)
        return proxy

    def _getvalue(self):
        """A copy of the object."""
        return self._callmethod('#GETVALUE')

    def _incref(self):
        if self._owned_by_manager:
            return
        ask(self._Client, self._token.address, self._authkey, 'incref', self._id)
        self._all_serials.add(self._serial)
        state = self._manager and self._manager._state
        self._close = util.Finalize(
            self, BaseProxy._decref, args=(self._token, self._serial, self._authkey, state,
                                           self._tls, self._all_serials, self._Client),
            exitpriority=10)

    def _decref(token, serial, authkey, state, tls, serials, client):
        serials.discard(serial)
        if state is None or state.value == STARTED:
            try:
                ask(client, token.address, authkey, 'decref', token.id)
            except Exception:
                util.debug('... decref failed %s', sys.exc_info()[1])
        if not serials and hasattr(tls, 'connection'):
            tls.connection.close()
            del tls.connection

    _decref = staticmethod(_decref)

    def _after_fork(self):
        self._manager = None
        try:
            self._incref()
        except Exception:       # the manager may be gone
            util.info('incref failed: %s', sys.exc_info()[1])

    def __reduce__(self):
        kind, kwds = type(self), {}
        if getattr(self, '_isauto', False):
            kind, kwds = AutoProxy, {'exposed': self._exposed_}
        return RebuildProxy, (kind, self._token, self._serializer, kwds)

    def __deepcopy__(self, memo):
        return self._getvalue()

    def __repr__(self):
        return '<%s object, typeid %r at %#x>' % (
            type(self).__name__, self._token.typeid, id(self) % (1 << 64))

    def __str__(self):
        try:
            return self._callmethod('__repr__')
        except Exception:
            return repr(self)[:-1] + "; '__str__()' failed>"


def RebuildProxy(func, token, serializer, kwds):
    """A proxy that was sent here; in the server itself it does not count."""
    server = getattr(current_process(), '_manager_server', None)
    if server is not None and server.address == token.address:
        kwds['manager_owned'] = True
        server.id_to_local_proxy_obj.setdefault(token.id, server.id_to_obj.get(token.id))
    return func(token, serializer, **kwds)


def _method(name):
    def call(*args, **kwds):
        return args[0]._callmethod(name, args[1:], kwds)
    call.__name__ = name
    return call


def MakeProxyType(name, exposed, _cache={}):
    """A class of proxies that have those methods."""
    key = name, tuple(exposed)
    if key not in _cache:
        namespace = dict([(each, _method(each)) for each in exposed])
        namespace['_exposed_'] = tuple(exposed)
        _cache[key] = type(name, (BaseProxy,), namespace)
    return _cache[key]


def AutoProxy(token, serializer, manager=None, authkey=None, exposed=None, incref=True,
              manager_owned=False):
    """A proxy that has the methods which the server says the object has."""
    if authkey is None and manager is not None:
        authkey = manager._authkey
    authkey = authkey or current_process().authkey
    if exposed is None:
        exposed = ask(listener_client[serializer][1], token.address, authkey, 'get_methods', token)
    made = MakeProxyType('AutoProxy[%s]' % token.typeid, exposed)(
        token, serializer, manager=manager, authkey=authkey, incref=incref,
        manager_owned=manager_owned)
    made._isauto = True
    return made


class IteratorProxy(MakeProxyType('BaseIteratorProxy', ('next', 'send', 'throw', 'close'))):
    """Of an iterator."""

    __next__ = _method('next')

    def __iter__(self):
        return self


class AcquirerProxy(BaseProxy):
    """Of a lock or semaphore."""

    _exposed_ = ('acquire', 'release', 'locked')

    def acquire(self, blocking=True, timeout=None):
        """True if it is ours now; blocking: wait until it is, or so many seconds."""
        if timeout is None or not blocking:
            return self._callmethod('acquire', (blocking,))
        end = compat.monotonic() + timeout
        while not self._callmethod('acquire', (False,)):    # until 3.2 it knows no limit
            if compat.monotonic() >= end:
                return False
            time.sleep(0.005)
        return True

    def release(self):
        """Give it back."""
        return self._callmethod('release')

    def locked(self):
        """True while somebody has it."""
        return self._callmethod('locked')

    def __enter__(self):
        return self._callmethod('acquire')

    def __exit__(self, *error):
        self._callmethod('release')


class ConditionProxy(AcquirerProxy):
    """Of a Condition."""

    _exposed_ = ('acquire', 'release', 'locked', 'wait', 'notify', 'notify_all')

    def wait(self, timeout=None):
        """Wait until notified; until 3.2 it tells not whether it was."""
        return self._callmethod('wait', (timeout,))

    def notify(self, n=1):
        """Wake so many of those who wait."""
        return self._callmethod('notify', (n,))

    def notify_all(self):
        """Wake all who wait."""
        return self._callmethod('notify_all')

    wait_for = wait_for     # the predicate is called here


class EventProxy(BaseProxy):
    """Of an Event."""

    _exposed_ = ('is_set', 'set', 'clear', 'wait')

    def is_set(self):
        """True once it is set."""
        return self._callmethod('is_set')

    def set(self):
        """Set it: who waits goes on."""
        return self._callmethod('set')

    def clear(self):
        """It is as new."""
        return self._callmethod('clear')

    def wait(self, timeout=None):
        """Wait until it is set, or so many seconds; False if it is not."""
        return self._callmethod('wait', (timeout,)) or self.is_set()    # None until 2.7


def _attribute(name):
    return property(lambda self: self._callmethod('__getattribute__', (name,)))


class BarrierProxy(BaseProxy):
    """Of a Barrier."""

    _exposed_ = ('__getattribute__', 'wait', 'abort', 'reset')

    def wait(self, timeout=None):
        """Wait until all do."""
        return self._callmethod('wait', (timeout,))

    def abort(self):
        """Who waits raises BrokenBarrierError, also later."""
        return self._callmethod('abort')

    def reset(self):
        """Who waits raises BrokenBarrierError; it is as new."""
        return self._callmethod('reset')

    parties, n_waiting, broken = [_attribute(name) for name in ('parties', 'n_waiting', 'broken')]


class NamespaceProxy(BaseProxy):
    """Of an object with attributes; those that begin with '_' are the proxy's own."""

    _exposed_ = ('__getattribute__', '__setattr__', '__delattr__')

    def __getattr__(self, key):
        if key[0] == '_':
            raise AttributeError(key)
        return self._callmethod('__getattribute__', (key,))

    def __setattr__(self, key, value):
        if key[0] == '_':
            return object.__setattr__(self, key, value)
        self._callmethod('__setattr__', (key, value))

    def __delattr__(self, key):
        if key[0] == '_':
            return object.__delattr__(self, key)
        self._callmethod('__delattr__', (key,))


class ValueProxy(BaseProxy):
    """Of a value."""

    _exposed_ = ('get', 'set')

    def get(self):
        """The value."""
        return self._callmethod('get')

    def set(self, value):
        """Let it be that."""
        return self._callmethod('set', (value,))

    value = property(get, set)


class ListProxy(MakeProxyType('BaseListProxy', (
        '__add__', '__contains__', '__delitem__', '__delslice__', '__getitem__', '__getslice__',
        '__imul__', '__len__', '__mul__', '__reversed__', '__rmul__', '__setitem__',
        '__setslice__', 'append', 'clear', 'copy', 'count', 'extend', 'index', 'insert', 'pop',
        'remove', 'reverse', 'sort'))):
    """Of a list."""

    __iadd__, __imul__ = managed.in_place('__iadd__', 'extend'), managed.in_place('__imul__')

    def __reversed__(self):
        return iter(self._callmethod('__reversed__'))


class DictProxy(MakeProxyType('_BaseDictProxy', (
        '__contains__', '__delitem__', '__getitem__', '__ior__', '__iter__', '__len__', '__or__',
        '__reversed__', '__ror__', '__setitem__', 'clear', 'copy', 'fromkeys', 'get', 'has_key',
        'items', 'keys', 'pop', 'popitem', 'setdefault', 'update', 'values'))):
    """Of a dict."""

    _method_to_typeid_ = {'__iter__': 'Iterator'}
    __ior__ = managed.in_place('__ior__')

    def __reversed__(self):
        return iter(self._callmethod('__reversed__'))


class SetProxy(MakeProxyType('_BaseSetProxy', managed.SET_METHODS)):
    """Of a set."""

    __ior__, __iand__ = managed.in_place('__ior__'), managed.in_place('__iand__')
    __ixor__, __isub__ = managed.in_place('__ixor__'), managed.in_place('__isub__')

    def __iter__(self):
        return iter(self._getvalue())


ArrayProxy = MakeProxyType('ArrayProxy', (
    '__len__', '__getitem__', '__setitem__', '__getslice__', '__setslice__'))


class PoolProxy(MakeProxyType('BasePoolProxy', (
        'apply', 'apply_async', 'close', 'imap', 'imap_unordered', 'join', 'map', 'map_async',
        'starmap', 'starmap_async', 'terminate'))):
    """Of a Pool."""

    _method_to_typeid_ = {
        'apply_async': 'AsyncResult', 'map_async': 'AsyncResult', 'starmap_async': 'AsyncResult',
        'imap': 'Iterator', 'imap_unordered': 'Iterator'}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.terminate()
