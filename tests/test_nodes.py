"""The context pp on the machines of ppservers: real ones, on the loopback interface."""
import os

import shim
from shim.engines.nodes import addresses
from tests import executable_tasks, other_pythons, ppservers, promise_tasks, support, tasks
from tests.promises import kill, scratch
from tests.support import Elapsed, run_script, wait_until

PROGRAM = '''
import sys
import shim

def cube(number):
    return number ** 3

if __name__ == '__main__':
    pool = shim.Pool(2)
    sys.stdout.write('%s %s' % (shim.get_start_method(), pool.map(abs, range(-3, 3))))
    pool.close()
    pool.join()
'''


class Base(support.TestCase):

    def setUp(self):
        support.needs_processes()
        if ppservers.why_not():
            support.skip(ppservers.why_not())

    def server(self, *args):
        made = ppservers.Ppserver(*args)
        self.addCleanup(made.end)
        return made

    def pool(self, servers, *args, **kwds):
        made = shim.get_context('pp', ppservers=[server.address for server in servers],
                                secret=ppservers.SECRET).Pool(*args, **kwds)
        self.addCleanup(made.terminate)
        return made


class TestNodes(Base):
    deadline = 120

    def test_tasks(self):
        server = self.server()
        pool = self.pool([server])
        self.assertEqual(len(pool._pool), 2)
        self.assertEqual(pool.map(tasks.square, range(1000)), [n * n for n in range(1000)])
        error = self.catch(ValueError, pool.apply, tasks.raise_value_error, ('text',))
        self.assertEqual(error.args, ('text',))
        pids = set(pool.map(promise_tasks.pid, range(50), 1))
        self.assertNotIn(os.getpid(), pids)
        pool.close()
        pool.join()
        self.assertTrue(wait_until(lambda: not [pid for pid in pids if support.alive(pid)]))
        # The workers have gone, and the node has what it had: for the next pool.
        self.assertEqual(self.pool([server]).apply(tasks.square, (3,)), 9)

    def test_connections_are_closed(self):
        # ppft keeps those of every server that it ever knew.
        if not os.path.isdir('/proc/self/fd'):
            support.skip('nothing here tells how many files are open')
        server, counts = self.server(), []
        for _each in range(4):
            pool = self.pool([server])
            pool.apply(tasks.square, (3,))
            pool.terminate()
            pool.join()
            counts.append(len(os.listdir('/proc/self/fd')))
        self.assertTrue(counts[3] <= counts[0] + 1, counts)

    def test_initializer(self):
        pool = self.pool([self.server()], 2, tasks.keep, ('word', 'here'))
        self.assertEqual(pool.map(tasks.kept, 10 * ['word'], 1), 10 * [('here',)])

    def test_two_nodes(self):
        servers = [self.server(), self.server()]
        pool = self.pool(servers)
        self.assertEqual(len(pool._pool), 4)
        self.assertEqual(sorted([server.process.node.address for server in
                                 [slot.worker for slot in pool._engine.slots]]),
                         sorted(2 * [server.address for server in servers]))
        self.assertEqual(pool.map(tasks.square, range(100), 1), [n * n for n in range(100)])

    def test_a_worker_is_killed(self):
        pool = self.pool([self.server()])
        path = scratch(self)
        results = [pool.apply_async(promise_tasks.nap, (0.02, n)) for n in range(10)]
        doomed = pool.apply_async(promise_tasks.noted_pid, (path, 60))
        results += [pool.apply_async(promise_tasks.nap, (0.02, n)) for n in range(10, 500)]
        self.assertTrue(wait_until(lambda: os.path.exists(path), 20))
        pid = int(open(path).read())
        clock = Elapsed()
        kill(pid)
        error = self.catch(shim.WorkerLostError, doomed.get, 20)
        self.assertTrue(clock.seconds < 2, clock.seconds)
        self.assertEqual((error.pid, error.started), (pid, True))
        self.assertEqual([result.get(30) for result in results], list(range(500)))
        self.assertEqual(pool.map(tasks.square, range(10)), [n * n for n in range(10)])

    def test_the_server_is_killed(self):
        # What has begun comes to its end: tasks do not pass through the server.
        server = self.server()
        pool = self.pool([server])
        results = [pool.apply_async(promise_tasks.nap, (0.05, n)) for n in range(40)]
        results[0].get(20)
        server.end()
        self.assertEqual([result.get(20) for result in results], list(range(40)))
        # But nobody starts workers any more: no hang.
        clock = Elapsed()
        for pid in [worker.pid for worker in pool._pool]:
            kill(pid)
        late = pool.apply_async(tasks.square, (3,))
        self.catch((shim.PoolBrokenError, shim.WorkerLostError), late.get, 100)
        self.assertTrue(clock.seconds < 90, clock.seconds)

    def test_late(self):
        pool = self.pool([self.server()])
        self.catch(shim.TaskTimeoutError, pool.apply, promise_tasks.nap, (60, 1), {}, 0.3)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)

    def test_environment(self):
        server = self.server()
        status, out, err, _seconds = run_script(PROGRAM, env={
            'SHIM_START_METHOD': 'pp', 'SHIM_PPSERVERS': server.address,
            'SHIM_PP_SECRET': ppservers.SECRET})
        self.assertEqual((status, out), (0, 'pp [3, 2, 1, 0, 1, 2]'), err)


class TestAnotherPython(Base):
    """A ppserver that another version of Python runs."""

    deadline = 120

    def setUp(self):
        Base.setUp(self)
        folder = scratch(self, '')
        ppservers.link(folder)
        for self.other in other_pythons.others(other_pythons.VERSION):
            self.node = self.server(ppservers.SECRET, self.other.path, folder)
            if self.node.listens():
                return
        support.skip('NOT TESTED: this pp runs on no other Python of %s; SHIM_TEST_EXECUTABLES'
                     ' names others' % other_pythons.candidates())

    def test_tasks(self):
        pool = self.pool([self.node])
        self.assertEqual(pool.apply(executable_tasks.asked), self.other.answer)
        self.assertEqual(pool.map(tasks.square, range(100), 1), [n * n for n in range(100)])
        error = self.catch(ValueError, pool.apply, tasks.raise_value_error, ('text',))
        self.assertEqual(error.args, ('text',))


class TestRefused(Base):

    def make(self, **options):
        return shim.get_context('pp', **options).Pool

    def test_secret_is_required(self):
        error = self.catch(ValueError, self.make(ppservers=['127.0.0.1:9']))
        self.assertTrue('secret' in str(error), error)

    def test_wrong_secret(self):
        server = self.server()
        clock = Elapsed()
        error = self.catch(shim.AuthenticationError, self.make(
            ppservers=[server.address], secret='wrong'))
        self.assertTrue(clock.seconds < 5, clock.seconds)
        self.assertTrue(server.address in str(error), error)

    def test_as_text(self):
        found = addresses({'ppservers': 'one:1, two:2,'})
        self.assertEqual(found, ['one:1', 'two:2'])
        self.assertEqual(addresses({'ppservers': found}), found)

    def test_nobody_there(self):
        address = '127.0.0.1:%d' % ppservers.free_port()
        error = self.catch(shim.PoolError, self.make(ppservers=[address], secret='any'))
        self.assertTrue(address in str(error), error)
