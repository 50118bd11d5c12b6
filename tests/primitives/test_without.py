"""Where multiprocessing has no semaphores: the other tests of this folder, a program, the examples."""
import os
import subprocess
import sys

import shim
from tests import support, without
from tests.promises import scratch
from tests.support import ROOT, read_text

SUITE = '''
import sys
from tests import run

if __name__ == '__main__':
    sys.exit(run.main(['-v'] + sys.argv[1:]))
'''

PROGRAM = '''
import os, sys
import shim
from shim import primitives
from shim.shared_memory import SharedMemory
from tests import primitive_tasks as tasks

def use(ctx, path):
    lock, barrier, results = ctx.Lock(), ctx.Barrier(2), ctx.Queue()
    others = [ctx.Process(target=tasks.count_up, args=(lock, path, 100)) for _each in range(2)]
    others.append(ctx.Process(target=tasks.put, args=(results, 1, 'x' * 100000)))
    for each in others:
        each.start()
    assert results.get(True, 30) == 1
    assert len(results.get(True, 30)) == 100000
    for each in others:
        each.join()
        assert each.exitcode == 0, each.exitcode
    assert type(lock).__module__ == 'shim.backfill.cell_locks', type(lock)
    if (os.environ['SHIM_TEST_WITHOUT'], ctx.get_start_method()) != ('extension', 'fork'):
        # There multiprocessing's join(timeout) imports it, until 3.12.
        manager = ctx.Manager()
        assert list(manager.dict(key=1).keys()) == ['key']
        manager.shutdown()
    if os.environ['SHIM_TEST_WITHOUT'] != 'shm':
        segment = SharedMemory(create=True, size=10)
        segment.close()
        segment.unlink()

def main(path):
    assert primitives.no_semaphores()
    from shim.queues import Empty, Full, JoinableQueue, Queue, SimpleQueue
    from shim.synchronize import Condition, Event, RLock
    own = SimpleQueue()
    own.put('here')
    assert own.get() == 'here'
    assert type(shim.Lock()) is shim.synchronize.Lock
    assert shim.BoundedSemaphore(3).get_value() == 3
    total = 0
    for name in sys.argv[2:]:
        try:
            ctx = shim.get_context(name)
            other = ctx.Process(target=int)
            other.start()
            other.join()
        except (ImportError, ValueError):   # Process itself needs the extension module there
            sys.stdout.write('no Process: %s\\n' % name)
            continue
        use(ctx, path)
        total += 200
        assert int(open(path).read()) == total
        sys.stdout.write('ok: %s\\n' % name)

if __name__ == '__main__':
    main(sys.argv[1])
'''

METHODS = [name for name in ('fork', 'spawn', 'forkserver', 'subprocess')
           if shim.context.unavailable(name) is None]


def needs(method, name):
    """Whether multiprocessing itself starts no process that way without it."""
    if name == 'extension':
        return method == 'fork' and sys.version_info < (3, 4)
    # Its resource tracker imports sem_unlink, come what may (until 3.9).
    return (name == 'synchronize' and method in ('spawn', 'forkserver')
            and (3, 8) <= sys.version_info < (3, 10))


class Without(support.TestCase):
    deadline = 400

    def setUp(self):
        support.needs_processes()
        if os.environ.get('SHIM_TEST_WITHOUT'):
            support.skip('this is inside of one of these tests')
        from shim.backfill import cells
        if cells.WHY_NOT:
            support.skip(cells.WHY_NOT)

    def environ(self, name):
        """An environment whose interpreters lack it."""
        return without.environ(name, os.path.dirname(scratch(self)), ROOT,
                               os.environ.get('PYTHONPATH'))

    def number(self):
        """The path of a file with a number."""
        path = scratch(self, 'number')
        stream = open(path, 'w')
        stream.write('0')
        stream.close()
        return path

    def check(self, name):
        """Run the program; returns the contexts that it could use."""
        if shim.compat.absent and name != 'extension':
            support.skip('there is no multiprocessing: all tests run without its semaphores')
        known = [method for method in METHODS if not needs(method, name)]
        status, out, err, _seconds = support.run_script(
            PROGRAM, args=[self.number()] + known, env=self.environ(name), timeout=120)
        self.assertEqual((status, err), (0, ''), out)
        self.assertEqual(len(out.split('\n')), len(known) + 1, out)
        return known, [line.split()[-1] for line in out.split('\n') if line.startswith('ok')]

    def test_refused(self):
        known, found = self.check('semaphores')
        self.assertEqual(found, known)

    def test_lacking(self):
        known, found = self.check('synchronize')
        self.assertEqual(found, known)

    def test_no_extension_module(self):
        _known, found = self.check('extension')
        self.assertIn('subprocess', found)
        if (3, 4) <= sys.version_info < (3, 14):    # whose popen_fork itself imports it
            self.assertIn('fork', found)

    def test_all_tests(self):
        if shim.compat.absent:
            support.skip('there is no multiprocessing: all tests run without its semaphores')
        program = support.start_script(
            SUITE, env=self.environ('semaphores'),
            args=['tests.primitives.test_' + name for name in ('locks', 'holders', 'queues', 'values')])
        status, out, err, _seconds = program.wait(350)
        self.assertEqual(status, 0, out + err)
        self.assertTrue(out.startswith('ran '), out)

    def test_no_shared_memory_file_system(self):
        if shim.compat.absent:
            support.skip('there is no multiprocessing: all tests run without its semaphores')
        if without.unable('shm'):
            support.skip(without.unable('shm'))
        path = os.path.join(os.path.dirname(self.number()), 'program.py')
        stream = open(path, 'w')
        stream.write(PROGRAM)
        stream.close()
        environ = dict(os.environ)
        environ.update(self.environ('shm'))
        output = path + '.out'
        stream = open(output, 'w')
        try:
            status = subprocess.call(
                without.command('shm') + [sys.executable, path, self.number()] + METHODS,
                stdout=stream, stderr=stream, env=environ)
        finally:
            stream.close()
        self.assertEqual(status, 0, read_text(output))
        self.assertEqual(read_text(output), ''.join(['ok: %s\n' % name for name in METHODS]))

    def test_examples(self):
        environ = self.environ('semaphores')
        for name, said in (('multiprocessing_lock_value', 'with a lock: 20 of 20'),
                           ('multiprocessing_process_queue', '300 numbers have')):
            source = read_text(os.path.join(ROOT, 'examples', name + '.py'))
            options = ['--times', '10']
            if 'queue' in name:
                options = ['--numbers', '300']
            for method in METHODS:
                status, out, err, _seconds = support.run_script(
                    source, args=['--method', method] + options, env=environ)
                if 'ctypes module' in err:      # 2.4
                    continue
                self.assertEqual((status, err), (0, ''), '%s %s\n%s' % (name, method, out))
                self.assertIn(said, out)
