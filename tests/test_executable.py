"""Workers that are another interpreter than this one: set_executable() of the context subprocess.

Each of a PyPy, one of Python 2 and 3 that this is not, and another version of this: other_pythons.py.
"""
import datetime
import decimal
import os
import sys

import shim
from shim.engines import interpreter
from shim.process import SubprocessProcess
from tests import executable_tasks as tasks
from tests import support
from tests.other_pythons import IS_2, other
from tests.promises import scratch
from tests.support import ROOT, b, skip

u = support.six.u

PROGRAM = '''
import os, sys
import shim

def square(x):
    return x * x

def version():
    return sys.version

def mishap(x):
    raise Mishap(x)

class Mishap(Exception):
    pass

def main():
    ctx = shim.get_context('subprocess')
    ctx.set_executable(sys.argv[1])
    pool = ctx.Pool(2)
    try:
        print(pool.map(square, range(5)))
        print(pool.apply(version) != sys.version)
        try:
            pool.apply(mishap, (7,))
        except Mishap:
            print(sys.exc_info()[1].args)
    finally:
        pool.terminate()
        pool.join()

if __name__ == '__main__':
    main()
'''
# Only the interpreter that runs it can import this one.
NARROW = '''
import math, sys
import shim

if sys.version != %r:
    import nothing_of_that_name

def square(x):
    return x * x

if __name__ == '__main__':
    ctx = shim.get_context('subprocess')
    ctx.set_executable(sys.argv[1])
    pool = ctx.Pool(1)
    print(pool.map(math.sqrt, [4, 9]))
    try:
        pool.apply(square, (3,))
    except ImportError:
        print(sys.exc_info()[1])
    pool.terminate()
    pool.join()
'''
SWITCH = '#!/bin/sh\nexec "$SHIM_TEST_SWITCH" "$@"\n'


