"""Queue, SimpleQueue, JoinableQueue: one body for each context."""
import gc
import os
import random
import select
import sys
import threading
import time

from tests import primitive_tasks as tasks
from tests import support
from tests.deadlines import wait_let_go
from tests.primitives import VARIANTS, Primitive
from tests.promises import kill, lines
from tests.support import Elapsed, each_engine, wait_until

Empty, Full = tasks.Empty, tasks.queue.Full
MB = 1 << 20
IMPORTED = '''
import sys
import shim
messages = shim.get_context(sys.argv[1]).Queue()
messages.put('text')
found = messages.get(True, 10)
'''
IMPORTS = '''
import sys
sys.path.insert(0, sys.argv[2])
import used_while_imported
sys.stdout.write(used_while_imported.found)
'''

ABROAD = '''
import os, sys, tempfile
import shim
from tests import primitive_tasks as tasks
from tests.support import b

if __name__ == '__main__':
    name = getattr(os, 'fsdecode', str)(b('caf\\xc3\\xa9'))
    tempfile.tempdir = os.path.join(sys.argv[2], name)
    os.mkdir(tempfile.tempdir)
    ctx = shim.get_context(sys.argv[1])
    messages = ctx.Queue()
    other = ctx.Process(target=tasks.put, args=(messages, 'x' * 3000))
    other.start()
    messages.put('y' * 4000)
    sizes = [len(messages.get(True, 20)) for _each in range(2)]
    sizes.sort()
    other.join()
    sys.stdout.write('%s' % sizes)
'''


