"""Connections: pipes, listeners, clients and wait()."""
import os
import tempfile

import shim
from six import b
from tests.api import helpers
from tests.api.helpers import SOON, WAIT, answer, check, ended, raises, run, start, within
from tests.api.names import load


def pipe(ctx):
    one, other = ctx.Pipe()
    one.send({'a': [1, None]})
    other.send('back')
    check((other.recv(), one.recv()), ({'a': [1, None]}, 'back'))


def pipe_simplex(ctx):
    reader, writer = ctx.Pipe(duplex=False)
    writer.send(1)
    check(reader.recv(), 1)
    check((reader.readable, reader.writable), (True, False))
    check((writer.readable, writer.writable), (False, True))
    raises((OSError, IOError), reader.send, 1)
    raises((OSError, IOError), writer.recv)


def pipe_to_child(ctx):
    near, far = ctx.Pipe()
    process = start(ctx, helpers.tell, far, helpers.square, 5)
    check(near.poll(WAIT), True)
    check(near.recv(), 25)
    ended(process)


def connection_bytes(ctx):
    one, other = ctx.Pipe()
    one.send_bytes(b('hello'))
    one.send_bytes(b('hello'), 1)
    one.send_bytes(b('hello'), 1, 3)
    one.send_bytes(b(''))
    check([other.recv_bytes() for number in range(4)], [b('hello'), b('ello'), b('ell'), b('')])
    raises(ValueError, one.send_bytes, b('hello'), -1)
    raises(ValueError, one.send_bytes, b('hello'), 6)


def connection_bytes_like(ctx):
    one, other = ctx.Pipe()
    one.send_bytes(bytearray(b('hello')))
    one.send_bytes(memoryview(b('hello')))
    check([other.recv_bytes() for number in range(2)], [b('hello')] * 2)


def connection_maxlength(ctx):
    one, other = ctx.Pipe()
    one.send_bytes(b('hello'))
    check(other.recv_bytes(maxlength=5), b('hello'))
    one.send_bytes(b('hello'))
    raises((OSError, IOError), other.recv_bytes, 3)


def connection_bytes_into(ctx):
    import array
    one, other = ctx.Pipe()
    buffer = array.array('b', [0] * 8)
    one.send_bytes(b('hello'))
    check(other.recv_bytes_into(buffer, 2), 5)
    check(buffer.tolist(), [0, 0, 104, 101, 108, 108, 111, 0])
    one.send_bytes(b('hello, world'))
    error = raises(shim.BufferTooShort, other.recv_bytes_into, buffer)
    check(error.args, (b('hello, world'),))


def connection_poll(ctx):
    one, other = ctx.Pipe()
    check((one.poll(), one.poll(SOON)), (False, False))
    other.send(None)
    check((one.poll(), one.poll(timeout=SOON), one.poll(None)), (True, True, True))


def connection_eof(ctx):
    one, other = ctx.Pipe()
    other.close()
    raises(EOFError, one.recv)


def connection_closed(ctx):
    one, other = ctx.Pipe()
    check(one.closed, False)
    one.close()
    check(one.closed, True)
    raises((OSError, IOError), one.send, 1)
    raises((OSError, IOError), one.fileno)


def connection_with(ctx):
    one, other = ctx.Pipe()
    check(within(one, lambda entered: entered is one), True)
    check(one.closed, True)


def connection_fileno(ctx):
    one, other = ctx.Pipe()
    check(isinstance(one.fileno(), int), True)


def connection_class(ctx):
    one, other = ctx.Pipe()
    check(isinstance(one, load('shim.connection').Connection), True)


def connection_through_pipe(ctx):
    near, far = ctx.Pipe()
    one, other = ctx.Pipe()
    process = start(ctx, relay, far)
    near.send(other)
    check(one.poll(WAIT), True)
    check(one.recv(), 'relayed')
    ended(process)


def relay(connection):
    received = connection.recv()
    received.send('relayed')


def wait_ready(ctx):
    wait = load('shim.connection').wait
    pairs = [ctx.Pipe() for number in range(3)]
    readers = [pair[0] for pair in pairs]
    check(wait(readers, timeout=SOON), [])
    pairs[1][1].send(1)
    check(wait(readers), [readers[1]])
    pairs[2][1].send(1)
    check(wait(object_list=readers, timeout=0), readers[1:])


def wait_process(ctx):
    wait = load('shim.connection').wait
    near, far = ctx.Pipe()
    process = start(ctx, helpers.nothing)
    check(wait([near, process.sentinel], WAIT), [process.sentinel])
    ended(process)


def wait_socket():
    import socket
    wait = load('shim.connection').wait
    one, other = socket.socketpair()
    other.send(b('x'))
    check(wait([one], WAIT), [one])
    check(wait([one.fileno()], WAIT), [one.fileno()])


def listened(connection, listener):
    """A client's first message is what it gets back."""
    client = connection.Client(listener.address)
    server = listener.accept()
    client.send('hello')
    server.send([server.recv()])
    check(client.recv(), ['hello'])
    server.close()
    raises(EOFError, client.recv)
    client.close()
    listener.close()


def listener_inet():
    connection = load('shim.connection')
    listener = connection.Listener(('127.0.0.1', 0))
    check(listener.address[0], '127.0.0.1')
    listened(connection, listener)


def listener_unix():
    connection = load('shim.connection')
    path = os.path.join(tempfile.mkdtemp(), 'socket')
    listener = connection.Listener(path, family='AF_UNIX', backlog=2)
    check(listener.address, path)
    listened(connection, listener)
    check(os.path.exists(path), False)
    os.rmdir(os.path.dirname(path))


def listener_anywhere():
    connection = load('shim.connection')
    listened(connection, connection.Listener())


def listener_with():
    connection = load('shim.connection')
    listener = connection.Listener(('127.0.0.1', 0))
    check(within(listener, lambda entered: entered is listener), True)
    raises((OSError, IOError), listener.accept)


def listener_last_accepted():
    connection = load('shim.connection')
    listener = connection.Listener(('127.0.0.1', 0))
    check(listener.last_accepted, None)
    client = connection.Client(listener.address, family='AF_INET')
    listener.accept()
    check(listener.last_accepted[0], '127.0.0.1')
    client.close()
    listener.close()


def listener_authkey(ctx):
    connection = load('shim.connection')
    listener = connection.Listener(('127.0.0.1', 0), authkey=helpers.KEY)
    process = start(ctx, greet, listener.address, helpers.KEY)
    server = listener.accept()
    check(server.recv(), 'greeting')
    ended(process)
    listener.close()


def listener_wrong_authkey(ctx):
    connection = load('shim.connection')
    listener = connection.Listener(('127.0.0.1', 0), authkey=helpers.KEY)
    near, far = ctx.Pipe()
    process = start(ctx, helpers.tell, far, refused, listener.address)
    raises(shim.AuthenticationError, listener.accept)
    check(near.poll(WAIT), True)
    check(near.recv(), 'AuthenticationError')
    ended(process)
    listener.close()


def listener_authkey_type():
    connection = load('shim.connection')
    raises(TypeError, connection.Listener, ('127.0.0.1', 0), authkey=3)


def greet(address, key):
    client = load('shim.connection').Client(address, authkey=key)
    client.send('greeting')
    client.close()


def refused(address):
    try:
        greet(address, b('wrong'))
    except shim.AuthenticationError:
        return 'AuthenticationError'
