"""Threads of shim's own: what may happen while one starts, and as it ends."""
import sys
import threading
import time

import shim
from shim import compat, outcome, threads, wire
from shim.engines import base
from shim.engines.thread import Runner
from shim.pool import ThreadPool
from tests import support

FORKS = '''
import os
import sys
import warnings
from shim import compat, outcome, threads, wire
from shim.engines import base
from shim.engines.thread import Runner

warnings.simplefilter('ignore')     # 3.12+: fork and threads

for round in range(int(sys.argv[1])):
    threads.start(int, (), 'shim-test')
    compat.before_fork()
    pid = os.fork()
    compat.after_fork(pid == 0)
    if pid == 0:
        threads.start(int, (), 'shim-test').join()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
sys.stdout.write('done')
'''

# 2.x takes a module's contents away, then the next one's.  Here that takes long, and all the while
# tasks come to their ends.
ENDS = '''
import sys, time, types
import shim

class Slow(object):
    def __del__(self, sleep=time.sleep):
        sleep(0.02)

def nap(seconds):
    time.sleep(seconds)

pool = shim.get_context('thread').Pool(20)
pool.apply(nap, (0,))
for number in range(30):
    module = types.ModuleType('slow%d' % number)
    sys.modules[module.__name__] = module
    module.slow, module.itself = Slow(), module
results = [pool.apply_async(nap, (0.05 * number,)) for number in range(20)]
time.sleep(0.2)
pool.terminate()
'''


class Rang(Exception):
    pass


class Starts(support.TestCase):
    """Where there are no threads, there is nothing to start."""

    deadline = 90

    def setUp(self):
        if not support.THREADS:
            support.skip('no threads here')

    def test_a_handler_raises(self):
        # Where the interpreter handles signals: as the thread has begun, in the frame of start().
        names = [name for name in ('_start_new_thread', '_start_joinable_thread')
                 if hasattr(threading, name)]
        if not names:
            support.skip('threading starts threads in some other way here')
        ended = threading.Event()

        def rings(*args, **kwds):
            begin(*args, **kwds)
            ended.wait()
            time.sleep(0.1)
            raise Rang('now')

        begin = getattr(threading, names[-1])
        setattr(threading, names[-1], rings)
        try:
            if sys.version_info[:2] == (2, 6):
                self.catch(RuntimeError, threads.start, ended.set, (), 'shim-test')
            else:
                error = self.catch(Rang, threads.start, ended.set, (), 'shim-test')
                self.assertEqual(str(error), 'now')
        finally:
            setattr(threading, names[-1], begin)
        self.assertTrue(ended.isSet())

    def test_a_child_forked_next(self):
        # On 2.4 one of some hundred could start no thread.
        support.needs_fork()
        rounds = [100, 1000][not compat.START_WAITS]
        status, out, err, _seconds = support.run_script(FORKS, 60, ['%d' % rounds])
        self.assertEqual((status, out), (0, 'done'), err)

    def test_a_pool_leaves_none_behind(self):
        # Terminated while its thread still says what the task has returned: under load, on 2.4, such
        # a thread went on while the interpreter took its modules apart, and said so on stderr.
        pool = ThreadPool(1)
        runner, engine = pool._pool[0], pool._engine
        told = engine.told

        def slowly(runner, kind, body):
            told(runner, kind, body)
            time.sleep(0.3)

        engine.told = slowly
        try:
            self.assertEqual(pool.apply(abs, (-2,)), 2)
        finally:
            pool.terminate()
            pool.join()
        self.assertFalse(runner.thread in threading.enumerate())

    def test_tasks_that_outlive_the_program(self):
        support.needs_threads()
        support.needs_processes()
        self.assertEqual(support.run_script(ENDS)[:3], (0, '', ''))

    def test_a_process_leaves_none_behind(self):
        gate = threading.Event()
        process = shim.get_context('thread').Process(target=gate.wait)
        process.start()
        popen = process._popen
        show, popen._show = popen._show, lambda: time.sleep(0.3) or show()
        gate.set()
        process.join()
        self.assertFalse(popen._thread in threading.enumerate())


class Told(object):
    """What a runner needs of its engine."""

    worker_name, initializer, unblock = 'told-%d', None, False

    def __init__(self):
        self.heard = []

    def told(self, runner, kind, body):
        self.heard.append((kind, body))


class Recycled(support.TestCase):

    def test_asked_back_when_told_to_end(self):
        # It was told both, by a crew that recycles its workers: what it hands back are tasks, and
        # that it is to end it does not forget.
        support.needs_threads()
        engine, begun, goes_on = Told(), threading.Event(), threading.Event()
        runner = Runner(engine, 1)

        def first():
            begun.set()
            goes_on.wait(20)

        call = base.Call(first, outcome.ONE, None)
        runner.send(call, [base.Task(call, (function, (), {}), None, 0)
                           for function in (first, int, int)])
        begun.wait(20)
        runner.dismiss()
        runner.ask_back()
        goes_on.set()
        self.assertTrue(support.wait_until(lambda: not runner.is_alive()), engine.heard)
        self.assertEqual([body for kind, body in engine.heard if kind == wire.RETURNED], [2])
        self.assertEqual(len([1 for kind, body in engine.heard if kind == wire.RESULTS]), 1)


class Processes(support.TestCase):

    def test_that_start_makes_forget(self):
        # multiprocessing's own Process does, where the default context is that of threads.
        support.needs_threads()
        if not hasattr(shim.compat.multiprocessing, 'get_context'):
            support.skip('Process is the default context\'s own from 3.4 on')
        from shim.engines import thread

        def slow(*args):
            time.sleep(0.2)
            return run(*args)
        run, thread.exit_code_of = thread.exit_code_of, slow
        told = []
        shim.set_start_method('thread', True)
        try:
            process = shim.Process(target=told.append, args=(1,))
            process.start()
            process.join(20)
        finally:
            shim.set_start_method(None, True)
            thread.exit_code_of = run
        self.assertEqual((told, process.exitcode), ([1], 0))
