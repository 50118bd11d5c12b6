"""Run the Pool tests of the interpreter's own standard library against shim's Pool.

    python tests/conformance/driver.py [--stdlib] [--report FILE] [TEST ...]

They are this interpreter's test/_test_multiprocessing.py (2.x: test/test_multiprocessing.py):
_TestPool with processes and with threads, _TestPoolWorkerErrors, _TestPoolWorkerLifetime.  Only
the names by which they reach a Pool are replaced; --stdlib leaves the Pool that is there, which
must pass them all.  TESTs are parts of names; --report is what tests/run.py writes.
"""
import multiprocessing
import multiprocessing.dummy
import multiprocessing.pool
import os
import re
import sys
import unittest

# With one of these a lambda would be no longer what can't be pickled.
sys.modules['cloudpickle'] = sys.modules['dill'] = None

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What needs private attributes of the stdlib's Pool, by part of its name, with the reason; it is
# reported as skipped.  At most three.
DIFFERING = {
    'test_pool_worker_lifetime': 'calls _repopulate_pool(); tests/promises/test_recycle.py and '
                                 'contract/test_lifetime.py ask the same of what is public',
}
CLASSES = ('_TestPool', '_TestPoolWorkerErrors', '_TestPoolWorkerLifetime')


def replace_pools():
    """Put shim's Pools where the tests look."""
    import shim
    multiprocessing.Pool = shim.get_context('fork').Pool
    multiprocessing.dummy.Pool = shim.get_context('thread').Pool


def replace_in_programs(suite):
    # One test runs a program, isolated from PYTHONPATH, that imports Pool by itself.
    helper = getattr(suite.test.support, 'script_helper', None)
    original = getattr(helper, 'assert_python_ok', None)

    def assert_python_ok(*args, **kwds):
        text = 'import sys; sys.path[:0] = %r; from shim import Pool' % (sys.path,)
        replaced = [re.sub(r'from multiprocessing import Pool\b', lambda match: text, arg)
                    for arg in args]
        assert replaced != list(args), 'that program has changed: %r' % (args,)
        return original(*replaced, **kwds)
    if original is not None:
        helper.assert_python_ok = assert_python_ok


def make_case(suite, name, kind, pool):
    """Return a TestCase of the class called `name` for 'Processes' or 'Threads'."""
    base, mixin = getattr(suite, name), getattr(suite, kind + 'Mixin')
    namespace = {'Pool': staticmethod(pool), '__module__': __name__}
    if name == '_TestPool' and not hasattr(base, 'setUpClass'):
        # 2.x, whose main program makes the pool that these tests share.
        def setUpClass(cls):
            cls.pool = pool(4)

        def tearDownClass(cls):
            cls.pool.terminate()
            cls.pool.join()
        namespace.update(setUpClass=classmethod(setUpClass),
                         tearDownClass=classmethod(tearDownClass))
    for part in DIFFERING:
        if part in dir(base):
            namespace[part] = unittest.skip(DIFFERING[part])(lambda self: None)
    # Tests send their methods to workers, so it must be found by its name.
    globals()[kind + name] = type(kind + name, (base, mixin, unittest.TestCase), namespace)
    return globals()[kind + name]


def load(suite, parts):
    tests = unittest.TestSuite()
    for name in CLASSES:
        for kind, pool in (('Processes', multiprocessing.Pool),
                           ('Threads', multiprocessing.dummy.Pool)):
            if kind.lower() in getattr(suite, name).ALLOWED_TYPES:
                for test in unittest.defaultTestLoader.loadTestsFromTestCase(
                        make_case(suite, name, kind, pool)):
                    if not parts or [part for part in parts if part in test.id()]:
                        tests.addTest(test)
    return tests


def import_suite():
    # Which of them is there; not what an import inside of it misses.
    for name in ('test._test_multiprocessing', 'test.test_multiprocessing'):
        try:
            __import__(name)
        except ImportError:
            if name.split('.')[1] not in str(sys.exc_info()[1]):
                raise
        else:
            return sys.modules[name]
    return None


def main(argv):
    from tests import run
    report, parts = None, [arg for arg in argv if arg != '--stdlib']
    if '--report' in parts:
        index = parts.index('--report')
        report = parts[index + 1]
        del parts[index:index + 2]
    assert len(DIFFERING) <= 3
    suite = import_suite()
    if suite is None:
        class Absent(unittest.TestCase):
            def test_pool(self):
                self.skipTest('this Python comes without the tests of its standard library')
        return run.run(Absent('test_pool'), 2, report)
    if hasattr(multiprocessing, 'set_start_method'):
        multiprocessing.set_start_method('fork', force=True)
    if '--stdlib' not in argv:
        replace_pools()
        replace_in_programs(suite)
    return run.run(load(suite, parts), 2, report)


if __name__ == '__main__':
    sys.path[0] = ROOT
    sys.exit(main(sys.argv[1:]))
