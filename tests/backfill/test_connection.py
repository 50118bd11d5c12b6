"""shim.connection and Pipe: as multiprocessing.connection of CPython 3.15."""
import array
import os
import signal
import socket
import sys
import threading
import time

from six.moves import builtins

import shim
from shim.backfill.sockets import DESCRIPTORS
from shim.connection import AuthenticationError, BufferTooShort, Client, Connection, Listener, Pipe, wait
from shim.engines import channel
from tests import support
from tests.backfill.ends import Case
from tests.support import Elapsed, b

GIGABYTES = (1 << 31) + 5


class Pipes(Case):
    def test_both_ways(self):
        one, two = self.pipe()
        for near, far in ((one, two), (two, one)):
            for value in (None, 'text', [1, 2.5, {'a': (1,)}], b('\0\xff'), 1 << 70):
                near.send(value)
                self.assertEqual(far.recv(), value)
        self.assertTrue(isinstance(one, Connection))

    def test_one_way(self):
        reader, writer = self.pipe(False)
        self.assertEqual((reader.readable, reader.writable), (True, False))
        self.assertEqual((writer.readable, writer.writable), (False, True))
        writer.send('text')
        self.assertEqual(reader.recv(), 'text')
        self.catch(OSError, reader.send, 1)
        self.catch(OSError, reader.send_bytes, b('a'))
        self.catch(OSError, writer.recv)
        self.catch(OSError, writer.recv_bytes)
        self.catch(OSError, writer.poll)

    def test_bytes(self):
        one, two = self.pipe()
        data = b('0123456789')
        for args, expected in (((data,), data), ((data, 4), b('456789')),
                               ((data, 2, 3), b('234')), ((data, 10), b('')), ((b(''),), b(''))):
            one.send_bytes(*args)
            self.assertEqual(two.recv_bytes(), expected)
        one.send_bytes(array.array('i', [1, 2, 3]))
        got = array.array('i')
        getattr(got, 'frombytes', getattr(got, 'fromstring', None))(two.recv_bytes())
        self.assertEqual(list(got), [1, 2, 3])
        for args in ((data, -1), (data, 11), (data, 3, -1), (data, 3, 8)):
            self.catch(ValueError, one.send_bytes, *args)
        self.catch(TypeError, one.send_bytes, b('text').decode('ascii'))

    def test_bytes_of_any_length(self):
        one, two = self.pipe()
        for size in (1, 16383, 16384, 16385, 70000, (1 << 20) + 1, 5 << 20):
            data = os.urandom(1 << 10) * (size // (1 << 10)) + b('x') * (size % (1 << 10))
            got = []
            self.run_threads([lambda: one.send_bytes(data),
                              lambda: got.append(two.recv_bytes())])
            self.assertTrue(got == [data], size)

    def test_into_a_buffer(self):
        one, two = self.pipe()
        target = array.array('b', [0] * 10)
        one.send_bytes(b('abc'))
        self.assertEqual(two.recv_bytes_into(target), 3)
        one.send_bytes(b('xyz'))
        self.assertEqual(two.recv_bytes_into(target, 7), 3)
        self.assertEqual(list(target), [97, 98, 99, 0, 0, 0, 0, 120, 121, 122])
        items = array.array('i', [-1] * 3)
        one.send_bytes(b('\0') * 4)
        self.assertEqual(two.recv_bytes_into(items, 4), 4)
        self.assertEqual(list(items), [-1, 0, -1])
        one.send_bytes(b('too long'))
        error = self.catch(BufferTooShort, two.recv_bytes_into, target, 4)
        self.assertEqual(error.args[0], b('too long'))
        self.catch(ValueError, two.recv_bytes_into, target, -1)
        self.catch(ValueError, two.recv_bytes_into, target, 11)

    def test_into_other_buffers(self):
        if not hasattr(builtins, 'memoryview') or hasattr(sys, 'getClassLoader'):
            support.skip('needs memoryview and ctypes')
        import ctypes
        one, two = self.pipe()
        data, numbers = bytearray(8), (ctypes.c_short * 4)()
        for target in (data, memoryview(data)):
            one.send_bytes(b('\1\1'))
            self.assertEqual(two.recv_bytes_into(target, 2), 2)
        self.assertEqual(bytes(data), b('\0\0\1\1\0\0\0\0'))
        one.send_bytes(b('\1\1'))
        try:
            self.assertEqual(two.recv_bytes_into(numbers, 2), 2)
        except TypeError:
            if 'PyPy' in sys.version and isinstance(two, getattr(
                    shim.alias.found('connection'), '_ConnectionBase', ())):
                support.skip("PyPy's multiprocessing writes to no array of ctypes'")
            raise
        self.assertEqual(list(numbers), [0, 0x101, 0, 0])

    def test_too_long(self):
        one, two = self.pipe()
        one.send_bytes(b('0123456789'))
        self.assertEqual(two.recv_bytes(10), b('0123456789'))
        self.catch(ValueError, two.recv_bytes, -1)
        one.send_bytes(b('0123456789'))
        self.catch(OSError, two.recv_bytes, 9)
        self.assertEqual((two.closed, two.readable, two.writable), (False, False, True))
        reader, writer = self.pipe(False)
        writer.send_bytes(b('0123456789'))
        self.catch(OSError, reader.recv_bytes, 9)
        self.assertTrue(reader.closed)

    def test_end(self):
        one, two = self.pipe()
        one.send(1)
        one.close()
        one.close()
        self.assertTrue(one.closed)
        self.assertEqual(two.recv(), 1)
        self.assertTrue(two.poll(5))
        self.catch(EOFError, two.recv)
        self.catch(OSError, one.send, 1)
        self.catch(OSError, one.recv)
        self.catch(OSError, one.poll)
        self.catch(OSError, one.fileno)

    def test_end_within_a_message(self):
        if not DESCRIPTORS:
            support.skip('no descriptors here')
        one, two = self.pipe()
        os.write(one.fileno(), b('\0\0\0\12half'))
        one.close()
        error = self.catch(OSError, two.recv)
        self.assertFalse(isinstance(error, EOFError))

    def test_nobody_reads(self):
        one, two = self.pipe()
        two.close()
        self.catch(OSError, lambda: [one.send_bytes(b('x') * 100000) for _each in range(20)])

    def test_context_manager(self):
        one, two = self.pipe()
        self.assertTrue(one.__enter__() is one)
        one.__exit__(None, None, None)
        self.assertTrue(one.closed)

    def test_poll(self):
        one, two = self.pipe()
        clock = Elapsed()
        self.assertEqual([two.poll(), two.poll(0), two.poll(0.2), two.poll(-1)], [False] * 4)
        self.assertTrue(0.15 < clock.real < 5, clock.real)
        one.send(None)
        if not DESCRIPTORS:     # a JVM's socket has it a moment later
            self.assertTrue(two.poll(5))
        self.assertEqual([two.poll(), two.poll(0.1), two.poll(None)], [True] * 3)

    def test_descriptors_are_closed(self):
        if not os.path.exists('/proc/self/fd'):
            support.skip('no /proc/self/fd here')
        before = len(os.listdir('/proc/self/fd'))
        for duplex in (True, False):
            one, two = Pipe(duplex)
            one.close()
            del two, one
        support.wait_until(lambda: len(os.listdir('/proc/self/fd')) <= before, 1)
        if hasattr(sys, 'getrefcount'):
            self.assertEqual(len(os.listdir('/proc/self/fd')), before)

    def test_arguments(self):
        if not DESCRIPTORS:
            support.skip('no descriptors here')
        self.catch(ValueError, Connection, -1)
        self.catch((TypeError, AttributeError), Connection, 'text')
        reader, writer = os.pipe()
        self.addCleanup(os.close, writer)
        self.catch(ValueError, Connection, reader, readable=False, writable=False)
        made = Connection(reader, writable=False)
        self.assertEqual(made.fileno(), reader)
        made.close()
        self.catch(OSError, os.close, reader)

    def test_signals_between(self):
        # A handler that returns breaks nothing off.
        support.needs_threads()
        if not DESCRIPTORS:
            support.skip('a JVM has SIGUSR1 for itself')
        one, two = self.pipe()
        pid, parts = os.getpid(), []
        seen = []
        previous = signal.signal(signal.SIGUSR1, lambda *args: seen.append(1))
        self.addCleanup(signal.signal, signal.SIGUSR1, previous)

        def disturb():
            for count in range(20):
                os.kill(pid, signal.SIGUSR1)
                time.sleep(0.005)
            one.send_bytes(b('x') * (3 << 20))

        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            parts.append(two.recv_bytes())
        finally:
            thread.join()
        self.assertEqual(len(parts[0]), 3 << 20)
        self.assertTrue(seen)

    def test_more_than_two_gigabytes(self):
        if os.environ.get('SHIM_BIG') != '1':
            support.skip('needs 8 GB of memory: SHIM_BIG=1 runs it')
        one, two = self.pipe()
        got = []
        self.run_threads([lambda: one.send_bytes(b('x') * GIGABYTES),
                          lambda: got.append(len(two.recv_bytes()))])
        self.assertEqual(got, [GIGABYTES])

    def test_their_length_on_the_wire(self):
        # As of 3.8: a reader needs no memory to be told of one.
        if not DESCRIPTORS:
            support.skip('no descriptors here')
        one, two = self.pipe()
        os.write(one.fileno(), b('\xff\xff\xff\xff\0\0\0\0\0\0\0\3abc'))
        self.assertEqual(two.recv_bytes(), b('abc'))
        os.write(one.fileno(), b('\xff\xff\xff\xff\0\0\0\1\0\0\0\0'))
        self.catch(OSError, two.recv_bytes, 1 << 31)


class Waiting(Case):
    def test_ready(self):
        one, two = self.pipe()
        three, four = self.pipe(False)
        clock = Elapsed()
        self.assertEqual(wait([two, three], 0.2), [])
        self.assertTrue(0.15 < clock.real < 5, clock.real)
        self.assertEqual(wait([two, three], 0), [])
        self.assertEqual(wait([two, three], -1), [])
        one.send(1)
        self.assertEqual(wait([two, three], 5), [two])
        self.assertEqual(wait(iter([two, three])), [two])
        four.close()
        self.assertEqual(set(wait([two, three], 5)), set([two, three]))
        self.assertEqual(wait([], 0.01), [])

    def test_sockets_and_descriptors(self):
        near, far = channel.pair()
        self.addCleanup(near.close)
        self.addCleanup(far.close)
        far.sendall(b('x'))
        self.assertEqual(wait([near], 5), [near])
        if DESCRIPTORS:
            self.assertEqual(wait([near.fileno()], 5), [near.fileno()])

    def test_process(self):
        support.needs_processes()
        process = shim.Process(target=abs, args=(-1,))
        process.start()
        self.addCleanup(process.join)
        self.assertEqual(wait([process.sentinel], 30), [process.sentinel])


class Listeners(Case):
    def families(self):
        return [name for name in ('AF_INET', 'AF_UNIX') if hasattr(socket, name)]

    def exchange(self, listener, **kwds):
        got = []

        def serve():
            accepted = listener.accept()
            accepted.send('hello')
            got.append(accepted.recv())
            accepted.close()

        def connect():
            connection = Client(listener.address, **kwds)
            got.append(connection.recv())
            connection.send('thanks')
            connection.close()

        self.run_threads([serve, connect])
        self.assertEqual(sorted(got), ['hello', 'thanks'])

    def test_families(self):
        for name in self.families():
            listener = self.listener(family=name)
            self.exchange(listener)
            self.exchange(listener, family=name)
            if name == 'AF_INET':
                self.assertEqual(listener.last_accepted[0], '127.0.0.1')
            else:
                address = listener.address
                self.assertTrue(os.path.exists(address))
                listener.close()
                self.assertFalse(os.path.exists(address))

    def test_authkey(self):
        self.exchange(self.listener(authkey=b('secret')), authkey=b('secret'))

    def test_wrong_key(self):
        listener = self.listener(authkey=b('secret'))
        seen = []

        def serve():
            seen.append(self.catch(AuthenticationError, listener.accept))

        def connect():
            seen.append(self.catch(AuthenticationError, Client, listener.address,
                                   authkey=b('guess')))

        self.run_threads([serve, connect])
        self.assertEqual(len(seen), 2)
        self.exchange(listener, authkey=b('secret'))

    def test_key_must_be_bytes(self):
        text = b('text').decode('ascii')
        if text is b('text') or isinstance(text, type(b('text'))):
            support.skip('text is bytes here')
        self.catch(TypeError, Listener, authkey=text)
        listener = self.listener()
        self.catch(TypeError, Client, listener.address, authkey=text)

    def test_unknown_family(self):
        self.catch(ValueError, Listener, None, 'AF_PIPE')
        self.catch((ValueError, AttributeError), Listener, None, 'AF_NOSUCH')
        self.catch((TypeError, ValueError), Client, 17)

    def test_closed(self):
        listener = self.listener()
        self.assertTrue(listener.__enter__() is listener)
        address = listener.address
        listener.__exit__(None, None, None)
        listener.close()
        self.catch(OSError, listener.accept)

        def refused():
            try:
                self.addCleanup(Client(address).close)
            except (OSError, socket.error):
                return True
        if not DESCRIPTORS:     # a JVM closes a moment later
            support.wait_until(refused)
        self.assertTrue(refused())

    def test_nobody_there(self):
        self.catch((OSError, socket.error), Client, ('127.0.0.1', 1))
