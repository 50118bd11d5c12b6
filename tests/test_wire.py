"""Frames: cut anywhere on their way, they arrive whole, once and in order."""
from tests import support

b = support.b


class Cuts(support.TestCase):
    def setUp(self):
        support.TestCase.setUp(self)
        from shim import wire
        self.wire = wire
        self.long = b('0123456789') * (wire.LONG // 5)
        self.bodies = [
            (wire.RETURN, None), (wire.TASKS, (4, [(1, 'two'), b('three')])), (wire.EXIT, None),
            (wire.TASKS, (4, [self.long, (5,), self.long[1:], b('')])),
            (wire.RESULTS, (0.5, [7, (0, self.long), None, (1, b('short'))])), (wire.BEGUN, 3)]
        frames = []
        for kind, body in self.bodies:
            frames.extend(wire.frame(kind, self.mark(body)))
        self.data = b('').join([self.plain(part) for part in frames])

    def mark(self, body):
        """The body with its bytes as a pool would mark them."""
        if isinstance(body, tuple):
            return tuple([self.mark(each) for each in body])
        if isinstance(body, list):
            return [self.mark(each) for each in body]
        if isinstance(body, type(self.long)) and len(body) > 10:
            return self.wire.apart(body)
        return body

    def plain(self, part):
        if hasattr(part, 'tobytes'):
            return part.tobytes()
        return part

    def arrive(self, sizes):
        """What an inbox makes of the data when it comes in pieces of these sizes, by turns."""
        inbox, frames, at, turn = self.wire.Inbox(), [], 0, 0
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
        inbox = self.wire.Inbox()
        at = 0
        frames = []
        while at < len(self.data):
            room = inbox.room()
            self.assertTrue(0 < room <= self.wire.SLICE)
            frames.extend(inbox.feed(self.data[at:at + room]))
            at += room
        self.assertEqual(frames, self.bodies)
