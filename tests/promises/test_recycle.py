"""Promise 16: maxtasksperchild, through thousands of workers."""
import sys

from tests import promise_tasks as tasks
from tests.promises import LONG, Promise
from tests.support import PACE, each_engine, monotonic

# A program of its own: what forks thousands of times had better be small.
THOUSANDS = '''
from tests import recycling

def main(ctx):
    recycling.check(ctx.Pool(2, maxtasksperchild=1), int(sys.argv[2]))
    say('done')
'''


class Recycle(Promise):
    promise = 16
    deadline = 400

    def count(self):
        if self.variant == 'fork' and (LONG or sys.version_info[:2] == (3, 13)):
            return 10000
        return {'fork': 2000, 'fork_tcp': 500, 'subprocess': 200, 'subprocess_tcp': 40,
                'spawn': 100, 'forkserver': 100, 'pp': 40, 'ampoule': 40,
                'ampoule_remote': 40, 'pp_server': 40, 'interpreter': 100}[self.variant] // PACE

    def test_thousands(self):
        self.succeed(self.start(THOUSANDS, [str(self.count())]), self.deadline - 20)

    def test_counts_chunks(self):
        # As the stdlib: what travels together for speed is not one task.
        pool = self.Pool(1, maxtasksperchild=2)
        ran = pool.map(tasks.who, range(12), 3)
        self.assertEqual([len(set(ran[first:first + 6])) for first in (0, 6)], [1, 1])
        self.assertEqual(len(set(ran)), 2)
        results = [pool.apply_async(tasks.who) for _each in range(20)]
        ran = [result.get(20) for result in results]
        self.assertEqual(max([ran.count(each) for each in ran]), 2)

    def test_exit_is_no_loss(self):
        # One that ends as told must not take a task with it, and none waits for the next look.
        start = monotonic()
        pool = self.Pool(1, maxtasksperchild=1)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)
        first = monotonic() - start
        for n in range(20):
            self.assertEqual(pool.apply(tasks.square, (n,)), n * n)
        self.assertLess(monotonic() - start, 5 + 40 * first)


each_engine(globals(), Recycle)
