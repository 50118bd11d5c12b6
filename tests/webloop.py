"""await of results on the event loop of Pyodide: that of JavaScript, which can't be waited for.

tests/matrix.py runs this in tests/pyodide.mjs, as

    import sys
    from tests import webloop
    sys.exit(await webloop.main(REPORT))

The coroutines are those of tests/contract/test_await.py.
"""
import six

PROGRAM = '''
import sys
import time
import traceback

from tests import run
from tests.contract import test_await

NAMES = ['value', 'error', 'stop_iteration', 'many', 'ready', 'many_await_one']


async def main(report):
    """Run them all, write the report, return the exit status."""
    failed, seconds = [], {}
    for name in NAMES:
        case = test_await.SerialTestAwait('test_value')
        start = time.time()
        try:
            case.setUp()
            await getattr(test_await, name)(case, case.Pool(2))
        except BaseException:
            traceback.print_exc()
            failed.append('tests.webloop.' + name)
        finally:
            case.doCleanups()
        seconds['tests.webloop.' + name] = time.time() - start
    return run.conclude({'ran': len(NAMES), 'failed': failed, 'skipped': {}, 'seconds': seconds},
                        report)
'''
six.exec_(compile(PROGRAM, 'PROGRAM of ' + __name__, 'exec'), globals())
