"""Frames: cut anywhere on their way, they arrive whole, once and in order."""
from tests import support

b = support.b


class Cuts(support.TestCase):
    apart = True

    def setUp(self):
        support.TestCase.setUp(self)
        from shim import wire
        self.wire = wire
        self.frame, self.load = self.speaking()
        self.long = b('0123456789') * (wire.LONG // 5)
        self.bodies = [
            (wire.RETURN, None), (wire.TASKS, (4, [(1, 'two'), b('three')])), (wire.EXIT, None),
            (wire.TASKS, (4, [self.long, (5,), self.long[1:], b('')])),
            (wire.RESULTS, (0.5, [7, (0, self.long), None, (1, b('short'))])), (wire.BEGUN, 3)]
        frames = []
        for kind, body in self.bodies:
            frames.extend(self.frame(kind, self.mark(body)))
        self.data = b('').join([self.plain(part) for part in frames])

    def speaking(self):
        return self.wire.frame, self.wire.load

    def mark(self, body):
        """The body with its bytes as a pool would mark them."""
        if isinstance(body, tuple):
            return tuple([self.mark(each) for each in body])
        if isinstance(body, list):
            return [self.mark(each) for each in body]
        if self.apart and isinstance(body, type(self.long)) and len(body) > 10:
            return self.wire.apart(body)
        return body

    def plain(self, part):
        if hasattr(part, 'tobytes'):
            return part.tobytes()
        return part

    def arrive(self, sizes):
        """What an inbox makes of the data when it comes in pieces of these sizes, by turns."""
        inbox, frames, at, turn = self.wire.Inbox(self.load), [], 0, 0
        while at < len(self.data):
            size = sizes[turn % len(sizes)]
            frames.extend(inbox.feed(self.data[at:at + size]))
            at, turn = at + size, turn + 1
        return frames

    def test_whole(self):
        self.assertEqual(self.arrive([len(self.data)]), self.bodies)

    def test_pieces(self):
        for sizes in ([3], [7, 100000], [8, 1, 65536], [4096], [self.wire.LONG + 8], [1 << 18]):
            self.assertEqual(self.arrive(sizes), self.bodies, sizes)

    def test_asks_for_no_more_than_a_long_frame(self):
        inbox = self.wire.Inbox(self.load)
        at = 0
        frames = []
        while at < len(self.data):
            room = inbox.room()
            self.assertTrue(0 < room <= self.wire.SLICE)
            frames.extend(inbox.feed(self.data[at:at + room]))
            at += room
        self.assertEqual(frames, self.bodies)


class TestLower(Cuts):
    """For an interpreter whose pickle is older."""

    apart = False

    def speaking(self):
        return self.wire.framing(2, False), self.wire.load


class TestMixed(Cuts):
    """For the other one of Python 2 and 3."""

    apart = False

    def speaking(self):
        return self.wire.marshalled, self.wire.unmarshal

    def test_text_and_bytes(self):
        inbox = self.wire.Inbox(self.load)
        text, data = support.six.u('\xe9\u20ac'), b('\xff\x00')
        for part in self.frame(self.wire.FAILED, [text, data, -1, 0.1, None, ('a', 1 << 20)]):
            frames = inbox.feed(part)
        self.assertEqual(frames, [(self.wire.FAILED, [text, data, -1, 0.1, None, ('a', 1 << 20)])])

    def test_native(self):
        text = support.six.u('\xe9')
        both = [text, text.encode('utf-8')]
        for given in both:
            self.assertEqual(self.wire.native(given), both[isinstance(b(''), str)])
            self.assertTrue(isinstance(self.wire.native(given), str))


class TakesNothing(object):
    """A socket as Jython's are when they are full, or closed: they raise nothing."""

    def __init__(self, timeout):
        self.timeout = timeout

    def gettimeout(self):
        return self.timeout

    def send(self, data):
        return 0


class TestOutbox(support.TestCase):
    def outbox(self):
        from shim import wire
        outbox = wire.Outbox()
        outbox.put(wire.frame(wire.RETURN))
        return outbox

    def test_full(self):
        outbox = self.outbox()
        self.assertFalse(outbox.send(TakesNothing(0.0)))
        self.assertFalse(outbox.empty())

    def test_closed(self):
        self.catch((IOError, OSError), self.outbox().send, TakesNothing(None))
