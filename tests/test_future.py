"""Futures without an executor: those of shim.backfill, and the same tests of concurrent.futures' own."""
import os
import signal
import threading
import time

from shim import futures
from shim.backfill import future as backfill
from tests.deadlines import wait_let_go
from tests.support import TestCase, needs_threads, skip


class Of(object):
    """A body for each of the two."""

    known = None

    def setUp(self):
        super(Of, self).setUp()
        if self.known is None:
            skip('there is no concurrent.futures')
        self.future = self.known.Future()

    def state(self):
        future = self.future
        return future.running(), future.cancelled(), future.done()

    def later(self, *calls):
        """Make these calls in a thread, a moment from now."""
        needs_threads()

        def run():
            for call in calls:
                time.sleep(0.05)
                call()
        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)

    def test_result(self):
        future = self.future
        self.assertEqual(self.state(), (False, False, False))
        self.assertIn('pending', repr(future))
        self.assertTrue(future.set_running_or_notify_cancel())
        self.assertEqual(self.state(), (True, False, False))
        self.assertIn('running', repr(future))
        self.assertFalse(future.cancel())
        self.catch(self.known.TimeoutError, future.result, 0)
        self.catch(self.known.TimeoutError, future.exception, 0.01)
        future.set_result([1])
        self.assertEqual(self.state(), (False, False, True))
        self.assertIn('finished returned list', repr(future))
        self.assertEqual((future.result(), future.exception()), ([1], None))
        self.assertFalse(future.cancel())

    def test_exception(self):
        error = ValueError('text')
        self.future.set_running_or_notify_cancel()
        self.future.set_exception(error)
        self.assertTrue(self.catch(ValueError, self.future.result) is error)
        self.assertTrue(self.future.exception() is error)
        self.assertIn('finished raised ValueError', repr(self.future))
        self.assertEqual(self.state(), (False, False, True))

    def test_set_while_pending(self):
        self.future.set_result(None)
        self.assertEqual(self.state(), (False, False, True))
        self.assertTrue(self.future.result() is None)

    def test_cancel(self):
        future = self.future
        self.assertTrue(future.cancel())
        self.assertTrue(future.cancel())
        self.assertEqual(self.state(), (False, True, True))
        self.assertIn('cancelled', repr(future))
        self.catch(self.known.CancelledError, future.result)
        self.catch(self.known.CancelledError, future.exception)
        self.assertFalse(future.set_running_or_notify_cancel())
        done, left = self.known.wait([future], 20)
        self.assertEqual((done, left), (set([future]), set()))

    def test_unexpected(self):
        if self.known is not backfill:
            skip('it logs that, and until 3.8 does not say so')
        future = self.future
        future.set_running_or_notify_cancel()
        self.catch(RuntimeError, future.set_running_or_notify_cancel)
        future.set_result(1)
        self.catch(self.known.InvalidStateError, future.set_result, 2)
        self.catch(self.known.InvalidStateError, future.set_exception, ValueError())
        self.catch(RuntimeError, future.set_running_or_notify_cancel)
        self.assertEqual(future.result(), 1)
        future = self.known.Future()
        future.cancel()
        self.catch(self.known.InvalidStateError, future.set_result, 2)
        future.set_running_or_notify_cancel()
        self.catch(RuntimeError, future.set_running_or_notify_cancel)

    def test_callbacks(self):
        called = []
        for number in range(3):
            self.future.add_done_callback(lambda done, number=number: called.append(number))
        self.assertEqual(called, [])
        self.future.set_result(1)
        self.assertEqual(called, [0, 1, 2])
        self.future.add_done_callback(called.append)
        self.assertTrue(called[-1] is self.future)

    def test_callbacks_of_the_cancelled(self):
        called = []
        self.future.add_done_callback(called.append)
        self.future.cancel()
        self.future.cancel()
        self.assertEqual(called, [self.future])

    def test_waits(self):
        self.later(lambda: self.future.set_result('text'))
        self.assertEqual(self.future.result(20), 'text')
        other = self.known.Future()
        self.later(other.cancel)
        self.catch(self.known.CancelledError, other.exception, 20)

    def test_values_are_not_looked_at(self):
        from tests import tasks
        value = tasks.Untouchable('it')
        self.future.set_result(value)
        self.assertTrue(self.future.result() is value)

    def futures(self, count):
        return [self.known.Future() for _each in range(count)]

    def test_wait_for_all(self):
        first, second, third = many = self.futures(3)
        self.assertEqual(self.known.wait(many, 0), (set(), set(many)))
        first.set_result(1)
        third.set_exception(ValueError('text'))
        ended = self.known.wait(many, 0.01)
        self.assertEqual((ended.done, ended.not_done), (set([first, third]), set([second])))
        self.later(lambda: second.set_result(2))
        self.assertEqual(self.known.wait(many + many, 20), (set(many), set()))
        self.assertEqual(self.known.wait([]), (set(), set()))

    def test_wait_for_the_first(self):
        first, second = many = self.futures(2)
        self.later(lambda: second.set_result(2), lambda: first.set_result(1))
        ended = self.known.wait(many, 20, self.known.FIRST_COMPLETED)
        self.assertTrue(second in ended.done)
        self.assertEqual(self.known.wait(many, 20).not_done, set())
        self.assertEqual(self.known.wait(many, 20, self.known.FIRST_COMPLETED), (set(many), set()))

    def test_wait_for_an_exception(self):
        first, second, third = many = self.futures(3)
        first.set_result(1)
        self.later(lambda: second.set_exception(ValueError('text')))
        ended = self.known.wait(many, 20, self.known.FIRST_EXCEPTION)
        self.assertEqual((ended.done, ended.not_done), (set([first, second]), set([third])))
        third.set_result(3)
        self.assertEqual(self.known.wait([first, third], 20, self.known.FIRST_EXCEPTION),
                         (set([first, third]), set()))

    def test_wait_for_nonsense(self):
        self.catch(ValueError, self.known.wait, self.futures(1), 0, 'nonsense')

    def test_as_completed(self):
        first, second, third = many = self.futures(3)
        second.set_result(2)
        self.later(lambda: third.set_result(3), first.cancel, first.set_running_or_notify_cancel)
        self.assertEqual(list(self.known.as_completed(many + many, 20)), [second, third, first])
        self.assertEqual(list(self.known.as_completed([])), [])

    def test_told_twice(self):
        first, second, third = many = self.futures(3)
        third.set_result(3)
        results = self.known.as_completed(many, 20)
        for each in results:
            break
        for each in range(2):
            first.cancel()
        first.set_running_or_notify_cancel()
        second.set_result(2)
        self.assertEqual(list(results), [first, second])

    def test_as_completed_in_time(self):
        first, second = many = self.futures(2)
        first.set_result(1)
        results = self.known.as_completed(many, 0.05)
        seen = []

        def take():
            for each in results:
                seen.append(each)
        error = self.catch(self.known.TimeoutError, take)
        self.assertEqual(seen, [first])
        self.assertIn('1 (of 2) futures unfinished', str(error))

    def test_nobody_is_left_waiting(self):
        first, second = many = self.futures(2)
        first.set_result(1)
        self.known.wait(many, 0)
        results = self.known.as_completed(many)
        for each in results:
            break
        del results, each
        self.assertTrue(wait_let_go(lambda: not (second._waiters or first._waiters)))


