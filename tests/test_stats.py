"""SHIM_STATS: a line of JSON for each pool."""
import logging
import os

from tests import support, tasks
from tests.promises import Promise, kill, lines
from tests.support import each_engine

KEYS = 'context', 'workers', 'done', 'lost', 'restarts', 'pid'


def read(line):
    """What a line tells, in the order of KEYS; JSON as plain as this is Python, too."""
    told = eval(line, {})
    if tuple([key for key in KEYS if key in told]) != KEYS or len(told) != len(KEYS):
        raise AssertionError(line)
    return [told[key] for key in KEYS]


class Stats(Promise):
    def setUp(self):
        super(Stats, self).setUp()
        self.path, self.old = self.scratch(), os.environ.get('SHIM_STATS')
        os.environ['SHIM_STATS'] = self.path

    def tearDown(self):
        del os.environ['SHIM_STATS']
        if self.old is not None:
            os.environ['SHIM_STATS'] = self.old

    def size(self, number):
        return [number, 1][self.engine == 'serial']

    def test_done(self):
        pool = self.Pool(2)
        self.assertEqual(pool.map(abs, range(10), 2), list(range(10)))
        self.assertEqual(pool.apply(abs, (-1,)), 1)
        self.assertEqual(list(pool.imap(abs, [-1, -2, -3])), [1, 2, 3])
        self.catch(ZeroDivisionError, pool.apply, divmod, (1, 0))
        self.assertEqual(lines(self.path), [])
        pool.close()
        pool.join()
        pool.terminate()
        self.assertEqual([read(line) for line in lines(self.path)], [
            [self.engine, self.size(2), 5 + 1 + 3 + 1, 0, 0, os.getpid()]])

    def test_each_pool(self):
        for number in (1, 2):
            pool = self.Pool(1)
            pool.map(abs, range(number), 1)
            pool.terminate()
            pool.join()
        self.assertEqual([read(line)[2] for line in lines(self.path)], [1, 2])

    def test_lost(self):
        self.needs(1)
        pool = self.Pool(1)
        result = pool.apply_async(tasks.nap, (60,))
        support.wait_until(lambda: pool._engine.slots[0].begun)
        self.assertTrue(kill(pool._pool[0].pid))
        result.wait(20)
        self.assertEqual(pool.apply(abs, (-1,)), 1)
        pool.close()
        pool.join()
        self.assertEqual([read(line)[2:5] for line in lines(self.path)], [[1, 1, 1]])

    def test_none(self):
        os.environ['SHIM_STATS'] = ''
        pool = self.Pool(1)
        pool.map(abs, [1])
        pool.terminate()
        pool.join()
        self.assertEqual(lines(self.path), [])

    def test_no_such_folder(self):
        os.environ['SHIM_STATS'] = os.path.join(self.path, 'nowhere')
        said, log = [], logging.getLogger('shim')
        handler = logging.Handler()
        handler.emit = lambda record: said.append(record.getMessage())
        log.addHandler(handler)
        try:
            pool = self.Pool(1)
            self.assertEqual(pool.map(abs, [-1]), [1])
            pool.close()
            pool.join()
        finally:
            log.removeHandler(handler)
        self.assertEqual(len(said), 1)
        self.assertIn('SHIM_STATS', said[0])
        self.assertIn('nowhere', said[0])


each_engine(globals(), Stats)
