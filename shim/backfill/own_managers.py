"""The managers of 3.15's multiprocessing.managers for 2.x, and for where there is none."""
import array

from six.moves import copyreg

from shim import compat, connection, context, pickling, util
from shim.backfill import managed, proxies
from shim.backfill.manager_server import RemoteError, Server, Token, ask, dispatch, listener_client
from shim.backfill.process import current_process
from shim.backfill.proxies import AutoProxy, BaseProxy, MakeProxyType
from shim.errors import ProcessError

INITIAL, STARTED, SHUTDOWN = 0, proxies.STARTED, managed.SHUTDOWN
WRONG = {STARTED: 'Already started server', SHUTDOWN: 'Manager has shut down'}


class State(object):
    """Whether a manager is started, or shut down."""

    value = INITIAL


def run_server(server, registry, address, authkey, serializer, announce, initializer, initargs):
    """In its process: make a server, tell its address to who listens at `announce`, and serve."""
    try:
        compat.signal.signal(compat.signal.SIGINT, compat.signal.SIG_IGN)
    except (AttributeError, ValueError):    # no signals, or a thread
        pass
    if initializer is not None:
        initializer(*initargs)
    made = server(registry, address, authkey, serializer)
    told = connection.Client(announce, authkey=authkey)
    told.send(made.address)
    told.close()
    made.serve_forever()


finalize_manager = managed.finalizer(dispatch, BaseProxy._address_to_local)


class BaseManager(object):
    """Makes shared objects: in a process of its own, or in the one at an address.

    address: where the server listens, as Listener takes it.  authkey: bytes; None: that of the
    current process.  serializer: 'pickle' or 'xmlrpclib'.  ctx: the context of the server's
    process; None: the default one.  shutdown_timeout: seconds that it may take to end, before it is
    ended.
    """

    _registry = {}
    _Server = Server
    _process = None

    def __init__(self, address=None, authkey=None, serializer='pickle', ctx=None,
                 shutdown_timeout=1.0):
        if authkey is None:
            authkey = current_process().authkey
        self._address, self._authkey = address, pickling.BYTES(authkey)
        self._state, self._serializer = State(), serializer
        self._Client = listener_client[serializer][1]
        self._ctx, self._shutdown_timeout = ctx or context.get_context(), shutdown_timeout

    address = property(lambda self: self._address, doc='Where the server listens.')

    def _check_initial(self):
        if self._state.value != INITIAL:
            raise ProcessError(WRONG[self._state.value])

    def get_server(self):
        """A server to run here: it has serve_forever() and address."""
        self._check_initial()
        return self._Server(self._registry, self._address, self._authkey, self._serializer)

    def connect(self):
        """Use the server that listens at the address."""
        ask(self._Client, self._address, self._authkey, 'dummy')
        self._state.value = STARTED

    def start(self, initializer=None, initargs=()):
        """Start a process with the server; it calls initializer(*initargs) first.

        EOFError if that fails.
        """
        self._check_initial()
        if initializer is not None and not hasattr(initializer, '__call__'):
            raise TypeError('initializer must be a callable')
        listener = connection.Listener(authkey=self._authkey)
        try:
            self._process = process = self._ctx.Process(target=run_server, args=(
                self._Server, self._registry, self._address, self._authkey, self._serializer,
                listener.address, initializer, initargs))
            process.name = '%s-%s' % (type(self).__name__, ':'.join(
                [str(number) for number in process._identity]))
            process.start()
            while not connection.wait([listener._socket], 0.1):
                if not process.is_alive():
                    process.join()
                    raise EOFError("the manager's process ended before it served (exit code %s)"
                                   % process.exitcode)
            told = listener.accept()
            self._address = told.recv()
            told.close()
        finally:
            listener.close()
        self._state.value = STARTED
        self.shutdown = util.Finalize(
            self, finalize_manager, args=(
                process, self._address, self._authkey, self._state, self._Client,
                self._shutdown_timeout), exitpriority=0)

    def _create(*args, **kwds):
        self, typeid = args[:2]
        if self._state.value != STARTED:
            raise AssertionError('server not yet started')
        made = self._Client(self._address, authkey=self._authkey)
        try:
            ident, exposed = dispatch(made, None, 'create', args[1:], kwds)
        finally:
            made.close()
        return Token(typeid, self._address, ident), exposed

    def join(self, timeout=None):
        """Wait until the server's process ends, or so many seconds."""
        if self._process is not None:
            self._process.join(timeout)
            if not self._process.is_alive():
                self._process = None

    def _debug_info(self):
        return ask(self._Client, self._address, self._authkey, 'debug_info')

    def _number_of_objects(self):
        return ask(self._Client, self._address, self._authkey, 'number_of_objects')

    def __enter__(self):
        if self._state.value == INITIAL:
            self.start()
        elif self._state.value != STARTED:
            raise ProcessError(WRONG[self._state.value])
        return self

    def __exit__(self, *error):
        self.shutdown()

    def register(cls, typeid, callable=None, proxytype=None, exposed=None, method_to_typeid=None,
                 create_method=True):
        """Have managers of this class make objects of that name.

        callable: makes the object.  proxytype: of its proxies; None: AutoProxy.  exposed: the names
        of the methods they may call; None: the public ones.  method_to_typeid: {method: type of
        the shared object that it returns}.  create_method: whether managers have a method so named.
        """
        if '_registry' not in vars(cls):
            cls._registry = cls._registry.copy()
        proxytype = proxytype or AutoProxy
        cls._registry[typeid] = (
            callable, exposed or getattr(proxytype, '_exposed_', None),
            method_to_typeid or getattr(proxytype, '_method_to_typeid_', None), proxytype)
        if create_method:
            def make(*args, **kwds):
                self = args[0]
                token, names = self._create(typeid, *args[1:], **kwds)
                proxy = proxytype(token, self._serializer, manager=self, authkey=self._authkey,
                                  exposed=names)
                ask(self._Client, token.address, self._authkey, 'decref', token.id)
                return proxy
            make.__name__ = typeid
            setattr(cls, typeid, make)

    register = classmethod(register)


