"""Lock, RLock, Semaphore, Condition, Event, Barrier: one body for each context."""
import os
import pickle
import signal
import time

from tests import primitive_tasks as tasks
from tests import support
from tests.primitives import VARIANTS, Primitive
from tests.promises import lines
from tests.support import Elapsed, each_engine, read_text, wait_until


class Locks(Primitive):
    woken = 'woken True'

    def test_lock_counts(self):
        path, lock, times = self.scratch('0'), self.ctx.Lock(), 2000
        self.join(*[self.start(tasks.count_up, lock, path, times) for _each in range(4)])
        self.assertEqual(int(read_text(path)), 4 * times)

    def test_lock(self):
        lock = self.ctx.Lock()
        self.assertEqual(lock.locked(), False)
        self.assertEqual(lock.acquire(), True)
        self.assertEqual((lock.locked(), lock.acquire(False)), (True, False))
        if self.is_process:
            clock = Elapsed()
            self.assertEqual(lock.acquire(True, 0.2), False)
            self.assertTrue(0.15 < clock.real < 5, clock.real)
            self.assertEqual(lock.acquire(True, -1), False)
            self.assertIn('owner=MainProcess', repr(lock))
        lock.release()
        self.assertEqual(lock.locked(), False)
        if self.is_process:
            self.assertIn('owner=None', repr(lock))
            self.catch(ValueError, lock.release)
        self.assertEqual(lock.acquire(), True)      # and that did no harm
        lock.release()

    def test_lock_released_by_another(self):
        lock = self.ctx.Lock()
        lock.acquire()
        self.join(self.start(tasks.release, lock))
        self.assertEqual(lock.acquire(), True)

    def test_lock_is_waited_for(self):
        path, lock = self.scratch(), self.ctx.Lock()
        lock.acquire()
        other = self.start(tasks.acquire, lock, path)
        time.sleep(0.3)
        self.assertEqual(lines(path), [])
        lock.release()
        clock = Elapsed()
        self.join(other)
        self.assertEqual(lines(path), ['True'])
        self.assertLess(clock.seconds, 10)

    def test_rlock(self):
        path, lock = self.scratch(), self.ctx.RLock()
        for _each in range(3):
            self.assertEqual(lock.acquire(), 1)
        lock.release()
        lock.release()
        self.join(self.start(tasks.acquire, lock, path, False))
        errors = []

        def use():
            errors.append(lock.acquire(False))
            try:
                lock.release()
            except (AssertionError, RuntimeError):
                errors.append('refused')
        self.run_threads([use])
        self.assertEqual(errors, [False, 'refused'])
        lock.release()
        self.join(self.start(tasks.acquire, lock, path, True))
        self.assertEqual(lines(path), ['False', 'True'])
        self.catch((AssertionError, RuntimeError), lock.release)

    def test_rlock_of_threads(self):
        lock, inside, most = self.ctx.RLock(), [], []

        def use():
            for _each in range(50):
                lock.acquire()
                lock.acquire()
                inside.append(1)
                most.append(len(inside))
                inside.pop()
                lock.release()
                lock.release()
        self.run_threads([use] * 4)
        self.assertEqual(most, [1] * 200)

    def test_semaphores(self):
        path = self.scratch()
        for name in ('Semaphore', 'BoundedSemaphore'):
            made = getattr(self.ctx, name)(2)
            self.join(self.start(tasks.acquire, made, path))
            self.assertTrue(made.acquire())
            self.assertFalse(made.acquire(False))
            if self.is_process:
                self.assertEqual((made.get_value(), made.locked()), (0, True))
                self.assertFalse(made.acquire(True, 0.1))
            made.release()
            made.release()
            if self.is_process:
                self.assertEqual((made.get_value(), made.locked()), (2, False))
            if name == 'BoundedSemaphore':
                self.catch(ValueError, made.release)
            else:
                made.release()
                for _each in range(3):
                    self.assertTrue(made.acquire(False))
        self.assertEqual(lines(path), ['True', 'True'])
        self.catch((ValueError, OSError, AssertionError), self.ctx.Semaphore, -1)

    def test_semaphore_hands_on_each(self):
        # As many as are released go on, each of them at once.
        path, semaphore = self.scratch(), self.ctx.Semaphore(0)
        others = [self.start(tasks.acquire, semaphore, path) for _each in range(4)]
        time.sleep(0.5)
        clock = Elapsed()
        for _each in range(4):
            semaphore.release()
        self.join(*others)
        self.assertEqual(lines(path), ['True'] * 4)
        self.assertLess(clock.seconds, 10)

    def test_condition(self):
        path, condition = self.scratch(), self.ctx.Condition()
        others = [self.start(tasks.be_woken, condition, path) for _each in range(4)]
        self.noted(path, 4)
        condition.acquire()
        condition.notify(3)
        self.assertEqual(len(lines(path)), 4)       # the lock is still held
        condition.release()
        self.noted(path, 7)
        time.sleep(0.3)
        self.assertEqual(lines(path).count('woken True'), 3)
        condition.acquire()
        condition.notify_all()
        condition.release()
        self.join(*others)
        self.assertEqual(lines(path), ['waits'] * 4 + ['woken True'] * 4)

    def test_condition_in_time(self):
        condition, clock = self.ctx.Condition(), Elapsed()
        condition.acquire()
        self.assertEqual(condition.wait(0.2), False)
        self.assertTrue(0.15 < clock.real < 5, clock.real)
        condition.notify()      # nobody is there: nor does anybody get it later
        if self.is_process:
            self.assertEqual(condition.wait(0.1), False)
        condition.release()
        self.catch((AssertionError, RuntimeError), condition.wait, 0.1)
        self.catch((AssertionError, RuntimeError), condition.notify)

    def test_classes(self):
        if not self.is_process:
            return
        from shim import synchronize
        for name, args in (('Lock', ()), ('RLock', ()), ('Semaphore', (2,)), ('Event', ()),
                           ('BoundedSemaphore', (2,)), ('Condition', ()), ('Barrier', (1,))):
            kind = getattr(synchronize, name)
            made = kind(*args, **{'ctx': self.ctx})
            self.assertTrue(isinstance(made, kind), made)
            self.assertTrue(isinstance(getattr(self.ctx, name)(*args), kind), name)
            self.join(self.start(tasks.touch, made))
        self.assertTrue(isinstance(self.ctx.BoundedSemaphore(), synchronize.Semaphore))
        self.assertFalse(isinstance(self.ctx.RLock(), synchronize.Event))

        class Named(synchronize.Lock):
            def __init__(self, ctx):
                synchronize.Lock.__init__(self, ctx=ctx)
                self.name = 'mine'

        made = Named(ctx=self.ctx)
        self.assertTrue(type(made) is Named and made.name == 'mine' and made.acquire(False))

    def test_condition_waits_for(self):
        path, condition = self.scratch('nothing\n'), self.ctx.Condition(self.ctx.Lock())
        other = self.start(tasks.wait_for_word, condition, path, 'word')
        for text in ('something', 'word'):
            time.sleep(0.1)
            tasks.note(path, text)
            condition.acquire()
            condition.notify_all()
            condition.release()
        self.join(other)
        self.assertEqual(lines(path)[1:], ['something', 'word', 'found True'])
        condition.acquire()
        self.assertEqual(condition.wait_for(list, 0.1), [])
        condition.release()

    def test_event(self):
        path, event = self.scratch(), self.ctx.Event()
        self.assertEqual((event.is_set(), event.wait(0.1)), (False, False))
        others = [self.start(tasks.wait_event, event, path) for _each in range(3)]
        self.noted(path, 3)
        event.set()
        self.join(*others)
        self.assertEqual(lines(path), ['waits'] * 3 + ['event True'] * 3)
        self.assertEqual((event.is_set(), event.wait()), (True, True))
        event.clear()
        self.assertEqual((event.is_set(), event.wait(0)), (False, False))

    def test_event_that_is_cleared_at_once(self):
        path, event = self.scratch(), self.ctx.Event()
        others = [self.start(tasks.wait_event, event, path) for _each in range(3)]
        self.noted(path, 3)
        time.sleep(0.3)
        event.set()
        event.clear()
        self.join(*others)

    def test_barrier(self):
        path, barrier = self.scratch(), self.ctx.Barrier(3)
        self.assertEqual((barrier.parties, barrier.n_waiting, barrier.broken), (3, 0, False))
        self.join(*[self.start(tasks.meet, barrier, path, 20) for _each in range(3)])
        found = lines(path)
        for time_ in range(20):
            self.assertEqual(sorted(found[3 * time_:3 * time_ + 3]), ['0', '1', '2'])
        self.assertEqual(self.ctx.Barrier(1).wait(), 0)
        self.catch(ZeroDivisionError, self.ctx.Barrier(1, lambda: 1 // 0).wait)

    def test_barrier_broken(self):
        path, barrier = self.scratch(), self.ctx.Barrier(3)
        other = self.start(tasks.meet_in_vain, barrier, path)
        self.noted(path, 1)
        self.assertTrue(wait_until(lambda: barrier.n_waiting == 1))
        self.catch(RuntimeError, barrier.wait, 0.1)
        self.join(other)
        self.assertEqual((lines(path)[1], barrier.broken), ('BrokenBarrierError', True))
        self.catch(RuntimeError, barrier.wait, 0.1)
        barrier.reset()
        self.assertEqual((barrier.broken, barrier.n_waiting), (False, 0))
        for end in (barrier.reset, barrier.abort):
            other = self.start(tasks.meet_in_vain, barrier, path)
            self.assertTrue(wait_until(lambda: barrier.n_waiting == 1))
            end()
            self.join(other)
            self.assertEqual(barrier.broken, end == barrier.abort)
        self.assertEqual(lines(path).count('BrokenBarrierError'), 3)

    def test_as_a_pool_starts(self):
        path, lock, results = self.scratch('0'), self.ctx.Lock(), self.ctx.Queue()
        pool = self.Pool(2, tasks.set_up, (lock, path, results))
        self.assertEqual(pool.map(tasks.work_with_state, [50] * 8, 1), [50] * 8)
        self.assertEqual([results.get(True, 20) for _each in range(8)], [2500] * 8)
        self.assertEqual(int(read_text(path)), 400)

    def test_not_sent_otherwise(self):
        if not self.is_process:
            return
        for made in (self.ctx.Lock(), self.ctx.RLock(), self.ctx.Semaphore(), self.ctx.Event(),
                     self.ctx.Condition(), self.ctx.Barrier(2), self.ctx.Queue(),
                     self.ctx.JoinableQueue(), self.ctx.SimpleQueue()):
            error = self.catch((RuntimeError, AssertionError), pickle.dumps, made, 2)
            self.assertTrue('inherit' in str(error) or 'spawning' in str(error)
                            or not self.ours, str(error))

    def test_forked_child_does_not_own_it(self):
        if self.engine != 'fork':
            return
        lock, rlock, path = self.ctx.Lock(), self.ctx.RLock(), self.scratch()
        lock.acquire()
        rlock.acquire()
        self.join(self.start(tasks.acquire, lock, path, False),
                  self.start(tasks.acquire, rlock, path, False))
        self.assertEqual(lines(path), ['False', 'False'])
        rlock.release()
        self.join(self.start(tasks.acquire, rlock, path, True, 10))


INTERRUPTED = '''
import os, sys, threading, time
import shim

def acquired(lock):
    lock.acquire()
    return lock.acquire

def waits(condition):
    condition.acquire()
    return condition.wait

if __name__ == '__main__':
    ctx = shim.get_context(sys.argv[1])
    for wait in (acquired(ctx.Lock()), ctx.Semaphore(0).acquire, waits(ctx.Condition()),
                 ctx.Event().wait, ctx.Queue().get, ctx.SimpleQueue().get):
        sys.stdout.write('waits\\n')
        sys.stdout.flush()
        try:
            wait()
        except KeyboardInterrupt:
            sys.stdout.write('left\\n')
            sys.stdout.flush()
'''

LEFT = '''
import os, sys
import shim
from shim.backfill import cells
from tests import primitive_tasks as tasks

if __name__ == '__main__':
    ctx = shim.get_context(sys.argv[1])
    lock, queue, event = ctx.Lock(), ctx.Queue(), ctx.Event()
    event.wait(0.01)
    other = ctx.Process(target=tasks.put, args=(queue, 1, 'x' * 3000))
    other.start()
    assert queue.get() == 1
    other.join()
    folder = cells.folder()
    assert os.path.isdir(folder)
    # Its memory and its FIFOs stay here; what is there for the others goes with this program.
    sys.stdout.write(folder)
'''


class Programs(Primitive):
    def test_interrupted(self):
        if not self.is_process:
            return
        self.needs_ours()
        program = support.start_script(INTERRUPTED, args=[self.engine])
        for number in range(1, 7):
            wait_until(lambda: program.stdout.count('waits') == number, 30)
            time.sleep(0.2)
            os.kill(program.pid, signal.SIGINT)
            self.assertTrue(wait_until(lambda: program.stdout.count('left') == number, 5),
                            program.stdout)
        self.assertEqual(program.wait()[0], 0)

    def test_nothing_is_left(self):
        if not self.is_process:
            return
        self.needs_ours()
        status, folder, errors, _seconds = support.run_script(LEFT, args=[self.engine])
        self.assertEqual((status, errors), (0, ''), folder)
        self.assertFalse(os.path.exists(folder), folder)


each_engine(globals(), Locks, Programs, variants=VARIANTS)
