"""Managers of classes of the program's own, on each context; and their servers."""
import signal
import sys
import threading

import shim
from shim import managers
from tests import support
from tests.backfill import tasks
from tests.promises import lines, scratch
from tests.support import Elapsed, b, each_engine


class CountingManager(managers.BaseManager):
    """Of the tests' own."""


CountingManager.register('Counter', tasks.Counter, method_to_typeid={'another': 'Returned'})
CountingManager.register('Returned', create_method=False)
CountingManager.register('Visible', tasks.Counter, exposed=('add', '_hidden'))


class Own(object):
    """Started and ended by hand."""

    deadline = 60

    def made(self, kind=CountingManager, **kwds):
        made = kind(ctx=self.ctx, **kwds)
        self.addCleanup(lambda: getattr(made, 'shutdown', int)())
        return made

    def test_registered(self):
        manager = self.made()
        manager.start()
        counter = manager.Counter(5)
        self.assertEqual((counter.add(), counter.add(number=10)), (6, 16))
        self.catch(KeyError, counter.fail)
        self.assertFalse(hasattr(counter, '_hidden'))
        other = counter.another()
        self.assertEqual((other.add(), counter.add()), (117, 17))
        visible = manager.Visible()
        self.assertEqual((visible._hidden(), visible.add()), (1, 1))
        self.assertFalse(hasattr(visible, 'fail'))
        self.catch(managers.RemoteError, counter.unsendable)
        self.assertEqual(counter.add(), 18)
        self.catch(managers.RemoteError, manager._create, 'Nosuch')

    def test_states(self):
        manager = self.made(shutdown_timeout=10)
        self.catch(AssertionError, manager._create, 'Counter')
        self.assertTrue(manager.__enter__() is manager)
        process = manager._process
        self.assertTrue(process.is_alive())
        wrong = (shim.ProcessError, AssertionError)     # AssertionError until 3.7
        self.catch(wrong, manager.start)
        self.catch(wrong, manager.get_server)
        manager.__exit__(None, None, None)
        process.join(10)
        self.assertEqual(process.exitcode, 0)
        manager.shutdown()
        self.catch(wrong, manager.start)
        self.catch(wrong, manager.__enter__)
        manager.join(5)

    def test_initializer(self):
        path = scratch(self)
        manager = self.made()
        self.catch(TypeError, manager.start, 17)
        manager.start(tasks.set_up, (path, 'text'))
        self.assertEqual(lines(path), ['%d text' % manager._process.pid])

    def test_initializer_that_raises(self):
        status, out, err, _seconds = support.run_script(FAILING, args=[self.engine])
        self.assertEqual((status, out), (0, 'EOFError\n'), err)
        self.assertIn('ValueError: refused', err)

    def test_shutdown_timeout(self):
        path = scratch(self)
        manager = self.made(shutdown_timeout=0.3)
        manager.start(tasks.ignore_shutdown, (path,))
        process, clock = manager._process, Elapsed()
        manager.shutdown()
        self.assertTrue(0.5 < clock.real < 10, clock.real)
        killed = -signal.SIGKILL
        if self.engine == 'forkserver' and sys.version_info < (3, 7):
            killed = 255        # all that this forkserver tells
        self.assertEqual(process.exitcode, killed)

    def test_nested_with_a_key_of_its_own(self):
        # The server asks nobody for what it has itself.
        manager = self.made(managers.SyncManager, authkey=b('another'))
        manager.start()
        outer, inner = manager.list(), manager.list()
        outer.append(inner)
        self.assertEqual(len(outer), 1)

    def test_connect(self):
        manager = self.made(address=('127.0.0.1', 0), authkey=b('secret'))
        manager.start()
        other = CountingManager(address=manager.address, authkey=b('secret'))
        other.connect()
        self.assertEqual(other.Counter(2).add(), 3)
        stranger = CountingManager(address=manager.address, authkey=b('guess'))
        self.catch(shim.AuthenticationError, stranger.connect)

    def test_exits_without_shutdown(self):
        status, out, err, seconds = support.run_script(UNCLOSED, args=[self.engine])
        self.assertEqual((status, out, err), (0, '[1, 2]\n', ''))
        self.assertLess(seconds, 20)


FAILING = '''
import sys
import shim
from shim import managers
from tests.backfill import tasks
if __name__ == '__main__':
    try:
        managers.SyncManager(ctx=shim.get_context(sys.argv[1])).start(tasks.fail)
    except EOFError:
        sys.stdout.write('EOFError\\n')
'''
UNCLOSED = '''
import sys
import shim
if __name__ == '__main__':
    context = shim.get_context(sys.argv[1])
    manager = context.Manager()
    shared = manager.list([1])
    later = context.Process(target=shared.append, args=(2,))
    later.start()
    later.join()
    sys.stdout.write('%s\\n' % shared)
'''


class Servers(support.TestCase):
    """A server in a thread of this process."""

    def test_get_server(self):
        support.needs_threads()
        server = CountingManager(authkey=b('secret')).get_server()
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        manager = CountingManager(address=server.address, authkey=b('secret'))
        manager.connect()
        self.assertEqual(manager.Counter(1).add(), 2)
        connection = manager._Client(manager._address, authkey=b('secret'))
        managers.dispatch(connection, None, 'shutdown')
        connection.close()
        thread.join(20)
        self.assertEqual(shim.current_process()._manager_server, server)
        del shim.current_process()._manager_server

    def test_key_must_be_bytes(self):
        # AssertionError until 3.7.
        self.catch((TypeError, AssertionError), managers.Server, {}, None, 17, 'pickle')

    def test_slow_to_shut_down(self):
        if sys.version_info < (3, 4):
            support.skip("is about multiprocessing's own managers on contexts without processes")
        support.needs_threads()
        manager = managers.SyncManager(ctx=shim.get_context('thread'))
        manager.start()
        self.addCleanup(manager.shutdown)
        process = manager._process
        process.terminate()     # as shutdown() does then
        process.join(20)
        self.assertFalse(process.is_alive())


def serve(server):
    try:
        server.serve_forever()
    except SystemExit:
        pass


each_engine(globals(), Own, variants=support.STARTING_VARIANTS)
