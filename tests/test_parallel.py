"""The context pp: what is about Parallel Python itself; the contract and the promises run on it, too."""
import os

import shim
from shim import context
from tests import promise_tasks, support, tasks
from tests.promises import kill, scratch
from tests.support import Elapsed, run_script, wait_until

LAZY = '''
import sys
import shim

names = shim.get_all_start_methods()
shim.get_context()
before = 'pp' in sys.modules
if __name__ == '__main__':
    pool = shim.get_context('pp').Pool(1)
    pool.terminate()
    sys.stdout.write('%s %s %s' % ('pp' in names, before, 'pp' in sys.modules))
'''
PRINTS = '''
import os, sys
import shim

def say(number):
    sys.stdout.write('task %d\\n' % number)
    sys.stderr.write('error %d\\n' % number)
    os.write(1, 'nobody hears this'.encode('ascii'))
    return number

def main():
    pool = shim.get_context('pp').Pool(1)
    for number in pool.map(say, range(3), 1):
        sys.stdout.write('result %d\\n' % number)
        sys.stdout.flush()
    pool.terminate()

if __name__ == '__main__':
    main()
'''
ENDS = '''
import sys
import shim

if __name__ == '__main__':
    for terminated in (True, False):
        pool = shim.get_context('pp').Pool(2)
        if terminated:
            pool.terminate()
    sys.stdout.write('done')
'''
BROKEN = '''
import sys
import shim

class Server(object):
    def __init__(self, ncpus):
        raise OSError('no processes today')

if __name__ == '__main__':
    import pp
    pp.Server = Server
    pool = shim.get_context('pp').Pool(2)
    try:
        pool.apply(abs, (-1,))
    except shim.PoolBrokenError:
        sys.stdout.write(str(sys.exc_info()[1]))
'''


class Parallel(object):
    deadline = 110

    def pool(self, *args):
        pool = shim.get_context('pp').Pool(*args)
        self.addCleanup(pool.terminate)
        return pool

    def test_imported_when_used(self):
        if shim.compat.multiprocessing is None:
            return      # it is the default
        status, out, err, _seconds = run_script(LAZY, 100)
        self.assertEqual((status, out), (0, 'True False True'), err)

    def test_environment(self):
        # pp puts sys.path there.
        before = os.environ.get('PYTHONPATH')
        os.environ['PYTHONPATH'] = 'unlike'
        try:
            self.pool(1)
            self.assertEqual(os.environ.pop('PYTHONPATH'), 'unlike')
            self.pool(1)
            self.assertNotIn('PYTHONPATH', os.environ)
        finally:
            os.environ.pop('PYTHONPATH', None)
            if before is not None:
                os.environ['PYTHONPATH'] = before

    def test_killed(self):
        # ppft would wait for ever, pp return None.
        pool, path = self.pool(2), scratch(self)
        result = pool.apply_async(promise_tasks.noted_pid, (path, 60))
        self.assertTrue(wait_until(lambda: os.path.exists(path) and support.read_text(path), 30))
        pid = int(support.read_text(path))
        self.assertIn(pid, [worker.pid for worker in pool._pool])
        clock = Elapsed()
        self.assertTrue(kill(pid))
        error = self.catch(shim.WorkerLostError, result.get, 20)
        self.assertTrue(clock.seconds < 2, clock.seconds)
        self.assertEqual((error.pid, error.exitcode, error.started), (pid, -9, True))
        pids = [result.get(30) for result in [pool.apply_async(tasks.pid) for _each in range(4)]]
        self.assertNotIn(pid, pids)
        self.assertTrue(wait_until(lambda: len([worker for worker in pool._pool
                                                if worker.is_alive()]) == 2, 30))

    def test_printed(self):
        status, out, err, _seconds = run_script(PRINTS, 100)
        self.assertEqual((status, out.split('\n')), (0, [
            'task 0', 'task 1', 'task 2', 'result 0', 'result 1', 'result 2', '']), err)
        self.assertEqual([line for line in err.split('\n') if line],
                         ['error 0', 'error 1', 'error 2'])

    def test_quiet_end(self):
        # A thread of pp's that wakes as the program ends writes to stderr on 2.x.
        # And what pp does as the program ends crashed one of ten.
        for _program in range(12):
            status, out, err, _seconds = run_script(ENDS, 100)
            self.assertEqual((status, out, err), (0, 'done', ''))

    def test_broken(self):
        status, out, err, _seconds = run_script(BROKEN, 100)
        self.assertEqual((status, err), (0, ''), out)
        self.assertIn('no processes today', out)
        self.assertIn('workers in a row', out)


class Here(support.TestCase):

    def test_here(self):
        # One line that says so, instead of one for each test.
        reason = context.unavailable('pp')
        if reason:
            support.skip('NOT TESTED HERE, the context pp: ' + reason)

    def test_not_the_default(self):
        if shim.compat.multiprocessing is not None:
            self.assertNotEqual(context.first(), 'pp')
            self.assertNotEqual(context.known()[0], 'pp')


if context.unavailable('pp') is None:
    class ParallelTest(Parallel, support.TestCase):
        pass
