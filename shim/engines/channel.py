"""Channels: two connected sockets, by socketpair or by loopback TCP."""
import binascii
import os
import socket

from shim import compat
from shim.engines import netty
from shim.retrying import retry

TOKEN = 16              # bytes of the secret that says which worker it is


def wants_tcp():
    """True where channels are loopback TCP: asked for, or no end of a pair can be handed down."""
    return (os.environ.get('SHIM_CHANNEL') == 'tcp' or not hasattr(socket, 'socketpair')
            or os.name == 'nt')     # there a pair is two sockets of TCP, and no child's stdin


def pair(tcp=False):
    """Two connected stream sockets of this process."""
    if not tcp and hasattr(socket, 'socketpair'):
        ends = socket.socketpair()
        for end in ends:
            compat.cloexec(end)
            end.setblocking(True)   # whatever socket.setdefaulttimeout() says
        return ends
    server = listen()
    try:
        near = connect(server.getsockname()[1])
        while True:
            far = accept(server)
            # Anybody on this machine may have connected in between.
            if far.getpeername() == near.getsockname():
                netty.accepted(server, far)
                return near, far
            far.close()
    finally:
        netty.close(server)


def listen(host='127.0.0.1'):
    """A socket that listens on a free port of the loopback interface, or of another one."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setblocking(True)
    compat.cloexec(server)
    try:
        server.bind((host, 0))
        server.listen(64)
    except:
        server.close()
        raise
    netty.listening(server)
    return server


def connect(port, host='127.0.0.1', seconds=None):
    """A socket connected to a port of the loopback interface, or of another machine."""
    near = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        near.settimeout(seconds)
        compat.cloexec(near)
        retry(near.connect, (host, port))
        near.setblocking(True)
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except:
        near.close()
        raise
    return near


def accept(server):
    """The next connection to a listening socket."""
    far = retry(server.accept)[0]
    compat.cloexec(far)
    far.setblocking(True)
    far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return far


def token():
    """A secret to recognise one worker by, as ASCII text of 2 * TOKEN characters."""
    return binascii.hexlify(os.urandom(TOKEN)).decode('ascii')


def read(sock, count, end=None):
    """Just so many bytes from a blocking socket; EOFError if it ends before, or time is up."""
    parts = []
    while count:
        if end is not None:
            sock.settimeout(max(0.001, end - compat.monotonic()))
        data = retry(sock.recv, min(count, 1 << 20))
        if not data:
            raise EOFError
        parts.append(data)
        count -= len(data)
    return ''.encode('ascii').join(parts)


def shake(sock, ours, theirs, seconds, first):
    """Show our token and check theirs, on a new connection; False if it is not who it should be.

    The one that connected shows its token first, so that nobody learns the other one by asking.
    """
    sock.settimeout(seconds)
    end = compat.monotonic() + seconds
    try:
        try:
            if first:
                sock.sendall(ours.encode('ascii'))
            if read(sock, len(theirs), end) != theirs.encode('ascii'):
                return False
            if not first:
                sock.sendall(ours.encode('ascii'))
            return True
        except (EOFError, OSError, IOError, socket.error):
            return False
    finally:
        sock.settimeout(None)
