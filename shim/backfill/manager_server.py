"""The server of a manager: what multiprocessing.managers has, with all that 3.15's can.

Each thread of a client has a connection of its own, and so a thread here.  It asks

    (ident, method, args, kwds)        ->
                                       <-  ('#RETURN', value)       or a copy of it
                                           ('#PROXY', (exposed, token))   of a new shared object
                                           ('#ERROR', exception)    that the method raised
                                           ('#TRACEBACK', text)     of an error of ours
                                           ('#UNSERIALIZABLE', text)

where ident None is the server itself.  Objects are counted: one that no proxy refers to goes.
"""
import sys
import threading
import traceback

from shim import compat, connection, pickling, threads, util
from shim.backfill.process import current_process
from shim.waiting import Signal

listener_client = {'pickle': (connection.Listener, connection.Client)}
if hasattr(connection, 'XmlListener'):
    listener_client['xmlrpclib'] = connection.XmlListener, connection.XmlClient
# What a method is called where the stdlib has not yet its name of 2.6.
OLDER = {'is_set': 'isSet', 'notify_all': 'notifyAll'}


class Token(object):
    """Says which object of which server: typeid, address, id."""

    __slots__ = 'typeid', 'address', 'id'

    def __init__(self, typeid, address, id):
        self.typeid, self.address, self.id = typeid, address, id

    def __reduce__(self):
        return type(self), (self.typeid, self.address, self.id)

    def __repr__(self):
        return '%s(typeid=%r, address=%r, id=%r)' % (
            self.__class__.__name__, self.typeid, self.address, self.id)


class RemoteError(Exception):
    """What went wrong in the server, as text."""

    def __str__(self):
        line = '-' * 75
        return '\n%s\n%s%s' % (line, self.args[0], line)


def outcome(kind, result):
    """What the server sent is returned, or raised."""
    if kind == '#RETURN':
        return result
    if kind == '#ERROR':
        raise result
    if kind == '#TRACEBACK':
        raise RemoteError(result)
    if kind == '#UNSERIALIZABLE':
        raise RemoteError('Unserializable message: %s\n' % result)
    raise ValueError('Unrecognized message type %r' % (kind,))


def dispatch(c, id, methodname, args=(), kwds={}):
    """Ask a server over that connection; returns what it does."""
    c.send((id, methodname, args, kwds))
    return outcome(*c.recv())


def ask(client, address, authkey, methodname, *args):
    """The same over a connection that is there for this only."""
    made = client(address, authkey=authkey)
    try:
        return dispatch(made, None, methodname, args)
    finally:
        made.close()


def public_methods(obj):
    """The names of what can be called of an object, but those that begin with '_'."""
    return [name for name in dir(obj)
            if name[0] != '_' and hasattr(getattr(obj, name), '__call__')]


