"""multiprocessing.connection as of CPython 3.15."""
import struct

from shim import alias, compat
from shim.backfill import challenge

real = alias.found('connection')
own = None
__all__ = []

if not hasattr(real, 'wait'):           # until 3.3
    from shim.backfill import listeners as own
    from shim.backfill.listeners import address_type, arbitrary_address, default_family, families
    from shim.backfill.sockets import Connection, Pipe, wait

    class Listener(challenge.Shaking, own.Listener):
        __doc__ = own.Listener.__doc__ + '    authkey: bytes that a client has to know, or None.\n'

    Client = challenge.client(own.connect)
    from shim.errors import AuthenticationError, BufferTooShort
    __all__ += ['AuthenticationError', 'BufferTooShort', 'Client', 'Connection', 'Listener', 'Pipe',
                'address_type', 'arbitrary_address', 'default_family', 'families', 'wait']
elif compat.LENGTH_OF_32_BITS:
    class Connection(real.Connection):
        """multiprocessing's, for messages over 2 GiB, too."""

        def _send_bytes(self, buf):
            size = len(buf)
            if size > 0x7fffffff:
                self._send(struct.pack('!iQ', -1, size))
                self._send(buf)
            else:
                super(Connection, self)._send_bytes(buf)

        def _recv_bytes(self, maxsize=None):
            size = struct.unpack('!i', self._recv(4).getvalue())[0]
            if size == -1:
                size = struct.unpack('!Q', self._recv(8).getvalue())[0]
            if maxsize is not None and size > maxsize:
                return None
            return self._recv(size)

    def adopt(made):
        """Have a connection of multiprocessing's be one of ours; a named pipe has no limit."""
        if type(made) is real.Connection:
            made.__class__ = Connection
        return made

    def Pipe(duplex=True):
        """Two connected Connections; if not duplex, (one that receives, one that sends)."""
        near, far = real.Pipe(duplex)
        return adopt(near), adopt(far)

    def rebuild(*args):
        """In the process that a connection was sent to."""
        return adopt(real.rebuild_connection(*args))

    compat.FORKING_PICKLER.register(
        Connection, lambda made: (rebuild, real.reduce_connection(made)[1]))
    __all__ += ['Connection', 'Pipe']
else:
    def adopt(made):
        return made

if not hasattr(real, '_ALLOWED_DIGESTS'):       # until 3.12
    from shim.backfill.challenge import answer_challenge, deliver_challenge
    __all__ += ['answer_challenge', 'deliver_challenge']
    if own is None:
        class Accepting(real.Listener):
            def accept(self):
                return adopt(super(Accepting, self).accept())

        class Listener(challenge.Shaking, Accepting):
            __doc__ = real.Listener.__doc__

        Client = challenge.client(lambda address, family: adopt(real.Client(address, family)))
        __all__ += ['Client', 'Listener']
