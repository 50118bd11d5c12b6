"""shim.futures in programs of asyncio, on every engine with threads."""
import sys

import six

from tests import tasks     # noqa: F401  PROGRAM's
from tests.contract.executors import Base, OfThreads
from tests.support import CONCURRENT_VARIANTS, each_engine, needs_threads, skip

try:
    import asyncio
except ImportError:     # until 3.4
    asyncio = None

PROGRAM = '''
async def run_in(case, executor):
    loop = asyncio.get_event_loop()
    case.assertEqual(await loop.run_in_executor(executor, tasks.square, 3), 9)
    case.assertEqual(await asyncio.wrap_future(executor.submit(tasks.square, 4)), 16)
    results = [loop.run_in_executor(executor, tasks.square, number) for number in range(100)]
    case.assertEqual(await asyncio.gather(*results), [n * n for n in range(100)])
    try:
        await loop.run_in_executor(executor, tasks.raise_value_error, 'text')
    except ValueError as caught:
        case.assertEqual(caught.args, ('text',))
    else:
        case.fail('nothing raised')


async def cancel(case, executor):
    path = case.scratch('go')
    loop = asyncio.get_event_loop()
    first = loop.run_in_executor(executor, tasks.flow, 'wait', path)
    await asyncio.sleep(0.1)
    inner = executor.submit(tasks.square, 3)
    outer = asyncio.wrap_future(inner)
    outer.cancel()
    try:
        await outer
    except asyncio.CancelledError:
        pass
    else:
        case.fail('nothing raised')
    await asyncio.sleep(0)
    case.assertTrue(inner.cancelled())
    open(path, 'w').close()
    case.assertEqual(await first, 'wait')


async def default(case, executor):
    loop = asyncio.get_event_loop()
    loop.set_default_executor(executor)
    case.assertEqual(await loop.run_in_executor(None, tasks.square, 3), 9)
'''
if sys.version_info >= (3, 5):
    six.exec_(compile(PROGRAM, 'PROGRAM of ' + __name__, 'exec'), globals())


class Asyncio(Base):

    def run_loop(self, name, executor):
        if sys.version_info < (3, 5):
            skip('await is 3.5+')
        needs_threads()
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(globals()[name](self, executor))
        finally:
            loop.close()

    def test_run_in_executor(self):
        self.run_loop('run_in', self.executor)

    def test_cancel(self):
        self.run_loop('cancel', self.Executor(1))


class AsyncioDefault(OfThreads, Asyncio):

    def test_default(self):
        self.run_loop('default', self.Executor(2))


each_engine(globals(), Asyncio, variants=CONCURRENT_VARIANTS)
if 'thread' in CONCURRENT_VARIANTS:
    each_engine(globals(), AsyncioDefault, variants=['thread'])