class Server(object):
    """Has the objects of a manager, and calls their methods for its clients."""

    public = ['shutdown', 'create', 'accept_connection', 'get_methods', 'debug_info',
              'number_of_objects', 'dummy', 'incref', 'decref']

    def __init__(self, registry, address, authkey, serializer):
        if not isinstance(authkey, pickling.BYTES):
            raise TypeError('Authkey %r is type %s, not bytes' % (authkey, type(authkey)))
        self.registry, self.authkey = registry, pickling.BYTES(authkey)
        # Each client shows that it knows the key in its own thread.
        self.listener = listener_client[serializer][0](address=address, backlog=128)
        self.address = self.listener.address
        self.id_to_obj = {'0': (None, (), None)}
        self.id_to_refcount = {}
        self.id_to_local_proxy_obj = {}     # what proxies refer to that are in here themselves
        self.mutex = threading.Lock()
        self._stopped = Signal()

    def serve_forever(self):
        """Serve until the manager says shutdown(); ends in SystemExit."""
        current_process()._manager_server = self
        threads.start(self._accept, (), 'accepter')
        try:
            self._stopped.wait_for()
        except (KeyboardInterrupt, SystemExit):
            pass
        sys.exit(0)

    def _accept(self):
        while True:
            try:
                made = self.listener.accept()
            except (OSError, IOError):
                if self._stopped.happened:
                    return
                continue
            threads.start(self._handle, (made,), 'server')

    def _handle(self, conn):
        """Answer the one request of a new connection; it may be to serve it from now on."""
        try:
            try:
                connection.deliver_challenge(conn, self.authkey)
                connection.answer_challenge(conn, self.authkey)
                request = conn.recv()
                name = request[1]
                if name not in self.public:
                    raise AssertionError('%r unrecognized' % (name,))
                message = '#RETURN', getattr(self, name)(conn, *request[2], **request[3])
            except Exception:
                message = '#TRACEBACK', traceback.format_exc()
            self._send(conn, message)
        finally:
            conn.close()

    def _send(self, conn, message):
        """Send it, or why not; False if nobody hears."""
        try:
            conn.send(message)
        except Exception:
            try:
                conn.send(('#UNSERIALIZABLE', traceback.format_exc()))
            except Exception:
                util.info('nobody hears %.200r: %s', message, sys.exc_info()[1])
                return False
        return True

    def _serve(self, conn):
        """Answer the requests of one thread of a client until it goes."""
        while not self._stopped.happened:
            try:
                request = conn.recv()
            except (EOFError, OSError, IOError):
                return
            except Exception:
                message = '#TRACEBACK', traceback.format_exc()
            else:
                message = self._answer(conn, *request)
            if not self._send(conn, message):
                return

    def _answer(self, conn, ident, name, args, kwds):
        try:
            found = self.id_to_obj.get(ident) or self.id_to_local_proxy_obj[ident]
            obj, exposed, types = found
            method = getattr(obj, name, None) or getattr(obj, OLDER.get(name, name), None)
            if name not in exposed or method is None:
                if name in ('__str__', '__repr__'):
                    return '#RETURN', {'__str__': str, '__repr__': repr}[name](obj)
                if name == '#GETVALUE':
                    return '#RETURN', obj
                raise AttributeError('method %r of %r object is not in exposed=%r' % (
                    name, type(obj), exposed))
        except Exception:
            return '#TRACEBACK', traceback.format_exc()
        try:
            result = method(*args, **kwds)
        except Exception:
            return '#ERROR', sys.exc_info()[1]
        if types and name in types:
            try:
                made, exposed = self.create(conn, types[name], result)
            except Exception:
                return '#TRACEBACK', traceback.format_exc()
            return '#PROXY', (exposed, Token(types[name], self.address, made))
        return '#RETURN', result

    # What a manager and its proxies ask for.

    def dummy(self, c):
        """Nothing."""

    def debug_info(self, c):
        """A text: the objects, and how many proxies each has."""
        return '\n'.join(['  %s:       refcount=%s\n    %s' % (
            ident, self.id_to_refcount[ident], str(self.id_to_obj[ident][0])[:75])
            for ident in sorted(self.id_to_refcount)])

    def number_of_objects(self, c):
        """How many objects there are."""
        return len(self.id_to_refcount)

    def shutdown(self, c):
        """End the server."""
        self._send(c, ('#RETURN', None))
        self._stopped.fire()

    def create(*args, **kwds):
        """Make an object of a registered type; returns its id and the names of its methods."""
        self, c, typeid = args[:3]
        function, exposed, types, proxytype = self.registry[typeid]
        if function is not None:
            obj = function(*args[3:], **kwds)
        elif kwds or len(args) != 4:
            raise ValueError('Without callable, must have one non-keyword argument')
        else:
            obj = args[3]
        if exposed is None:
            exposed = public_methods(obj)
        if types is not None:
            if not isinstance(types, dict):
                raise TypeError('Method_to_typeid %r: type %s, not dict' % (types, type(types)))
            exposed = list(exposed) + list(types)
        ident = '%x' % (id(obj) % (1 << 64))
        self.mutex.acquire()
        try:
            self.id_to_obj[ident] = obj, set(exposed), types
            self.id_to_refcount.setdefault(ident, 0)
        finally:
            self.mutex.release()
        self.incref(c, ident)
        return ident, tuple(exposed)

    def get_methods(self, c, token):
        """The names of the methods of an object."""
        return tuple(self.id_to_obj[token.id][1])

    def accept_connection(self, c, name):
        """Serve this connection from now on."""
        self._send(c, ('#RETURN', None))
        self._serve(c)

    def incref(self, c, ident):
        """One more proxy has it."""
        self.mutex.acquire()
        try:
            if ident not in self.id_to_refcount:
                self.id_to_obj[ident] = self.id_to_local_proxy_obj[ident]
            self.id_to_refcount[ident] = self.id_to_refcount.get(ident, 0) + 1
        finally:
            self.mutex.release()

    def decref(self, c, ident):
        """One proxy less has it."""
        dropped = None
        self.mutex.acquire()
        try:
            if ident in self.id_to_refcount or ident not in self.id_to_local_proxy_obj:
                self.id_to_refcount[ident] -= 1
                if not self.id_to_refcount[ident]:
                    del self.id_to_refcount[ident]
                    dropped = self.id_to_obj.pop(ident)
        finally:
            self.mutex.release()
        del dropped     # may have proxies in it, which ask for the mutex in turn
