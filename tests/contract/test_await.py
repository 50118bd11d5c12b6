"""await of results in a program of asyncio, on every engine."""
import os
import shutil
import sys
import tempfile

import six

import shim         # noqa: F401  for PROGRAM, as wait_until
from tests import tasks
from tests.support import CONCURRENT_VARIANTS, each_engine, skip, wait_until   # noqa: F401

try:
    import asyncio
except ImportError:     # until 3.4
    asyncio = None

# One coroutine per test, with the test case and its pool: `async` and `await` are syntax from 3.5.
PROGRAM = '''
async def value(case, pool):
    case.assertEqual(await pool.apply_async(tasks.square, (3,)), 9)
    case.assertEqual(await pool.apply_async(tasks.identity, ([None],)), [None])


async def error(case, pool):
    result = pool.apply_async(tasks.raise_value_error, ('text',))
    for _each in range(2):
        try:
            await result
        except ValueError as caught:
            case.assertEqual(caught.args, ('text',))
        else:
            case.fail('nothing raised')
    case.assertEqual(await pool.apply_async(tasks.square, (3,)), 9)


async def stop_iteration(case, pool):
    try:
        await pool.apply_async(tasks.raise_stop_iteration)
    except RuntimeError as caught:
        case.assertTrue(isinstance(caught.__cause__, StopIteration))
    else:
        case.fail('nothing raised')


async def many(case, pool):
    results = [pool.apply_async(tasks.square, (number,)) for number in range(200)]
    case.assertEqual(await asyncio.gather(*results), [n * n for n in range(200)])
    case.assertEqual(await pool.map_async(tasks.square, range(200)), [n * n for n in range(200)])
    case.assertEqual(await pool.map_async(tasks.square, []), [])
    case.assertEqual(await pool.starmap_async(tasks.both, [(1, 2), (3, 4)]), [(1, 2), (3, 4)])
    longs = await pool.starmap_async(tasks.times, [('x', 50000)] * 4, 1)
    case.assertEqual(longs, ['x' * 50000] * 4)


async def ready(case, pool):
    # The loop has its turn even so.
    result = pool.apply_async(tasks.square, (3,))
    result.wait()
    turns = []

    async def other():
        turns.append(1)
    task = asyncio.ensure_future(other())
    case.assertEqual(await result, 9)
    case.assertEqual(turns, [1])
    await task


async def many_await_one(case, pool):
    result = pool.apply_async(tasks.nap, (0.1, 'text'))

    async def one():
        return await result
    case.assertEqual(await asyncio.gather(*[one() for _each in range(5)]), ['text'] * 5)
    await asyncio.sleep(0)
    case.assertEqual(result._waiters, [])


async def terminated(case, pool):
    result = pool.apply_async(tasks.nap, (30,))
    task = asyncio.ensure_future(asyncio.gather(result))
    await asyncio.sleep(0.1)
    pool.terminate()
    try:
        await task
    except shim.PoolTerminatedError:
        pass
    else:
        case.fail('nothing raised')


async def loop_goes_on(case, pool):
    path = os.path.join(case.folder(), 'go')
    result = pool.apply_async(tasks.flow, ('wait', path))
    turns = []

    async def other():
        while len(turns) < 20:
            turns.append(result.ready())
            await asyncio.sleep(0.001)
        open(path, 'w').close()         # what the task waits for
    task = asyncio.ensure_future(other())
    await result
    case.assertEqual(turns, [False] * 20)
    await task


async def cancelled(case, pool):
    path = os.path.join(case.folder(), 'go')
    result = pool.apply_async(tasks.flow, ('wait', path))
    for _each in range(3):
        try:
            await asyncio.wait_for(result, 0.05)
        except asyncio.TimeoutError:
            pass
        else:
            case.fail('nothing raised')
    await asyncio.sleep(0)
    case.assertEqual(result._waiters, [])
    task = asyncio.ensure_future(asyncio.wait_for(result, 60))
    await asyncio.sleep(0.05)
    open(path, 'w').close()
    # It is there, and the loop is told; but before the loop looks, the task is cancelled.
    case.assertTrue(wait_until(result.ready, 20))
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    else:
        case.fail('nothing raised')
    result.get(0)
    case.assertEqual(await pool.apply_async(tasks.square, (3,)), 9)


async def left(case, pool):
    # The loop ends before the result is there.
    path = os.path.join(case.folder(), 'go')
    result = pool.apply_async(tasks.flow, ('wait', path))

    async def waits():
        await result
    task = asyncio.ensure_future(waits())
    await asyncio.sleep(0.01)
    case.assertEqual(len(result._waiters), 1)
    return task, result, path
'''
if sys.version_info >= (3, 5):
    six.exec_(compile(PROGRAM, 'PROGRAM of ' + __name__, 'exec'), globals())


class Base(object):

    def setUp(self):
        super(Base, self).setUp()
        if sys.version_info < (3, 5):
            skip('await is 3.5+')
        self.loop, self.complaints = None, []

    def folder(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder, True)
        return folder

    def complain(self, loop, context):
        """What the loop has caught and nobody else."""
        self.complaints.append(context)

    def run_loop(self, name, pool):
        """What the coroutine of that name returns."""
        if asyncio._get_running_loop() is not None:
            skip('Pyodide has one event loop, which runs: tests/webloop.py does the same on that')
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(self.complain)
        try:
            return loop.run_until_complete(globals()[name](self, pool))
        finally:
            loop.close()
            self.assertEqual(self.complaints, [])


class Await(Base):

    def test_value(self):
        self.run_loop('value', self.pool)

    def test_error(self):
        self.run_loop('error', self.pool)

    def test_stop_iteration(self):
        self.run_loop('stop_iteration', self.pool)

    def test_many(self):
        self.run_loop('many', self.pool)

    def test_ready_yields_to_the_loop(self):
        self.run_loop('ready', self.pool)

    def test_many_await_one(self):
        self.run_loop('many_await_one', self.pool)


class AwaitWhileItRuns(Base):

    def test_loop_goes_on(self):
        self.run_loop('loop_goes_on', self.pool)

    def test_cancelled(self):
        self.run_loop('cancelled', self.pool)

    def test_terminated(self):
        self.run_loop('terminated', self.Pool(1))

    def test_loop_ends_first(self):
        task, result, path = self.run_loop('left', self.pool)
        open(path, 'w').close()
        self.assertEqual(result.get(20), 'wait')
        self.assertEqual(self.pool.apply(tasks.square, (3,)), 9)
        task._log_destroy_pending = False       # it never ends, and says so when collected


each_engine(globals(), Await)
each_engine(globals(), AwaitWhileItRuns, variants=CONCURRENT_VARIANTS)