class Each(support.TestCase):
    """The same for each kind."""

    deadline = 90
    _pool = ()

    def setUp(self):
        support.needs_processes()
        self.ctx = shim.get_context('subprocess')
        self.addCleanup(self.ctx.set_executable, None)
        self.other = other(self.kind)

    @classmethod
    def tearDownClass(cls):
        while cls._pool:
            cls.end(cls._pool.pop())

    @staticmethod
    def end(pool):
        pool.terminate()
        pool.join()

    def Pool(self, *args, **kwds):
        """A pool of the other interpreter."""
        self.ctx.set_executable(self.other.path, path=kwds.pop('path', [ROOT]))
        pool = self.ctx.Pool(*args, **kwds)
        self.addCleanup(self.end, pool)
        return pool

    @property
    def pool(self):
        """That which the tests of a class share."""
        cls = self.__class__
        if not cls._pool:
            self.ctx.set_executable(self.other.path, path=[ROOT])
            cls._pool = [self.ctx.Pool(2)]
        return cls._pool[0]

    def there_and_back(self, value, there=None, back=None):
        """It is of these types there and here again (None: as before), and equal."""
        name = type(value).__name__
        self.assertEqual(self.pool.apply(tasks.type_name, (value,)), there or name)
        for got in (self.pool.apply(tasks.identity, (value,)),
                    self.pool.map(tasks.identity, [value])[0],
                    self.pool.apply(tasks.content, (tasks.Value(value),))):
            self.assertEqual((type(got).__name__, got), (back or name, value))

    def test_is_the_other(self):
        self.assertEqual(self.pool.apply(tasks.asked), self.other.answer)
        self.assertNotEqual(self.other.answer, interpreter.mine())

    def test_calls(self):
        pool = self.pool
        self.assertEqual(pool.map(tasks.square, range(1000)), [n * n for n in range(1000)])
        self.assertEqual(sorted(pool.imap_unordered(tasks.square, range(50), 7)),
                         [n * n for n in range(50)])
        self.assertEqual(pool.starmap(pow, [(2, 3), (3, 2)]), [8, 9])
        self.assertEqual([[name, value] for name, value in pool.apply(
            tasks.keywords, (), {'b': 1, 'a': [2]})], [['a', [2]], ['b', 1]])

    def test_values(self):
        for value in (None, True, 0, -5, 1.5, 1e300 * 1e300, 2 + 1j, u('text'), u('\xe9\u20ac'),
                      u('x') * 100000, (1, (2.5, None)), [1, [u('a')]], {1: u('b')},
                      set([1, 2]), decimal.Decimal('1.50')):
            there = back = None
            if isinstance(value, support.six.text_type):
                there = ['str', 'unicode'][self.other.is_2]
            self.there_and_back(value, there, back)
        for number in (1 << 40, 1 << 70, -(1 << 64)):   # int or long
            self.assertEqual(self.pool.apply(tasks.identity, (number,)), number)
        if min(self.other.version, sys.version_info) >= (2, 6):
            self.there_and_back(bytearray(b('\xff\x00a')))

    def test_exceptions(self):
        error = self.catch(ValueError, self.pool.apply, tasks.fail, (u('a reason'),))
        self.assertEqual(error.args, (u('a reason'),))
        text = str(error.__cause__)
        self.assertTrue('in fail' in text and 'a reason' in text, text)
        self.catch(ZeroDivisionError, self.pool.apply, divmod, (1, 0))
        error = self.catch(tasks.Mishap, self.pool.apply, tasks.mishap, (3,))
        self.assertEqual((error.args, error.number), (('a mishap', 3), 3))
        error = self.catch(ValueError, self.pool.apply, tasks.fail, (u('\xe9\u20ac'),))
        self.assertTrue(isinstance(str(error.__cause__), str))
        self.assertEqual(self.catch(SystemExit, self.pool.apply, tasks.leave, (4,)).code, 4)

    def test_its_own_path(self):
        sys.path.append('/nowhere/of/the/parent')
        try:
            found, folder, argv = self.Pool(1).apply(tasks.paths)
        finally:
            sys.path.remove('/nowhere/of/the/parent')
        self.assertEqual((folder, argv), (os.getcwd(), sys.argv))
        self.assertTrue(ROOT in found, found)
        self.assertFalse('/nowhere/of/the/parent' in found, found)
        library = os.path.dirname(os.path.abspath(os.__file__))
        environ = os.environ.get('PYTHONPATH', '').split(os.pathsep)
        for entry in found:
            if entry not in [os.path.abspath(each) for each in environ]:
                self.assertFalse((entry + os.sep).startswith(library + os.sep), found)

    def test_what_is_not_there(self):
        path = scratch(self)
        folder = os.path.dirname(path)
        name = 'only_%d' % os.getpid()
        tasks.write(os.path.join(folder, name + '.py'), 'def double(x):\n    return 2 * x\n')
        sys.path.insert(0, folder)
        try:
            double = __import__(name).double
        finally:
            sys.path.remove(folder)
        error = self.catch(ImportError, self.pool.apply, double, (2,))
        for text in (name, str(self.other).split(' (')[0], 'set_executable('):
            self.assertTrue(text in str(error), str(error))
        self.assertEqual(self.Pool(1, path=[folder]).map(double, [2, 3]), [4, 6])

    def test_no_code(self):
        error = self.catch(Exception, self.pool.apply, lambda: 1)
        self.assertTrue('can not be sent any code' in str(error), str(error))

    def test_program(self):
        status, out, err, _seconds = support.run_script(PROGRAM, args=[self.other.path])
        self.assertEqual((status, out), (0, '[0, 1, 4, 9, 16]\nTrue\n(7,)\n'), err)

    def test_program_for_one(self):
        status, out, err, _seconds = support.run_script(
            NARROW % sys.version, args=[self.other.path])
        self.assertEqual((status, out.split('\n')[0]), (0, '[2.0, 3.0]'), err)
        for text in ('no square: ', 'script.py can not be imported (', 'nothing_of_that_name'):
            self.assertTrue(text in out, out)

    def test_death(self):
        pool = self.Pool(2)
        error = self.catch(shim.WorkerLostError, pool.apply, tasks.die)
        self.assertEqual((error.exitcode, error.started), (-9, True))
        self.assertEqual(pool.map(tasks.square, range(20)), [n * n for n in range(20)])

    def test_timeout(self):
        pool = self.Pool(2, tasks.nap, (0,))
        clock = support.Elapsed()
        self.catch(shim.TaskTimeoutError, lambda: pool.apply(
            tasks.nap, (60,), task_timeout=0.3))
        self.assertTrue(clock.seconds < 20)
        self.assertEqual(pool.apply(tasks.nap, (0, 5)), 5)

    def test_interrupted(self):
        pool = self.Pool(1)
        path = scratch(self)
        began = pool.apply_async(tasks.write_and_nap, (path, 60))
        self.assertTrue(support.wait_until(lambda: os.path.exists(path), 20))
        os.kill(pool._pool[0].pid, support.signal.SIGINT)
        self.catch(KeyboardInterrupt, began.get, 20)
        self.assertEqual(pool.apply(tasks.nap, (0, 5)), 5)

    def test_initializer(self):
        error = self.catch(shim.PoolBrokenError, self.Pool(1, tasks.fail, (u('at once'),)).apply,
                           tasks.nap, (0,))
        self.assertTrue('ValueError: at once' in str(error), str(error))

    def test_locks_and_queues(self):
        try:
            total = self.ctx.Value('i', 0)
        except NotImplementedError:
            skip(str(sys.exc_info()[1]))
        queue = self.ctx.Queue()
        pool = self.Pool(2, tasks.share, (self.ctx.Lock(), total, queue))
        pool.map(tasks.count, range(100), 5)
        self.assertEqual(total.value, sum(range(100)))
        self.assertEqual(sorted([queue.get() for _each in range(100)]),
                         [[number, 'done'] for number in range(100)])

    def test_tcp(self):
        before = os.environ.get('SHIM_CHANNEL', '')
        os.environ['SHIM_CHANNEL'] = 'tcp'
        try:
            pool = self.Pool(1)
        finally:
            os.environ['SHIM_CHANNEL'] = before
        self.assertEqual(pool.map(tasks.square, [2, 3]), [4, 9])

    def test_home_of_this_one(self):
        self.addCleanup(os.environ.pop, 'PYTHONHOME', None)
        os.environ['PYTHONHOME'] = sys.prefix
        self.assertEqual(self.Pool(1).apply(tasks.square, (2,)), 4)

    def test_process(self):
        self.ctx.set_executable(self.other.path, path=[ROOT])
        path = scratch(self)
        made = self.ctx.Process(target=tasks.write, args=(path,), kwargs={'text': 'written'})
        made.start()
        made.join(30)
        self.assertEqual((made.exitcode, support.read_text(path)), (0, 'written'))
        made = self.ctx.Process(target=tasks.leave, args=(3,))
        made.start()
        made.join(30)
        self.assertEqual((made.exitcode, made.is_alive()), (3, False))

    def test_process_of_a_class(self):
        self.ctx.set_executable(self.other.path, path=[ROOT])
        error = self.catch(TypeError, Special().start)
        self.assertTrue('Special has a run() of its own' in str(error), str(error))

    def test_executor(self):
        from shim.futures import ProcessPoolExecutor
        self.ctx.set_executable(self.other.path, path=[ROOT])
        executor = ProcessPoolExecutor(1, self.ctx)
        try:
            self.assertEqual(list(executor.map(tasks.square, range(9))), [n * n for n in range(9)])
            self.assertEqual(executor.submit(tasks.asked).result(), self.other.answer)
        finally:
            executor.shutdown()

    def test_another_one_than_was_asked(self):
        path = os.path.join(os.path.dirname(scratch(self)), 'switch')
        tasks.write(path, SWITCH)
        os.chmod(path, 493)
        self.addCleanup(os.environ.pop, 'SHIM_TEST_SWITCH', None)
        os.environ['SHIM_TEST_SWITCH'] = self.other.path
        self.other = interpreter.another(path)
        self.assertEqual(self.Pool(1).apply(tasks.square, (2,)), 4)
        os.environ['SHIM_TEST_SWITCH'] = sys.executable
        error = self.catch(shim.PoolBrokenError, self.Pool(1).apply, tasks.square, (2,))
        self.assertTrue('another interpreter has been started' in str(error), str(error))


