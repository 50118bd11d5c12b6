"""socket.setdefaulttimeout() is the program's: what is shim's own does not know it."""
import socket

from shim.backfill.sockets import DESCRIPTORS
from tests import process_tasks, tasks
from tests.support import each_engine, skip

SHORT = 0.1         # what no worker is started in


class DefaultTimeout(object):

    def setUp(self):
        super(DefaultTimeout, self).setUp()
        self.addCleanup(socket.setdefaulttimeout, socket.getdefaulttimeout())
        socket.setdefaulttimeout(SHORT)

    def test_pool(self):
        pool = self.Pool(2)
        self.assertEqual(pool.apply(tasks.nap, (5 * SHORT, 'text')), 'text')
        self.assertEqual(pool.map(tasks.square, range(100)), [n * n for n in range(100)])

    def test_pipe(self):
        if self.engine == 'serial':
            skip('serial does one thing after the other')
        if self.is_process and not DESCRIPTORS:
            skip('this interpreter has no descriptors, and so sends no pipe')
        try:
            near, far = self.ctx.Pipe()
        except NotImplementedError:
            skip('the workers reach no pipe of this process')
        process = self.ctx.Process(target=process_tasks.send_late, args=(far, 5 * SHORT, 'text'))
        process.start()
        self.assertEqual(near.recv(), 'text')
        process.join()


each_engine(globals(), DefaultTimeout)
