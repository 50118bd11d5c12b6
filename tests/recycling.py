"""Thousands of workers, one after the other: what test_recycle.py has a program check."""
import os
import time

from tests import promise_tasks as tasks

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


def wait_until(predicate, seconds=5):
    end = time.time() + seconds
    while not predicate() and time.time() < end:
        time.sleep(0.01)
    return predicate()


def check(pool, count):
    """Have a pool of two, whose workers do one task each, do so many."""
    ran = pool.map(tasks.who, range(count // 10), 1)
    wait_until(lambda: len(pool._pool) == 2)
    opened, memory = descriptors(), peak()
    ran += pool.map(tasks.who, range(count - count // 10), 1)
    assert len(ran) == count, len(ran)
    assert len(set(ran)) == count, 'a worker ran two tasks'
    assert tasks.who() not in ran
    if os.path.isdir('/proc/self'):
        # Two workers; forkserver's server and resource tracker.
        assert wait_until(lambda: len(children()) <= 4), 'workers that nobody has waited for'
    # Two workers, one of which may just be replaced.
    assert wait_until(lambda: descriptors() <= opened + 4), (
        '%d descriptors, were %d' % (descriptors(), opened))
    assert peak() - memory < 10, '%s MB more' % (peak() - memory)
    assert pool.apply(tasks.square, (3,)) == 9
    pool.terminate()
