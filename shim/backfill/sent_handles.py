"""Descriptors for processes that run already, where multiprocessing.reduction can't send them.

On 2.5 without the backport and on PyPy 2.7: a server thread of who has the descriptor gives it to who
asks, over a socket of the kernel's that can carry it.

    share(3) --> (path of a socket, a secret, 9)  ...pickled...  fetch(path, secret, 9) --> 5
"""
import os
import socket
import sys

from shim import compat, connection, threads, util
from shim.waiting import poll

RIGHTS = 1          # SCM_RIGHTS, wherever there is one
BYTE = 'w'.encode('ascii')


def calls():
    """(send(socket's number, descriptor), receive(socket's number)); ImportError if there are none."""
    try:
        from processing import _processing
        return _processing.sendFd, _processing.recvFd
    except (ImportError, AttributeError):
        import ctypes

    class Part(ctypes.Structure):
        _fields_ = [('base', ctypes.c_char_p), ('size', ctypes.c_size_t)]

    class Control(ctypes.Structure):
        _fields_ = [('size', ctypes.c_size_t), ('level', ctypes.c_int), ('kind', ctypes.c_int),
                    ('descriptor', ctypes.c_int)]

    class Message(ctypes.Structure):
        _fields_ = [('name', ctypes.c_void_p), ('name_size', ctypes.c_uint),
                    ('parts', ctypes.POINTER(Part)), ('count', ctypes.c_size_t),
                    ('control', ctypes.POINTER(Control)), ('control_size', ctypes.c_size_t),
                    ('flags', ctypes.c_int)]

    library = ctypes.CDLL(None)

    def exchange(function, number, descriptor):
        control = Control(Control.descriptor.offset + Control.descriptor.size,
                          socket.SOL_SOCKET, RIGHTS, descriptor)
        part = Part(BYTE, 1)
        message = Message(None, 0, ctypes.pointer(part), 1, ctypes.pointer(control),
                          ctypes.sizeof(Control), 0)
        if function(number, ctypes.byref(message), 0) != 1 or not message.control_size:
            raise OSError('no descriptor was sent')
        return control.descriptor

    def send(number, descriptor):
        exchange(library.sendmsg, number, descriptor)

    def receive(number):
        return exchange(library.recvmsg, number, -1)

    return send, receive


def probe():
    """Why none can be sent, or None: others might lay out those structures in another way."""
    try:
        send, receive = calls()
        near, far = socket.socketpair()
        send(near.fileno(), near.fileno())
        got = receive(far.fileno())
        try:
            if os.fstat(got)[:3] != os.fstat(near.fileno())[:3]:
                return 'another one arrived'
        finally:
            os.close(got)
    except Exception:
        return '%s: %s' % (sys.exc_info()[0].__name__, sys.exc_info()[1])
    _calls[:] = [send, receive]


class Server(object):
    """What a process has shared, until somebody fetches it."""

    def __init__(self):
        self.kept, self.secret = {}, os.urandom(16)
        self.listener = connection.Listener(None, 'AF_UNIX', 8, self.secret)
        util.register_after_fork(self, Server.leave)
        threads.start(self.run, (), 'shim-descriptors')

    def leave(self):
        """In a child: all of it is the parent's."""
        self.listener._socket.close()
        for number in self.kept:
            os.close(number)

    def share(self, handle):
        number = os.dup(handle)
        compat.cloexec(number)
        self.kept[number] = True
        return self.listener.address, self.secret, number

    def run(self):
        compat.mask_interrupts()
        while True:
            try:
                asked = self.listener.accept()
                number = asked.recv()
                self.kept.pop(number)
                try:
                    _calls[0](asked.fileno(), number)
                finally:
                    os.close(number)
                    asked.close()
            except Exception:       # who asked is gone, or the program ends
                if compat is None or self.listener._socket is None:
                    break


def share(handle):
    """What fetch() makes the same descriptor of, once, in another process of this machine."""
    pid = os.getpid()
    if pid not in _servers:
        _servers[pid] = Server()
    return _servers[pid].share(handle)


def fetch(address, secret, number):
    """A descriptor that another process has shared."""
    asking = connection.Client(address, authkey=secret)
    try:
        asking.send(number)
        poll(asking, None)
        made = _calls[1](asking.fileno())
    finally:
        asking.close()
    compat.cloexec(made)
    return made


_servers = {}       # {pid: Server}
_calls = []         # send and receive
WHY_NOT = probe()
