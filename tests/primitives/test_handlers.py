"""Signal handlers that use the lock, or another one, which their thread is just taking or giving back.

So may what a garbage collection calls.  Where it comes between two bytecodes is chosen here: behind
one that reads or writes a number.
"""
import signal
import threading

from tests import support
from tests.primitives import VARIANTS, Primitive
from tests.support import each_engine

STORM = '''
import signal, sys, time
import shim

def handle(number, frame):
    free.release()
    lock.acquire()
    lock.release()
    handled.append(None)

if __name__ == '__main__':
    ctx = shim.get_context(sys.argv[1])
    free, lock, handled, taken = ctx.Semaphore(50), ctx.RLock(), [], 0
    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
    end = time.time() + 20
    while len(handled) < 200 and time.time() < end:
        taken += free.acquire(False)
        lock.acquire()
        lock.release()
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert free.get_value() == 50 - taken + len(handled), (free, taken, len(handled))
    assert not lock.locked(), lock
    sys.stdout.write('done')
'''


class Handlers(Primitive):
    def setUp(self):
        super(Handlers, self).setUp()
        self.needs_ours()

    def handling(self, cell, method, number, handler, call):
        """Call something; the `number`th call of the cell's method within is followed by a handler.

        Returns whether it came to that.
        """
        real, calls = getattr(cell, method), []

        def followed(*args):
            result = real(*args)
            calls.append(method)
            if len(calls) == number:
                handler()
            return result
        setattr(cell, method, followed)
        try:
            call()
        finally:
            delattr(cell, method)
        return len(calls) >= number

    def points(self):
        return [(method, number) for method in ('read', 'write') for number in range(1, 5)]

    def test_semaphore_released_meanwhile(self):
        for method, number in self.points():
            made = self.ctx.Semaphore(3)
            happened = self.handling(made._cell, method, number, made.release, made.acquire)
            self.assertEqual(made.get_value(), 2 + happened, (method, number))
            before = made.get_value()
            happened = self.handling(made._cell, method, number, made.release, made.release)
            self.assertEqual(made.get_value(), before + 1 + happened, (method, number))

    def test_made_meanwhile(self):
        from shim.backfill import cells
        real, made = cells.Cell._place, []

        def place(*args):
            cells.Cell._place = real
            made.append(self.ctx.Lock())
            real(*args)
        cells.Cell._place = place
        try:
            made.append(self.ctx.Lock())
        finally:
            cells.Cell._place = real
        self.assertEqual([lock.acquire(False) for lock in made], [True, True])

    def test_released_too_often(self):
        made = self.ctx.BoundedSemaphore(1)
        self.catch(ValueError, self.handling, made._cell, 'read', 2, made.release, made.release)
        self.assertEqual(made.get_value(), 1)
        self.assertTrue(made.acquire(False))

    def test_event_set_meanwhile(self):
        made = self.ctx.Event()
        self.handling(made._cell, 'write', 1, made.set, made.clear)
        self.assertTrue(made.is_set())

    def test_rlock_used_meanwhile(self):
        for method, number in self.points():
            lock, got = self.ctx.RLock(), []

            def use():
                lock.acquire()
                lock.release()
            self.handling(lock._cell, method, number, use, lock.acquire)
            self.assertTrue(lock._is_mine(), (method, number))
            self.handling(lock._cell, method, number, use, lock.release)
            self.assertFalse(lock.locked(), (method, number))
            self.run_threads([lambda: got.append(lock.acquire(False)) or lock.release()])
            self.assertEqual(got, [True], (method, number))

    def test_nobody_else_comes_between(self):
        made, other, came = self.ctx.Semaphore(3), self.ctx.Lock(), []

        def handler():
            other.acquire()
            other.release()
            thread.start()
            thread.join(0.3)
            came.append(made.get_value())

        thread = threading.Thread(target=made.acquire)
        self.handling(made._cell, 'read', 1, handler, made.acquire)
        thread.join(20)
        self.assertEqual((came, made.get_value()), ([3], 1))

    def test_storm(self):
        if not hasattr(signal, 'setitimer'):
            support.skip('no signal.setitimer(): it is there from 2.6 on')
        status, text, errors, _seconds = support.run_script(STORM, args=[self.engine])
        self.assertEqual((status, text, errors), (0, 'done', ''))


each_engine(globals(), Handlers, variants=VARIANTS)
