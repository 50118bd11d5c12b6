"""Listener and Client of multiprocessing.connection, over sockets: they ask for no key yet.

challenge.py has them ask.
"""
import os
import socket

from shim import compat, util
from shim.backfill.sockets import Fault, call, over
from shim.engines import channel

families, default_family = ['AF_INET'], 'AF_INET'
if hasattr(socket, 'AF_UNIX'):
    families.append('AF_UNIX')
    default_family = 'AF_UNIX'


def address_type(address):
    """'AF_INET', 'AF_UNIX' or 'AF_PIPE'; ValueError."""
    if isinstance(address, tuple):
        return 'AF_INET'
    if isinstance(address, (str, compat.text)) and address[:2] == '\\\\':
        return 'AF_PIPE'
    if isinstance(address, (str, compat.text)) or util.is_abstract_socket_namespace(address):
        return 'AF_UNIX'
    raise ValueError('address type of %r unrecognized' % (address,))


def arbitrary_address(family):
    """An address that nobody has, for a Listener of that family."""
    if family == 'AF_INET':
        return 'localhost', 0
    if family == 'AF_UNIX':
        return os.path.join(util.get_temp_dir(), 'sock-' + str(channel.token())[:12])
    raise ValueError('unrecognized family')


def check_family(family):
    """ValueError if there are no sockets of that family here."""
    if family not in families:
        raise ValueError('Family %s is not recognized.' % family)


class Listener(object):
    """Waits for connections at an address, until it is closed.  Who connects need know no key.

    address: a tuple (host, port) or the path of a socket; None: any.  family: 'AF_INET', 'AF_UNIX';
    None: as the address is.  backlog: how many may wait.
    """

    def __init__(self, address=None, family=None, backlog=1):
        family = family or address and address_type(address) or default_family
        check_family(family)
        address = address or arbitrary_address(family)
        self._unlink = None
        self._socket = sock = socket.socket(getattr(socket, family))
        try:
            compat.cloexec(sock)
            if os.name == 'posix':
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setblocking(True)
            call(sock.bind, address)
            call(sock.listen, backlog)
            self._address, self._last_accepted = sock.getsockname(), None
        except:
            sock.close()
            raise
        if family == 'AF_UNIX' and not util.is_abstract_socket_namespace(address):
            self._unlink = util.Finalize(self, os.unlink, args=(address,), exitpriority=0)

    address = property(lambda self: self._address, doc='Its address, as Client() takes it.')
    last_accepted = property(lambda self: self._last_accepted,
                             doc='The address of who has connected last, or None.')

    def accept(self):
        """A Connection to the next that connects."""
        if self._socket is None:
            raise Fault('listener is closed')
        sock, self._last_accepted = call(self._socket.accept)
        sock.setblocking(True)
        return over(sock)

    def close(self):
        """Listen no more; again is nothing."""
        sock, self._socket = self._socket, None
        if sock is not None:
            sock.close()
            if self._unlink is not None:
                self._unlink()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def connect(address, family=None):
    """A Connection to a Listener that asks for no key."""
    family = family or address_type(address)
    check_family(family)
    sock = socket.socket(getattr(socket, family))
    try:
        sock.setblocking(True)
        call(sock.connect, address)
    except:
        sock.close()
        raise
    return over(sock)
