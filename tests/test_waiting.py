"""What waits for sockets."""
from shim import waiting
from shim.engines import channel
from shim.engines.base import Gate
from shim.waiting import ONE, Signal, poll
from tests import support


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