class OfBackfill(Of, TestCase):
    known = backfill

    def test_interrupted(self):
        # A signal handler ends any of the waits, on 2.x, too.
        needs_threads()
        if not hasattr(signal, 'SIGUSR1'):
            skip('there is no SIGUSR1')
        if os.name == 'java':
            skip('a JVM calls signal handlers in a thread of its own')

        def handler(number, frame):
            raise LookupError('by the handler')
        previous = signal.signal(signal.SIGUSR1, handler)
        self.addCleanup(signal.signal, signal.SIGUSR1, previous)
        for wait in (self.future.result, lambda: backfill.wait([self.future]),
                     lambda: list(backfill.as_completed([self.future]))):
            self.later(lambda: os.kill(os.getpid(), signal.SIGUSR1))
            self.catch(LookupError, wait)
        self.future.set_result(1)
        self.assertEqual(self.future.result(), 1)

    def test_races(self):
        # Cancelled or begun, never both, and each callback is called once.
        for _round in range(200):
            future, called, said = backfill.Future(), [], []

            def cancel(future=future, said=said):
                said.append(('cancel', future.cancel()))

            def begin(future=future, said=said):
                said.append(('begin', future.set_running_or_notify_cancel()))
                if said[-1][1] or ('begin', True) in said:
                    future.set_result(1)

            def attach(future=future, called=called):
                future.add_done_callback(called.append)
            self.run_threads([cancel, begin, attach])
            self.assertEqual(called, [future])
            said = dict(said)
            self.assertNotEqual(said['cancel'], said['begin'])
            self.assertEqual(future.cancelled(), said['cancel'])


class OfTheLibrary(Of, TestCase):
    if futures.known is not backfill:
        known = futures.known
