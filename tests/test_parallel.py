"""The context pp: what is about Parallel Python itself; the contract and the promises run on it, too."""
import os
import sys

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


class Parallel(support.TestCase):
    deadline = 100

    def setUp(self):
        support.TestCase.setUp(self)
        reason = context.unavailable('pp')
        if reason:
            support.skip('NOT TESTED HERE, the context pp: ' + reason)

    def test_all(self):
        # One test, so that one line tells where it is not here.
        for check in (self.imported_when_used, self.environment, self.killed, self.printed,
                      self.broken):
            check()

    def pool(self, *args):
        pool = shim.get_context('pp').Pool(*args)
        self.addCleanup(pool.terminate)
        return pool

    def imported_when_used(self):
        if shim.compat.multiprocessing is None:
            return      # it is the default
        status, out, err, _seconds = run_script(LAZY)
        self.assertEqual((status, out), (0, 'True False True'), err)

    def environment(self):
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

    def killed(self):
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

    def printed(self):
        status, out, err, _seconds = run_script(PRINTS)
        self.assertEqual((status, out.split('\n')), (0, [
            'task 0', 'task 1', 'task 2', 'result 0', 'result 1', 'result 2', '']), err)
        self.assertEqual([line for line in err.split('\n') if line],
                         ['error 0', 'error 1', 'error 2'])

    def broken(self):
        status, out, err, _seconds = run_script(BROKEN)
        self.assertEqual((status, err), (0, ''), out)
        self.assertIn('no processes today', out)
        self.assertIn('workers in a row', out)


if shim.compat.multiprocessing is not None and sys.version_info >= (2, 6):
    class NeverSilently(support.TestCase):
        def test_not_the_default(self):
            self.assertNotEqual(context.first(), 'pp')
            names = shim.get_all_start_methods()
            if 'pp' in names:
                self.assertGreater(names.index('pp'), names.index('subprocess'))
