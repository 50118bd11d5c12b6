"""The crew, where something goes wrong beside it: a log, a start that is broken off, another thread."""
import logging
import threading
import time

import shim
from shim import compat, pickling, pids, threads, wire
from shim.backfill import turns
from shim.engines import base, forking, roster
from shim.engines.crew import Crew
from shim.engines.slot import Slot
from shim.outcome import ONE
from tests import support, tasks


class Interrupted(Exception):
    """What a signal handler raises."""


class Deaf(logging.Handler):
    def emit(self, record):
        raise ValueError('nobody listens')


class Methods(support.TestCase):
    """On the context that needs least, and on that which most programs have."""

    def contexts(self):
        support.needs_threads()
        names = ['thread']
        if not support.NO_PROCESSES:
            names.append(shim.get_start_method())
        return [shim.get_context(name) for name in names]

    def test_log_that_raises(self):
        handler, logger = Deaf(), logging.getLogger('shim')
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)
        for context in self.contexts():
            pool = context.Pool(2)
            self.addCleanup(pool.terminate)
            result = pool.apply_async(tasks.square, (3,), callback=lambda value: value.nosuch)
            self.assertEqual(result.get(20), 9)
            self.assertEqual(pool.apply(tasks.square, (4,)), 16)
            self.assertFalse(pool._engine.ended.happened)

    def test_start_that_is_broken_off(self):
        for context in self.contexts():
            ends, slot_class = list(forking._open), roster.Roster.slot_class
            left = []

            def broken(worker, many):
                left.append(worker)
                raise Interrupted
            try:
                roster.Roster.slot_class = staticmethod(once(broken, slot_class))
                self.catch(Interrupted, context.Pool, 2)
            finally:
                roster.Roster.slot_class = slot_class
            self.assertEqual(forking._open, ends)
            self.assertEqual(len(left), 1)
            self.assertTrue(support.wait_until(left[0].gone))

    def test_start_that_fails_later(self):
        support.needs_processes()
        slot_class, left = roster.Roster.slot_class, []

        def broken(worker, many):
            left.append(worker)
            raise ValueError('no room')
        pool = self.contexts()[-1].Pool(1)
        self.addCleanup(pool.join)
        self.addCleanup(pool.terminate)
        self.assertEqual(pool.apply(tasks.square, (2,)), 4)
        roster.Roster.slot_class = staticmethod(once(broken, slot_class))
        try:
            pids.send(pool._pool[0].pid, compat.SIGKILL)
            self.assertTrue(support.wait_until(lambda: left, 20))
            self.assertEqual(pool.apply(tasks.square, (3,)), 9)
        finally:
            roster.Roster.slot_class = slot_class
        self.assertTrue(support.wait_until(left[0].gone, 20))

    def test_start_after_which_a_handler_raises(self):
        start, finish, made, finished = threads.start, Crew.finish, [], []

        def broken(target, args, name):
            made.append(start(target, args, name))
            if name == 'shim-pool':
                raise Interrupted
            return made[-1]
        for context in self.contexts():
            ends = list(forking._open)
            threads.start, Crew.finish = broken, lambda crew: finished.append(finish(crew))
            try:
                self.catch(Interrupted, context.Pool, 2)
            finally:
                threads.start, Crew.finish = start, finish
            made[-1].join(20)
            self.assertFalse(made[-1] in threading.enumerate())
            self.assertEqual(forking._open, ends)
            self.assertEqual(len(finished), 1)      # by the loop or by the caller, not by both
            del finished[:]


def once(first, then):
    """A function that is the one at the first call, and the other from then on."""
    calls = [first]

    def function(*args):
        if calls:
            return calls.pop()(*args)
        return then(*args)
    return function


class Slow(object):
    """A job that tells whether two threads settle it at once."""

    def __init__(self):
        self.inside, self.settled, self.together = [], 0, False

    def settle(self, index, content):
        self.inside.append(index)
        self.together = self.together or len(self.inside) > 1
        time.sleep(0.01)
        self.settled += 1
        self.inside.pop()


