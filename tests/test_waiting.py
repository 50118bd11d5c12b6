"""What waits for sockets."""
from shim.engines import channel
from shim.waiting import ONE, poll
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
