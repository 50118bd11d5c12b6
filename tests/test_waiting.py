"""What waits for sockets."""
import os
import socket
import time

from shim import threads, waiting
from shim.engines import channel
from shim.engines.base import Gate
from shim.waiting import ONE, Signal, poll
from tests import support
from tests.promises import scratch


class Polls(support.TestCase):
    deadline = 60

    def test_poll(self):
        if not support.THREADS:
            support.skip('no sockets are waited for here')
        near, far = channel.pair(True)
        try:
            for _round in range(3):
                self.assertFalse(poll(near, 0))
                far.send(ONE)
                self.assertTrue(poll(near, 30))
                self.assertEqual(near.recv(1), ONE)
            # Jython's tell all that ever polled them what comes, if these don't say no more.
            known = getattr(getattr(near, '_sock', None), 'selectors', ())
            self.assertEqual(len(known), 0)
        finally:
            near.close()
            far.close()


IMPORTED = '''
import threading
from shim import waiting
made = []
maker = threading.Thread(target=lambda: made.append(waiting.SocketWaiter()))
maker.start()
maker.join(10)
done = len(made)
'''
IMPORTS = '''
import sys
sys.path.insert(0, sys.argv[1])
import made_while_imported
sys.stdout.write('%d' % made_while_imported.done)
'''


class Imports(support.TestCase):
    """In 2.x one thread at a time may import: who makes what another one waits with had better not."""

    deadline = 60

    def test_waiter(self):
        support.needs_threads()
        folder = os.path.dirname(scratch(self))
        stream = open(os.path.join(folder, 'made_while_imported.py'), 'w')
        stream.write(IMPORTED)
        stream.close()
        self.assertEqual(support.run_script(IMPORTS, args=[folder])[:3], (0, '1', ''))


class Shakes(support.TestCase):
    """Whoever connects has a moment to show its token, however slowly it speaks."""

    def test_slow_one(self):
        support.needs_threads()
        near, far = channel.pair()
        over = []

        def drip():
            try:
                for character in 'a' * 40:
                    far.sendall(character.encode('ascii'))
                    time.sleep(0.1)
            except (OSError, IOError, socket.error):
                pass
            over.append(True)
        threads.start(drip, (), 'drip')
        clock = support.Elapsed()
        self.assertFalse(channel.shake(near, 'a' * 32, 'a' * 32, 0.5, first=False))
        self.assertTrue(clock.seconds < 2)
        near.close()
        self.assertTrue(support.wait_until(lambda: over))
        far.close()

    def test_right_one(self):
        support.needs_threads()     # Pyodide has no sockets either
        near, far = channel.pair()
        far.sendall('theirs'.encode('ascii'))
        self.assertTrue(channel.shake(near, 'ours', 'theirs', 0.5, first=False))
        self.assertEqual(channel.read(far, 4), 'ours'.encode('ascii'))
        for end in (near, far):
            end.close()


class Waits(support.TestCase):
    deadline = 60

    def made_by(self, wait):
        """How many waiters the same wait needs that is done ten times."""
        made, plain = [], waiting.SocketWaiter.__init__

        def init(self):
            made.append(self)
            plain(self)

        waiting.SocketWaiter.__init__ = init
        try:
            wait()
            del made[:]
            for _round in range(10):
                wait()
            return len(made)
        finally:
            waiting.SocketWaiter.__init__ = plain

    def test_in_vain(self):
        """Where a waiter has sockets, PyPy closes them when it likes."""
        if waiting.Waiter is not waiting.SocketWaiter:
            support.skip('waits on a lock here')
        self.assertEqual(self.made_by(lambda: Gate().wait(0, lambda: True)), 0)
        self.assertEqual(self.made_by(lambda: Signal().wait_for(0.01)), 0)
