"""Promise 16: maxtasksperchild, through thousands of workers."""
import os
import sys

from tests import promise_tasks as tasks
from tests.promises import LONG, Promise
from tests.support import each_engine, monotonic, wait_until

try:
    import resource
except ImportError:     # not Unix
    resource = None


def descriptors():
    if not os.path.isdir('/proc/self/fd'):
        return 0
    return len(os.listdir('/proc/self/fd'))


def peak():
    """The most memory this process has had, in MB (ru_maxrss is in KB on Linux)."""
    if resource is None:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def children():
    """The processes that this one has started and not waited for."""
    found = []
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                stat = open('/proc/%s/stat' % name)
            except IOError:
                continue
            try:
                try:
                    if int(stat.read().rsplit(')', 1)[1].split()[1]) == os.getpid():
                        found.append(int(name))
                except IOError:     # ended meanwhile
                    pass
            finally:
                stat.close()
    return found


class Recycle(Promise):
    promise = 16
    deadline = 400

    def count(self):
        if self.variant == 'fork' and (LONG or sys.version_info[:2] == (3, 13)):
            return 10000
        return {'fork': 2000, 'fork_tcp': 500, 'subprocess': 200, 'subprocess_tcp': 40,
                'spawn': 100, 'forkserver': 100, 'pp': 40, 'ampoule': 40,
                'ampoule_remote': 40}[
            self.variant]

    def test_thousands(self):
        before = children()
        pool, count = self.Pool(2, maxtasksperchild=1), self.count()
        pids = pool.map(tasks.pid, range(count // 10), 1)
        wait_until(lambda: len(self.pids(pool)) == 2, 5)
        opened, memory = descriptors(), peak()
        pids += pool.map(tasks.pid, range(count - count // 10), 1)
        self.assertEqual(len(pids), count)
        # Pids come round again after some 30,000 forks of the whole machine, not after a thousand.
        last = {}
        for number, pid in enumerate(pids):
            self.assertTrue(number - last.get(pid, -1000) >= 1000, 'a worker ran two tasks')
            last[pid] = number
        self.assertNotIn(os.getpid(), pids)
        if os.path.isdir('/proc/self'):
            self.assertTrue(wait_until(lambda: len(set(children()) - set(before)) <= 2, 5),
                            'workers that nobody has waited for')
        # Two workers, one of which may just be replaced.
        self.assertTrue(wait_until(lambda: descriptors() <= opened + 4, 5),
                        '%d descriptors, were %d' % (descriptors(), opened))
        self.assertLess(peak() - memory, 10)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)

    def test_counts_chunks(self):
        # As the stdlib: what travels together for speed is not one task.
        pool = self.Pool(1, maxtasksperchild=2)
        pids = pool.map(tasks.pid, range(12), 3)
        self.assertEqual([len(set(pids[first:first + 6])) for first in (0, 6)], [1, 1])
        self.assertEqual(len(set(pids)), 2)
        results = [pool.apply_async(tasks.pid) for _each in range(20)]
        pids = [result.get(20) for result in results]
        self.assertEqual(max([pids.count(pid) for pid in pids]), 2)

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
