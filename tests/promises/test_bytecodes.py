"""Promise 21, one bytecode after the other: each call is cut short at its first event, at its
second, and so on, and what the pool does afterwards must be right.

A trace function raises in the package's code as a signal handler would; test_signals.py does the
same by chance, with real signals.  The events are bytecodes from 3.7 on, before that lines.
"""
import os
import sys

import shim
from tests import promise_tasks as tasks
from tests.promises import EACH_ENGINE, Promise
from tests.support import THREADS, each_engine, skip, wait_until

PACKAGE = os.path.dirname(os.path.abspath(shim.__file__)) + os.sep
OURS = {}       # whether a file is the package's, as asked a million times
# Their callers run the same code as those of fork.
BY_LINE = ('fork_tcp', 'subprocess', 'subprocess_tcp', 'spawn', 'forkserver', 'pp', 'ampoule',
           'ampoule_remote', 'pp_server', 'interpreter')


class Cut(Exception):
    """What the handler raises."""


class Cutter(object):
    """Calls a function and raises Cut at the given event of the package's code in it."""

    def __init__(self, at, by_line):
        self.left, self.by_line, self.where = at, by_line, None

    def trace(self, frame, event, arg):
        name = frame.f_code.co_filename
        if name not in OURS:
            OURS[name] = os.path.abspath(name).startswith(PACKAGE)
        if not OURS[name]:
            return None
        wanted = 'line'
        if not self.by_line and hasattr(frame, 'f_trace_opcodes'):
            frame.f_trace_opcodes = True
            wanted = 'opcode'
        if event == wanted:
            self.left -= 1
            if not self.left:
                self.where = '%s:%s' % (name, frame.f_lineno)
                raise Cut(self.where)
        return self.trace

    def call(self, function):
        """(True, value), or (False, None) if it was cut short."""
        previous = None     # until 2.6 nobody can ask
        if hasattr(sys, 'gettrace'):
            previous = sys.gettrace()
        try:
            try:
                sys.settrace(self.trace)
                value = function()
            finally:
                sys.settrace(previous)
        except Cut:
            return False, None
        return True, value


class Bytecodes(Promise):
    promise = 21
    deadline = 110

    def sweep(self, function):
        """Call function(cutter) with a cutter for each event, until they have nothing to cut.

        Ten in a row: a call has fewer events when it need not wait.
        """
        uncut = at = 0
        while uncut < 10:
            at += 1
            # Where there are no threads (Pyodide) tracing is thirty times slower, too.
            cutter = Cutter(at, self.variant in BY_LINE or not THREADS)
            try:
                function(cutter)
            except Exception:
                error = sys.exc_info()[1]
                self.fail('cut at event %d, %s: %s: %s' % (
                    at, cutter.where, error.__class__.__name__, error))
            uncut += 1
            if cutter.where is not None:
                uncut = 0
        self.assertGreater(at, 15)

    def ends(self, pool):
        """After all that, the pool works and ends."""
        self.assertEqual(pool.map(tasks.square, range(50)), [n * n for n in range(50)])
        self.assertEqual(list(pool.imap(tasks.square, range(9))), [n * n for n in range(9)])
        pool.close()
        pool.join()

    def test_get(self):
        pool, called = self.Pool(2), []

        def once(cutter):
            del called[:]
            result = pool.apply_async(tasks.square, (3,), callback=called.append)
            done, value = cutter.call(result.get)
            self.assertEqual(result.get(20), 9)
            self.assertTrue(not done or value == 9)
            wait_until(lambda: called, 5)
            self.assertEqual(called, [9])
        self.sweep(once)
        self.ends(pool)

    def test_apply(self):
        pool = self.Pool(2)

        def once(cutter):
            done, value = cutter.call(lambda: pool.apply(tasks.square, (4,)))
            self.assertTrue(not done or value == 16)
            self.assertEqual(pool.apply_async(tasks.square, (5,)).get(20), 25)
        self.sweep(once)
        self.ends(pool)

    def test_map(self):
        pool = self.Pool(2)

        def once(cutter):
            done, value = cutter.call(lambda: pool.map(tasks.square, [1, 2, 3], 1))
            self.assertTrue(not done or value == [1, 4, 9])
            self.assertEqual(pool.map_async(tasks.square, (4, 5), 1).get(20), [16, 25])
        self.sweep(once)
        self.ends(pool)

    def test_map_async(self):
        pool = self.Pool(2)

        def once(cutter):
            called = []     # of this call: one that was cut short may call back later
            done, result = cutter.call(lambda: pool.map_async(
                tasks.square, [1, 2, 3], 2, called.append, called.append))
            if done:
                try:
                    value = result.get(20)
                except Cut:         # where the call runs the tasks, it may have hit one
                    self.assertEqual(self.engine, 'serial')
                    value = sys.exc_info()[1]
                self.assertTrue(isinstance(value, Cut) or value == [1, 4, 9], value)
                if self.engine != 'serial':     # where the cut may hit the callback, too
                    self.assertEqual(called, [value])
            self.assertEqual(pool.map_async(tasks.square, (4, 5), 1).get(20), [16, 25])
            self.assertTrue(len(called) <= 1, called)
        self.sweep(once)
        self.ends(pool)

    def test_imap(self):
        pool = self.Pool(2)

        def once(cutter):
            done, results = cutter.call(lambda: pool.imap(tasks.square, range(4), buffersize=2))
            if done:
                self.assertEqual([results.next(20) for _each in range(4)], [0, 1, 4, 9])
            self.assertEqual(pool.apply_async(tasks.square, (5,)).get(20), 25)
        self.sweep(once)
        self.ends(pool)

    def check_next(self, name, buffersize):
        pool = self.Pool(2)

        def once(cutter):
            source = [1, 2, 3]
            if self.engine != 'serial':     # where next() pulls, so that the cut ends the source
                source = iter(source)
            results, got, cuts = getattr(pool, name)(tasks.square, source, 1, buffersize), [], 0
            done, value = cutter.call(lambda: results.next(20))
            if done:
                got.append(value)
            while len(got) + cuts < 9:
                try:
                    got.append(results.next(20))
                except Cut:         # where next() runs the task, it may have hit that
                    cuts += 1
                except StopIteration:
                    break
            if name == 'imap':
                self.assertEqual(got, sorted(got))
            self.assertEqual(len(got), len(set(got)))
            self.assertTrue(cuts <= (self.engine == 'serial'), cuts)
            # What was on its way out of next() may be lost, nothing else.
            self.assertTrue(3 - len(got) <= (not done), got)
            self.catch(StopIteration, results.next, 20)
        self.sweep(once)
        self.ends(pool)

    def test_next(self):
        self.check_next('imap', None)

    def test_next_of_a_window(self):
        self.check_next('imap', 1)

    def test_next_unordered(self):
        self.check_next('imap_unordered', None)

    def test_next_unordered_of_a_window(self):
        self.check_next('imap_unordered', 1)

    def test_join(self):
        def once(cutter):
            pool = self.make_pool(1)
            try:
                self.assertEqual(pool.apply(tasks.square, (3,)), 9)
                pool.close()
                cutter.call(pool.join)
                pool.join()
            finally:
                self.end(pool)
        if self.variant in BY_LINE:
            skip('a new pool for each event takes too long there')
        self.sweep(once)


each_engine(globals(), Bytecodes, variants=EACH_ENGINE)
