"""Promises 12 and 13: no worker outlives its program, and no pool keeps a program from ending."""
import gc
import os
import signal
import sys
import threading
import time
import warnings

import shim
from tests import promise_tasks as tasks
from tests.promises import EACH_ENGINE, Promise
from tests.support import (CONCURRENT_VARIANTS, PROCESS_VARIANTS, Elapsed, alive, each_engine,
                           skip, wait_until)

ORPHANS = '''
def main(ctx):
    pool, path = ctx.Pool(4), sys.argv[2]
    pool.map(tasks.square, range(20), 1)
    pool.apply_async(tasks.spin, (path,))               # busy
    pool.apply_async(tasks.noted_pid, (path, 60))       # asleep; the others are idle
    say('pids ' + ' '.join(['%d' % (pid or 0) for pid in tasks.pids(pool)]))
    time.sleep(60)
'''

LEFT_OPEN = '''
def main(ctx):
    pool = sys.modules['__main__'].pool = ctx.Pool(2)
    pool.map(tasks.square, range(20), 1)
    say('pids ' + ' '.join(['%d' % (pid or 0) for pid in tasks.pids(pool)]))
    how = sys.argv[2]
    if how == 'busy':
        for n in range(4):
            pool.apply_async(tasks.nap, (60,))
        time.sleep(0.2)
    elif how == 'pulling':
        def never():
            yield 1
            threading.Event().wait()
        sys.modules['__main__'].results = pool.imap(tasks.square, never())
        if sys.argv[1] != 'serial':
            sys.modules['__main__'].results.next(20)
    elif how == 'closed':
        pool.close()
    elif how == 'iterator':
        sys.modules['__main__'].results = pool.imap(tasks.square, range(1000))
    say('done')
    if how == 'exits':
        sys.exit(5)
'''


HASTY = '''
def main(ctx):
    for n in range(3):
        ctx.Pool(2).terminate()
    for delay in (0.01, 0.05, 0.1, 0.2):
        pool = ctx.Pool(2)
        time.sleep(delay)
        pool.terminate()
        pool.join()
    pool = ctx.Pool(4)
    say('done')
    if sys.argv[2] == 'killed':
        os.kill(os.getpid(), signal.SIGKILL)
'''


class Hasty(Promise):
    """Promises 12 and 13: workers that are not ready when it ends do so silently."""

    promise = 12

    def test_killed(self):
        program = self.start(HASTY, ['killed'])
        self.assertEqual(program.wait(30)[:2], (-signal.SIGKILL, 'done\n'))
        time.sleep(1)       # for what the workers have to say
        self.assertEqual(program.stderr, '')

    def test_exits(self):
        program = self.start(HASTY, ['exits'])
        self.assertEqual(program.wait(30)[:2], (0, 'done\n'))
        time.sleep(0.5)
        self.assertEqual(program.stderr, '')


class Orphans(Promise):
    """Promise 12: a parent killed by SIGKILL leaves no worker after two seconds."""

    promise = 12

    def test_parent_killed(self):
        path = self.scratch()
        program = self.start(ORPHANS, [path])
        pids = program.wait_for('\n')
        self.noted(path, 2)
        workers = [int(pid) for pid in pids.split()[1:]]
        self.assertEqual(len(set(workers)), 4)
        self.assertEqual([pid for pid in workers if not alive(pid)], [])
        os.kill(program.pid, signal.SIGKILL)
        program.process.wait()
        self.gone(workers, 2)


class Exit(Promise):
    """Promise 13: an unclosed pool does not block the exit of the program."""

    promise = 13

    def check(self, how, expected=0):
        program = self.start(LEFT_OPEN, [how])
        out = program.wait_for('done\n')
        clock = Elapsed()
        status = program.wait(20)[0]
        self.assertLess(clock.seconds, 5)
        self.assertEqual(status, expected, program.stderr)
        self.assertNotIn('Traceback', program.stderr)
        if self.is_process:
            pids = [int(pid) for pid in out.split('\n')[0].split()[1:]]
            self.assertEqual(len(pids), 2)
            self.gone(pids, 2)

    def test_idle(self):
        self.check('idle')

    def test_busy(self):
        if self.engine == 'serial':
            skip('its apply_async is done when it returns, and leaves nothing running')
        self.check('busy')

    def test_pulling(self):
        self.check('pulling')

    def test_closed(self):
        self.check('closed')

    def test_iterator(self):
        self.check('iterator')

    def test_exits(self):
        self.check('exits', 5)


UNCLOSED = '''
def main(ctx):
    import gc
    from shim import context
    before = threading.enumerate()

    def left():
        # The thread of a reactor serves the pools to come, too.
        made = [each for each in threading.enumerate()
                if each not in before and each.getName() != 'shim-reactor']
        if sys.argv[1] in context.CLUSTERS:     # whose own threads stay
            made = [each for each in made if each.getName().startswith('shim')]
        return made

    ctx.Pool(2).apply(tasks.square, (3,))
    gc.collect()
    for _each in range(100):
        if not left():
            break
        time.sleep(0.1)
    say('left %r' % left())
'''