class Special(SubprocessProcess):
    def run(self):
        pass


class TestPyPy(Each):
    kind = 'a PyPy'


class TestVersion(Each):
    kind = 'another version of Python %d' % sys.version_info[0]

    def test_bytes(self):
        for value in (b('abc'), b('\xff\x00'), b('\xff') * 100000, [b('a'), 'b']):
            self.there_and_back(value)
        self.there_and_back(datetime.datetime(2024, 2, 29, 12, 30))


class TestMajor(Each):
    kind = 'the other one of Python 2 and 3'

    def refuses(self, value, function=tasks.identity):
        """It does not come back, and the error says what to do."""
        error = self.catch(ValueError, self.pool.apply, function, (value,))
        self.assertTrue('send text as unicode, bytes as bytearray' in str(error), str(error))

    def test_bytes(self):
        if IS_2:    # str is text there if it can be, else refused
            self.there_and_back('abc', 'str', 'unicode')
            self.refuses('\xff')
            self.refuses(['\xc3\xa9'])
            self.refuses(datetime.datetime(2024, 2, 29))
        else:       # bytes are str there; on the way back it is the same
            self.assertEqual(self.pool.apply(tasks.type_name, (b('\xff'),)), 'str')
            self.assertEqual(self.pool.apply(len, (b('\xff\x00a'),)), 3)
            self.assertEqual(self.pool.apply(tasks.identity, (b('abc'),)), 'abc')
            self.refuses(b('\xff'))
            self.assertEqual(self.pool.apply(str, (datetime.datetime(2024, 2, 29),)),
                             '2024-02-29 00:00:00')
            self.refuses(datetime.datetime(2024, 2, 29))


del Each      # the body, not a test of its own