class Parts(support.TestCase):
    def setUp(self):
        support.needs_threads()

    def test_what_was_handed_back_has_not_begun(self):
        crew, slot = Crew(1), Slot(None, None)
        call = base.Call(len, ONE, None)
        slot.held.extend([base.Task(call, (), None, number) for number in range(8)])
        crew.take(slot, wire.BEGUN, 8)
        crew.take(slot, wire.RETURNED, 7)
        self.assertEqual((slot.begun, len(slot.held), len(crew.todo)), (1, 1, 7))
        crew.take(slot, wire.RESULTS, (0.0, [5]))
        crew.take(slot, wire.BEGUN, 1)      # late: there is nothing to begin
        self.assertEqual((slot.begun, len(slot.held)), (0, 0))

    def test_what_comes_after_the_end(self):
        crew, slot = Crew(1), Slot(None, None)
        crew.error = ValueError('ended')
        crew.tell(crew.take, slot, wire.RESULTS, (0.0, [5]))
        crew.take(slot, wire.RESULTS, (0.0, [5]))
        self.assertEqual((crew.done, len(crew.mail)), (0, 0))

    def test_after_the_end_one_thread_settles(self):
        crew, job = Crew(1), Slow()
        crew.error = ValueError('ended')
        call = base.Call(len, ONE, None)

        def post():
            for number in range(10):
                crew.post(base.Task(call, (), job, number))
        self.run_threads([post] * 4)
        self.assertTrue(support.wait_until(lambda: job.settled == 40))
        self.assertFalse(job.together)

    def test_costs_of_many_calls(self):
        engine = base.Engine(1)
        for size in range(2 * base.CALLS):
            engine.call(tasks.square, ONE, size)
        made = engine.call(tasks.both, ONE)
        self.assertTrue(made.blob)
        self.assertTrue(engine.call(tasks.both, ONE) is made)
        for number in range(2 * base.CALLS):
            nameless = engine.call(lambda: number, ONE)
        if nameless.blob is None:       # PyPy 2.7 pickles it with its code, so it may come again
            self.assertTrue(engine.call(tasks.both, ONE) is made)

    def test_calls_of_many_threads(self):
        engine = base.Engine(1)

        def look():
            for _each in range(3000):
                engine.call(lambda: None, ONE)
        self.run_threads([look] * 4)

    def test_alone(self):
        seen = []

        def enter(depth):
            seen.append(depth)
            if depth:
                forking.alone(enter, depth - 1)
        forking.alone(enter, 2)
        self.assertEqual(seen, [2, 1, 0])
        self.catch(ZeroDivisionError, forking.alone, divmod, 1, 0)
        self.run_threads([lambda: forking.alone(enter, 0)])
        self.assertEqual(seen, [2, 1, 0, 0])

    def test_alone_where_a_handler_raises_behind_the_lock(self):
        take = turns.Turn.take

        def broken(turn):
            take(turn)
            raise Interrupted
        turns.Turn.take = broken
        try:
            self.catch(Interrupted, forking.alone, len, ())
        finally:
            turns.Turn.take = take
        self.run_threads([lambda: forking.alone(len, ())])

    def test_interrupt_before_what_fails(self):
        errors = [KeyError('k'), KeyboardInterrupt()]

        def fail():
            raise errors.pop()
        self.catch(KeyboardInterrupt, pickling.attempt, fail)

    def test_list_that_becomes_shorter(self):
        result = shim.results.MapResult(Nobody(), 1, 3)
        for index in range(2):
            result.settle(index, index)
        result.end(2, None)
        self.catch(shim.PoolError, result.get, 1)


class Nobody(object):
    """A pool that does nothing."""

    _engine = property(lambda self: self)

    def expect(self):
        pass