class Collection(Promise):
    """Promise 13: nor is it in the way of being collected."""

    promise = 13

    def forgotten(self):
        """The workers of a pool that has been used, and then let go of."""
        pool = self.make_pool(2)
        self.assertEqual(pool.map(tasks.square, range(20), 1), [n * n for n in range(20)])
        self.assertEqual(list(pool.imap(tasks.square, range(5))), [0, 1, 4, 9, 16])
        return self.pids(pool)

    def test_workers_gone(self):
        threads = len(threading.enumerate())
        pids = self.forgotten()
        gc.collect()
        if self.is_process:
            self.assertEqual(len(pids), 2)
            self.gone(pids, 5)
        self.assertTrue(wait_until(lambda: len(threading.enumerate()) <= threads, 5),
                        threading.enumerate())

    def test_warns(self):
        told = []
        gc.collect()        # what others left
        show, filters = warnings.showwarning, warnings.filters[:]

        def keep(message, category, *ignored, **more):
            if category.__name__ == 'ResourceWarning' and 'pool' in str(message):
                told.append(str(message))
        warnings.showwarning = keep
        try:
            warnings.simplefilter('always')
            self.forgotten()
            gc.collect()
            closed = self.make_pool(1)
            closed.close()
            closed.join()
            del closed
            gc.collect()
        finally:
            warnings.showwarning, warnings.filters[:] = show, filters
        expected = 0
        if sys.version_info >= (3, 8):
            expected = 1
        self.assertEqual(len(told), expected, told)

    def test_workers_gone_where_a_warning_is_an_error(self):
        if sys.version_info >= (3, 8):
            program = self.start(UNCLOSED, options=['-W', 'error::ResourceWarning'])
            self.assertIn('left []\n', program.wait(30)[1])

    def test_result_outlives_the_name(self):
        # As in the stdlib: who waits for a result needs no other reference to the pool.
        self.assertEqual(self.make_pool(2).apply_async(tasks.square, (3,)).get(20), 9)
        self.assertEqual(list(self.make_pool(2).imap(tasks.square, range(5))), [0, 1, 4, 9, 16])


class Ending(Promise):
    """Promise 13: close(), join() and terminate() at odd moments."""

    promise = 13

    def test_terminate_from_a_callback(self):
        pool, called, clock = self.Pool(2), [], Elapsed()

        def end(value):
            pool.terminate()
            called.append(value)
        result = pool.apply_async(tasks.square, (3,), callback=end)
        self.assertTrue(wait_until(lambda: called, 20))
        pool.join()
        self.assertLess(clock.seconds, 10)
        self.assertEqual(result.get(20), 9)
        self.catch(ValueError, pool.apply, tasks.square, (3,))

    def test_unread_imap(self):
        for name in ('imap', 'imap_unordered'):
            pool = self.Pool(2)
            results = getattr(pool, name)(tasks.square, range(1000))
            pool.close()
            pool.join()
            if self.engine != 'serial':     # lazy: nothing was submitted
                self.assertEqual(sorted(results), [n * n for n in range(1000)])

    def test_close_refuses(self):
        pool = self.Pool(2)
        self.assertEqual(pool._state, 'RUN')
        pool.close()
        self.assertEqual(pool._state, 'CLOSE')
        for call in (lambda: pool.apply(tasks.square, (3,)),
                     lambda: pool.apply_async(tasks.square, (3,)),
                     lambda: pool.map(tasks.square, [3]),
                     lambda: pool.imap(tasks.square, [3]),
                     lambda: pool.imap_unordered(tasks.square, [3]),
                     lambda: pool.starmap(tasks.square, [(3,)])):
            self.catch(ValueError, call)
        pool.join()

    def test_join_refuses(self):
        pool = self.Pool(1)
        self.catch(ValueError, pool.join)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)

    def test_close_completes(self):
        pool = self.Pool(2)
        results = [pool.apply_async(tasks.nap, (0.02, n)) for n in range(20)]
        mapped = pool.map_async(tasks.square, range(100))
        pool.close()
        pool.join()
        self.assertEqual([result.get(0) for result in results], list(range(20)))
        self.assertEqual(mapped.get(0), [n * n for n in range(100)])


class Terminate(Promise):
    """Promise 13: who waits when the pool is terminated hears of it."""

    promise = 13

    def test_pending(self):
        pool = self.Pool(2)
        waiting = [pool.apply_async(tasks.nap, (60,)) for _each in range(4)]
        waiting.append(pool.map_async(tasks.nap, [60] * 4))
        gets = [result.get for result in waiting]
        gets.append(pool.imap(tasks.nap, [60] * 4).next)
        time.sleep(0.1)
        clock = Elapsed()
        pool.terminate()
        for get in gets:
            self.catch(shim.PoolTerminatedError, get, 20)
        self.assertEqual(pool._state, 'TERMINATE')
        if self.is_process:     # a thread can't be ended, and join() waits for it
            pool.join()
        self.assertLess(clock.seconds, 5)

    def test_source_that_blocks(self):
        # Who reads heard nothing before the source went on, which it may never do.
        go = threading.Event()
        self.addCleanup(go.set)

        def source():
            yield 3
            go.wait(60)
        pool = self.Pool(1)
        found, window = pool.imap(tasks.square, source()), pool.imap(
            tasks.square, source(), buffersize=2)
        self.assertEqual([found.next(20), window.next(20)], [9, 9])
        pool.terminate()
        for each in found, window:
            self.catch(shim.PoolTerminatedError, each.next, 5)

    def test_while_somebody_waits(self):
        pool, errors = self.Pool(1), []
        result = pool.apply_async(tasks.nap, (1.5,))

        def wait():
            try:
                result.get(20)
            except Exception:
                errors.append(sys.exc_info()[1])
        waiter = threading.Thread(target=wait)
        waiter.start()
        time.sleep(0.1)
        pool.terminate()
        waiter.join(20)
        self.assertEqual([error.__class__ for error in errors], [shim.PoolTerminatedError])


each_engine(globals(), Collection, Ending)
each_engine(globals(), Exit, variants=EACH_ENGINE)
each_engine(globals(), Terminate, variants=CONCURRENT_VARIANTS)
each_engine(globals(), Orphans, Hasty, variants=PROCESS_VARIANTS)
