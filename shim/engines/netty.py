"""Jython's sockets are Netty's: each that listens begins the threads that are to serve what it will
accept, and ends them never, or some of them: twenty descriptors for each worker there ever was.
So they go with the connection, and end with it.  Elsewhere nothing of this is needed.
"""
try:
    from java.util.concurrent import TimeUnit
    from java.util.logging import Level, Logger
except ImportError:
    Logger = None


if Logger is None:
    def listening(server):
        """A socket listens."""

    def accepted(server, sock):
        """It is done: what serves it now serves this connection alone."""

    def close(sock):
        """Close a socket, and what serves it."""
        sock.close()
else:
    # Netty tells standard error that those threads are gone, whenever a socket is closed later.
    _logger = Logger.getLogger('io.netty.util.concurrent.DefaultPromise.rejectedExecution')
    _logger.setLevel(Level.OFF)

    def listening(server):
        server.served_by = server._sock.child_group

    def accepted(server, sock):
        sock.served_by, server.served_by = server.served_by, None

    def close(sock):
        sock.close()
        if getattr(sock, 'served_by', None) is not None:
            sock.served_by.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS)


def is_active(sock):
    """Is the other end there?  A blocking socket of Netty's, too, takes nothing while it is full."""
    channel = getattr(getattr(sock, '_sock', None), 'channel', None)
    return channel is not None and channel.isActive()
