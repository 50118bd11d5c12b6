"""Promise 17: payloads of any size."""
import os

from tests import promise_tasks as tasks
from tests.promises import Promise
from tests.support import Elapsed, b, each_engine, skip

MB = 1 << 20


class Big(Promise):
    promise = 17
    deadline = 120

    def test_both_ways(self):
        data = b('0123456789abcdef') * (5 * MB // 16)
        self.assertTrue(self.pool.apply(tasks.identity, (data,)) == data)
        self.assertEqual(self.pool.apply(tasks.size, (data,)), 5 * MB)

    def test_both_ways_at_once(self):
        # If either side blocked in a write, both would wait for the other to read.
        items = [b('%d' % n) * MB for n in range(9)]
        results = self.pool.map(tasks.identity, items, 1)
        self.assertTrue(results == items)
        got = list(self.pool.imap(tasks.identity, items, buffersize=4))
        self.assertTrue(got == items)

    def test_small_ones_pass(self):
        data = b('x') * (8 * MB)
        results = [self.pool.apply_async(tasks.size, (data,)) for _each in range(3)]
        results += [self.pool.apply_async(tasks.size, (b('abc'),)) for _each in range(50)]
        self.assertEqual([result.get(60) for result in results], [8 * MB] * 3 + [3] * 50)

    def test_more_than_two_gigabytes(self):
        if os.environ.get('SHIM_BIG') != '1':
            skip('needs 12 GB of memory: SHIM_BIG=1 runs it')
        data, clock = b('x') * ((1 << 31) + 17), Elapsed()
        try:
            found = self.pool.apply_async(tasks.size, (data,)).get(100)
        except Exception:
            self.assertLess(clock.seconds, 20, 'refused, but late')
        else:
            self.assertEqual(found, (1 << 31) + 17)
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)


each_engine(globals(), Big)