class Queues(Primitive):
    def test_in_order(self):
        for messages in (self.ctx.Queue(), self.ctx.Queue(50), self.ctx.SimpleQueue()):
            other = self.start(tasks.produce, messages, 1, 300)
            for number in range(300):
                self.assertEqual(messages.get(), tasks.message(1, number))
            self.join(other)
            self.assertTrue(messages.empty())

    def test_while_imported(self):
        # In 2.x one thread at a time may import: who serves the queue had better not.
        support.needs_processes()
        folder = os.path.dirname(self.scratch())
        stream = open(os.path.join(folder, 'used_while_imported.py'), 'w')
        stream.write(IMPORTED)
        stream.close()
        self.assertEqual(support.run_script(IMPORTS, args=[self.engine, folder])[:3], (0, 'text', ''))

    def test_every_kind_of_value(self):
        for messages in (self.ctx.Queue(), self.ctx.SimpleQueue()):
            results = self.ctx.Queue()
            other = self.start(tasks.echo, messages, results)
            for value in (0, '', (), {'a': [1.5]}, 'x' * 3 * MB, range, 'y' * 1008, 'z' * 1007,
                          'w' * 990):
                messages.put(value)
                self.assertEqual(results.get(True, 20), value)
            messages.put(None)
            self.join(other)

    def test_temporary_folder_of_any_name(self):
        support.needs_processes()
        folder = os.path.dirname(self.scratch())
        self.assertEqual(support.run_script(ABROAD, args=[self.engine, folder])[:3],
                         (0, '[3000, 4000]', ''))

    def test_many_processes(self):
        # Five thousand messages, each arrives once.
        messages, path = self.ctx.Queue(), self.scratch()
        producers = [self.start(tasks.produce, messages, source, 1250) for source in range(4)]
        consumers = [self.start(tasks.consume, messages, path) for _each in range(4)]
        self.join(*producers)
        for _each in consumers:
            messages.put(None)
        self.join(*consumers)
        found = [line for line in lines(path) if line != 'end']
        self.assertEqual(len(found), 5000)
        self.assertEqual(sorted(found), sorted([
            '%d %d True' % (source, number) for source in range(4) for number in range(1250)]))

    def test_many_that_nobody_reads(self):
        # As many as a pipe takes, of multiprocessing's.
        if self.is_process:
            self.needs_ours()
        numbers = list(range(5000))
        for messages in (self.ctx.Queue(), self.ctx.SimpleQueue()):
            self.join(self.start(tasks.put, messages, *numbers))
            self.assertEqual([messages.get() for _each in numbers], numbers)
            self.assertTrue(messages.empty())
        messages = self.ctx.Queue()
        for number in numbers:
            messages.put(number)
        messages.close()
        messages.join_thread()

    def test_all_around_the_ring(self):
        # Of all sizes, so that each part of a message is cut by the end once.
        for messages in (self.ctx.SimpleQueue(), self.ctx.Queue(3)):
            for number in range(1500):
                messages.put('x' * (number % 1100))
                self.assertEqual(messages.get(), 'x' * (number % 1100))

    def test_full_of_the_largest(self):
        # Who puts waits, and goes on: nothing is lost, whatever the sizes.
        messages = self.ctx.SimpleQueue()
        other = self.start(tasks.produce, messages, 1, 900)
        time.sleep(0.5)
        for number in range(900):
            self.assertEqual(messages.get(), tasks.message(1, number))
        self.join(other)
        limited = self.ctx.Queue(200)
        for _each in range(200):
            limited.put('x' * 990)
        self.catch(Full, limited.put, 'x', False)
        self.assertEqual([len(limited.get()) for _each in range(200)], [990] * 200)

    def test_watched_while_another_takes(self):
        if not self.is_process:
            return
        self.needs_ours()
        messages, begun = self.ctx.Queue(5), []
        messages.put('the only one')
        real = messages._ring.size

        def size():
            found = real()
            if not begun:
                begun.append(threading.Thread(target=messages.get))
                begun[0].start()
                begun[0].join(0.5)
            return found
        messages._ring.size = size
        number = messages._reader.fileno()
        begun[0].join(20)
        self.assertEqual(select.select([number], [], [], 0)[0], [])
        messages.put('another')
        self.assertEqual(select.select([number], [], [], 5)[0], [number])

    def test_feeder_that_fails_behind_a_message(self):
        if not self.is_process:
            return
        self.needs_ours()
        messages, errors, failed = self.ctx.Queue(), sys.stderr, []
        real = messages._ring.put

        def put(*args):
            real(*args)
            if not failed:
                failed.append(True)
                raise ValueError('it is put already')
        messages._ring.put = put
        sys.stderr = open(os.devnull, 'w')
        try:
            for number in range(3):
                messages.put(number)
            self.assertEqual([messages.get(True, 10) for _each in range(3)], [0, 1, 2])
        finally:
            sys.stderr.close()
            sys.stderr = errors

    def test_limits(self):
        messages = self.ctx.Queue(3)
        self.assertEqual((messages.empty(), messages.full(), messages.qsize()), (True, False, 0))
        for number in range(3):
            messages.put(number)
        self.assertEqual((messages.full(), messages.qsize()), (True, 3))
        clock = Elapsed()
        self.catch(Full, messages.put, 'more', True, 0.2)
        self.assertTrue(0.15 < clock.real < 5, clock.real)
        self.catch(Full, messages.put, 'more', False)
        self.catch(Full, messages.put, 'more', True, -1)
        self.catch(Full, messages.put_nowait, 'x' * 2000)
        other = self.start(tasks.put, messages, 3)
        self.assertEqual([messages.get(True, 20) for _each in range(4)], [0, 1, 2, 3])
        self.join(other)
        clock = Elapsed()
        self.catch(Empty, messages.get, True, 0.2)
        self.assertTrue(0.15 < clock.real < 5, clock.real)
        self.catch(Empty, messages.get, False)
        self.catch(Empty, messages.get, True, -1)
        self.catch(Empty, messages.get_nowait)
        messages.put('in', True, -0.5)
        self.assertEqual(messages.get(True, 20), 'in')
        self.assertEqual((messages.empty(), messages.full(), messages.qsize()), (True, False, 0))

    def test_without_a_limit(self):
        messages = self.ctx.Queue()
        clock = Elapsed()
        for number in range(30):
            messages.put('x' * 100000)
            self.assertEqual(messages.qsize(), number + 1)
        self.assertFalse(messages.full())
        self.assertLess(clock.seconds, 10)      # though nobody takes any
        self.assertTrue(wait_until(lambda: not messages.empty()))
        for number in range(30):
            self.assertEqual(len(messages.get(True, 20)), 100000)
            self.assertEqual(messages.qsize(), 29 - number)

    def test_close(self):
        messages = self.ctx.Queue()
        messages.put(1)
        self.assertEqual(messages.get(True, 20), 1)
        messages.close()
        messages.join_thread()
        if self.is_process:
            self.catch(ValueError, messages.put, 2)
            self.catch(ValueError, messages.get)
            self.catch(ValueError, messages.put_nowait, 2)
            self.catch(ValueError, messages.get_nowait)
        simple = self.ctx.SimpleQueue()
        simple.put(3)
        self.assertEqual(simple.get(), 3)
        simple.close()
        if self.is_process:
            self.catch((ValueError, EnvironmentError), simple.put, 4)

    def test_classes(self):
        if not self.is_process:
            return
        from shim import queues
        for name in ('Queue', 'JoinableQueue', 'SimpleQueue'):
            kind = getattr(queues, name)
            made = kind(ctx=self.ctx)
            self.assertTrue(isinstance(made, kind), made)
            self.assertTrue(isinstance(getattr(self.ctx, name)(), kind), name)
            self.join(self.start(tasks.put, made, 'text'))
            self.assertEqual(made.get(), 'text')
        self.assertTrue(isinstance(self.ctx.JoinableQueue(), queues.Queue))

        class Named(queues.Queue):
            def __init__(self, ctx):
                queues.Queue.__init__(self, 3, ctx=ctx)

        made = Named(self.ctx)
        made.put(1)
        self.assertEqual((type(made), made.get(True, 20)), (Named, 1))

    def test_last_words(self):
        # A process ends when what it has put is out.
        messages = self.ctx.Queue()
        other = self.start(tasks.put, messages, *['x' * MB] * 5)
        self.assertEqual([len(messages.get(True, 30)) for _each in range(5)], [MB] * 5)
        self.join(other)
        unread = self.ctx.Queue()
        unread.put('x' * MB)
        unread.cancel_join_thread()
        unread.close()

    def test_joinable(self):
        messages, path = self.ctx.JoinableQueue(), self.scratch()
        clock = Elapsed()
        messages.join()
        others = [self.start(tasks.work_off, messages, path) for _each in range(2)]
        for number in range(20):
            messages.put(number)
        messages.join()
        self.assertEqual(sorted(map(int, lines(path))), list(range(20)))
        self.catch(ValueError, messages.task_done)
        for _each in others:
            messages.put(None)
        self.join(*others)
        self.assertLess(clock.seconds, 30)

    def test_joinable_whose_putter_is_killed(self):
        if not self.is_process:
            return
        messages, path = self.ctx.JoinableQueue(2), self.scratch()
        other = self.start(tasks.put_and_note, messages, path, 3)
        self.noted(path, 3)
        time.sleep(0.3)     # it waits for room
        kill(other.pid)
        other.join(20)
        for number in range(2):
            self.assertEqual(messages.get(True, 20), number)
            messages.task_done()
        messages.join()
        self.catch(ValueError, messages.task_done)

    def test_what_does_not_pickle(self):
        if not self.is_process:
            return
        self.needs_ours()
        messages = self.ctx.Queue(5)
        self.catch(ValueError, messages.put, tasks.Unpicklable())
        messages.put('next')
        self.assertEqual(messages.get(True, 20), 'next')
        messages, errors = self.ctx.Queue(), sys.stderr
        sys.stderr = open(os.devnull, 'w')
        try:
            messages.put(tasks.Unpicklable())
            messages.put('next')
            self.assertEqual(messages.get(True, 20), 'next')
        finally:
            sys.stderr.close()
            sys.stderr = errors

    def test_of_who_is_gone(self):
        if not self.is_process:
            return
        messages = self.ctx.Queue()
        self.start(tasks.put_and_die, messages, 'small', 'x' * MB)
        self.assertEqual(messages.get(True, 20), 'small')
        self.assertEqual(len(messages.get(True, 20)), MB)

    def test_no_descriptors_are_left(self):
        if not self.is_process or not os.path.isdir('/proc/self/fd'):
            return
        for count in (3, 30):
            for _each in range(count):
                for messages in (self.ctx.Queue(), self.ctx.Queue(5), self.ctx.SimpleQueue()):
                    messages.put(1)
                    self.assertEqual(messages.get(), 1)
                    messages.close()
                lock, condition = self.ctx.Lock(), self.ctx.Condition()
                lock.acquire()
                lock.acquire(True, 0.001)
                condition.acquire()
                condition.wait(0.001)
                # Those go last that an object has which is in a circle.
                messages = lock = condition = None
            gc.collect()
            if count == 3:
                before = len(os.listdir('/proc/self/fd'))
        # A feeder ends a moment later.
        self.assertTrue(wait_let_go(lambda: len(os.listdir('/proc/self/fd')) <= before + 2),
                        (before, os.listdir('/proc/self/fd')))

    # Killed while they read and write.

    def storm(self, messages):
        """Kill those who put and get, again and again; then all goes on."""
        if not self.is_process:
            support.skip('a thread is not killed')
        self.needs_ours()
        path, begun, chance = self.scratch(), self.scratch(), random.Random(7)
        consumers = [self.start(tasks.consume, messages, path) for _each in range(2)]
        for number in range(6):
            producers = [self.start(tasks.produce_for_ever, messages, 10 * number + each, begun)
                         for each in range(2)]
            self.noted(begun, 2 * number + 2)
            time.sleep(0.1 + 0.2 * chance.random())
            victim = consumers.pop(0)
            for each in [victim] + producers:
                kill(each.pid)
            consumers.append(self.start(tasks.consume, messages, path))
        # What they left is taken, then what a survivor puts: all of it.
        survivor = self.start(tasks.produce, messages, 99, 200)
        self.join(survivor)
        for _each in consumers:
            messages.put(None)
        self.join(*consumers)
        found = [line for line in lines(path) if line != 'end']
        self.assertEqual(len(found), len(set(found)), 'a message came twice')
        self.assertEqual([line for line in found if not line.endswith(' True')], [])
        self.assertEqual(len([line for line in found if line.startswith('99 ')]), 200)
        self.assertTrue(len(found) > 400, len(found))
        self.assertTrue(messages.empty())

    def test_storm(self):
        self.storm(self.ctx.Queue())

    def test_storm_with_a_limit(self):
        messages = self.ctx.Queue(4)
        self.storm(messages)
        for number in range(4):         # no place was lost
            messages.put(number, False)
        self.catch(Full, messages.put, 4, False)

    def test_storm_of_a_simple_one(self):
        self.storm(self.ctx.SimpleQueue())


each_engine(globals(), Queues, variants=VARIANTS)
