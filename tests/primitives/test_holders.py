"""What becomes of locks that a killed process held, or waited for: one body for each context."""
import threading
import time

from tests import primitive_tasks as tasks
from tests import support
from tests.primitives import VARIANTS, Primitive
from tests.promises import kill, lines
from tests.support import Elapsed, each_engine


class Holders(Primitive):
    def killed(self, target, *args):
        """Kill a process that has noted something into the file, its first argument."""
        if not self.is_process:
            support.skip('a thread is not killed')
        self.needs_ours()
        path = self.scratch()
        other = self.start(target, *[{'PATH': path}.get(each, each) for each in args])
        self.noted(path, 1)
        time.sleep(0.3)     # it waits, if that is what it does
        self.assertTrue(kill(other.pid))
        other.join(20)

    def test_rlock_of_the_dead(self):
        lock, condition = self.ctx.RLock(), self.ctx.Condition()
        self.killed(tasks.hold, 'PATH', lock, condition)
        clock = Elapsed()
        self.assertTrue(lock.acquire(True, 10))
        self.assertTrue(condition.acquire(True, 10))
        self.assertLess(clock.seconds, 2)
        condition.notify_all()
        condition.release()
        lock.release()
        self.catch(AssertionError, lock.release)

    def test_rlock_of_one_who_dies_while_we_wait(self):
        if not self.is_process:
            return
        self.needs_ours()
        path, lock = self.scratch(), self.ctx.RLock()
        other = self.start(tasks.hold, path, lock)
        self.noted(path, 1)
        timer = threading.Timer(0.4, kill, [other.pid])
        timer.start()
        self.assertTrue(lock.acquire(True, 20))

    def test_lock_of_the_dead(self):
        # Anybody may release it, so it is held until somebody does: as the stdlib's.
        lock = self.ctx.Lock()
        self.killed(tasks.hold, 'PATH', lock)
        self.assertFalse(lock.acquire(True, 0.6))
        lock.release()
        self.assertTrue(lock.acquire(True, 5))

    def test_dead_who_waited(self):
        lock, condition, event = self.ctx.Lock(), self.ctx.Condition(), self.ctx.Event()
        lock.acquire()
        self.killed(tasks.be_woken, condition, 'PATH')
        self.killed(tasks.wait_event, event, 'PATH')
        path = self.scratch()
        self.killed(tasks.hold, 'PATH', self.ctx.Lock())
        other = self.start(tasks.be_woken, condition, path)
        self.noted(path, 1)
        condition.acquire()
        condition.notify()      # for the one who lives
        condition.release()
        event.set()
        lock.release()
        self.join(other)
        self.assertEqual(lines(path), ['waits', 'woken True'])
        self.assertTrue(lock.acquire(True, 5))


each_engine(globals(), Holders, variants=VARIANTS)