class Namespace(object):
    """An object with attributes."""

    def __init__(self, **kwds):
        self.__dict__.update(kwds)

    def __repr__(self):
        return '%s(%s)' % (self.__class__.__name__, ', '.join(
            ['%s=%r' % item for item in sorted(vars(self).items()) if item[0][0] != '_']))


class Value(object):
    """A value; the typecode is for who wants to know it."""

    def __init__(self, typecode, value, lock=True):
        self._typecode, self._value = typecode, value

    def get(self):
        """The value."""
        return self._value

    def set(self, value):
        """Let it be that."""
        self._value = value

    value = property(get, set)

    def __repr__(self):
        return '%s(%r, %r)' % (type(self).__name__, self._typecode, self._value)


def Array(typecode, sequence, lock=True):
    """An array.array."""
    return array.array(typecode, sequence)


def reduce_array(made):
    """What one is pickled as: until 2.5 it can't be otherwise."""
    return array.array, (made.typecode, made.tostring())


def reduce_view(made):
    """Of keys(), values() and items() of 3.x: lists travel."""
    return list, (list(made),)


if hasattr(array.array, 'tostring'):        # until 3.9
    copyreg.pickle(array.array, reduce_array)
if compat.FORKING_PICKLER is not None:      # 3.x without _multiprocessing
    for _name in ('items', 'keys', 'values'):
        compat.FORKING_PICKLER.register(type(getattr({}, _name)()), reduce_view)


def of_threads(name):
    """What makes the server's: the context thread has it for each interpreter."""
    def make(*args, **kwds):
        return getattr(context.get_context('thread'), name)(*args, **kwds)
    make.__name__ = make.__qualname__ = name        # by which 3.x pickles it
    return make


class SyncManager(BaseManager):
    """Shares dicts, lists, sets, Namespaces, values, arrays, pools, queues and locks of threads."""


# Named here, as a new interpreter looks for them.
Queue, JoinableQueue = of_threads('Queue'), of_threads('JoinableQueue')
Event, Barrier, Lock = of_threads('Event'), of_threads('Barrier'), of_threads('Lock')
Semaphore, BoundedSemaphore = of_threads('Semaphore'), of_threads('BoundedSemaphore')


def Pool(*args, **kwds):
    """A pool of the server's."""
    import shim
    return shim.Pool(*args, **kwds)


for _function, _proxytype in (
        (Queue, None), (JoinableQueue, None), (Event, proxies.EventProxy),
        (Lock, proxies.AcquirerProxy), (managed.RLock, proxies.AcquirerProxy),
        (Semaphore, proxies.AcquirerProxy), (BoundedSemaphore, proxies.AcquirerProxy),
        (managed.Condition, proxies.ConditionProxy), (Barrier, proxies.BarrierProxy),
        (Pool, proxies.PoolProxy), (Value, proxies.ValueProxy), (Array, proxies.ArrayProxy),
        (Namespace, proxies.NamespaceProxy)):
    SyncManager.register(_function.__name__, _function, _proxytype)
SyncManager.register('list', managed.List, proxies.ListProxy)
SyncManager.register('dict', managed.Dict, proxies.DictProxy)
SyncManager.register('set', set, proxies.SetProxy)
SyncManager.register('Iterator', proxytype=proxies.IteratorProxy, create_method=False)
SyncManager.register('AsyncResult', create_method=False)
