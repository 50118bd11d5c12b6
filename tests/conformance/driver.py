"""Run multiprocessing's own tests, of this interpreter's standard library, on shim.

    python tests/conformance/driver.py [options] [TEST ...]
        the Pool tests: _TestPool with processes and with threads, _TestPoolWorkerErrors,
        _TestPoolWorkerLifetime; only the names by which they reach a Pool are replaced
    python tests/conformance/driver.py --whole METHOD [options] [TEST ...]
        all of them, under shim.install(); METHOD is a start method they know

    --context NAME      for the Pool tests: of that context instead of fork (thread, subprocess, ...)
    --stdlib            with nothing replaced: that must pass
    --report FILE       what tests/run.py writes

The tests are this interpreter's test/_test_multiprocessing.py (2.x: test/test_multiprocessing.py).
TESTs are parts of names.  What differs by nature, each with its reason (differing.py), is reported as
skipped.  What fails of the whole file is run again without shim: if that fails, too, it is printed and
not counted, for it is this machine's.  Needs Python 2.7 or later; --whole takes minutes.
"""
import multiprocessing
import multiprocessing.dummy
import multiprocessing.pool
import os
import re
import subprocess
import sys
import tempfile
import unittest

# With one of these a lambda would be no longer what can't be pickled.
sys.modules['cloudpickle'] = sys.modules['dill'] = None

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CLASSES = ('_TestPool', '_TestPoolWorkerErrors', '_TestPoolWorkerLifetime')
SUITES = 'test._test_multiprocessing', 'test.test_multiprocessing'
LIMIT = 1500        # seconds for the whole file; then the stacks are printed


class Options(object):
    context, whole, report, stdlib, parts = 'fork', None, None, False, ()

    def __init__(self, argv):
        self.parts = []
        argv = list(argv)
        while argv:
            argument = argv.pop(0)
            if argument == '--stdlib':
                self.stdlib = True
            elif argument in ('--context', '--whole', '--report'):
                setattr(self, argument[2:], argv.pop(0))
            else:
                self.parts.append(argument)

    def wants(self, test):
        return not self.parts or [part for part in self.parts if part in test.id()]


# ---- the Pool tests

def replace_pools(name):
    """Put shim's Pools where the tests look."""
    import shim
    multiprocessing.Pool = shim.get_context(name).Pool
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
    # Tests send their methods to workers, so it must be found by its name.
    globals()[kind + name] = type(kind + name, (base, mixin, unittest.TestCase), namespace)
    return globals()[kind + name]


def pool_tests(suite):
    """Yield them."""
    for name in CLASSES:
        for kind, pool in (('Processes', multiprocessing.Pool),
                           ('Threads', multiprocessing.dummy.Pool)):
            if kind.lower() in getattr(suite, name).ALLOWED_TYPES:
                for test in unittest.defaultTestLoader.loadTestsFromTestCase(
                        make_case(suite, name, kind, pool)):
                    yield test


# ---- the whole file

def whole(method):
    """All of the tests for that start method, as a function that calls its argument with a suite."""
    if sys.version_info < (3,):
        return import_first('test.test_multiprocessing').test_main
    package = 'test.test_multiprocessing_' + method
    # Pythons up to 3.12 have been installed without it.
    modules = [import_first(package, 'tests.conformance.whole_' + method)]
    if hasattr(modules[0], '__path__'):     # from 3.12 on
        modules = [import_first('%s.test_%s' % (package, part))
                   for part in ('processes', 'threads', 'manager', 'misc')]
    loader = unittest.defaultTestLoader
    return lambda run: run(unittest.TestSuite(
        [loader.loadTestsFromModule(module) for module in modules]))


def flat(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            for each in flat(test):
                yield each
        else:
            yield test


def fails_without_shim(options, names):
    """Those of the tests that fail, one after the other, with nothing replaced."""
    handle, report = tempfile.mkstemp()
    os.close(handle)
    try:
        subprocess.call([sys.executable, os.path.abspath(__file__), '--stdlib', '--whole',
                         options.whole, '--report', report] + names)
        stream = open(report)
        try:
            told = stream.read()
        finally:
            stream.close()
    finally:
        os.remove(report)
    # No report: it does not even end.
    return eval(told or repr({'failed': names}), {})['failed']


# ---- both

def import_first(*names):
    # Which of them is there; not what an import inside of it misses.
    for name in names:
        try:
            __import__(name)
        except ImportError:
            if name.split('.')[1] not in str(sys.exc_info()[1]):
                raise
        else:
            return sys.modules[name]
    return None


def set_aside(test, differing):
    """Have a test that differs by nature skipped, with the reason; returns the name it is under."""
    for name, reason in differing.items():
        if re.search(r'\b%s$' % name, test.id()):
            setattr(test, test._testMethodName, lambda: test.skipTest(reason))
            return name
    return None


def main(argv):
    from tests import run
    from tests.conformance import differing
    options = Options(argv)
    if options.whole and not options.stdlib:
        import shim
        shim.install()
    suite = import_first(*SUITES)
    if suite is None:
        class Absent(unittest.TestCase):
            def test_pool(self):
                self.skipTest('this Python comes without the tests of its standard library')
        return run.run(Absent('test_pool'), 2, options.report)
    if options.whole:
        go, known, most = whole(options.whole), dict(differing.WHOLE), differing.MOST_OF_WHOLE
        if sys.version_info < (3,):
            known.update(differing.OF_2)
    else:
        if hasattr(multiprocessing, 'set_start_method'):
            multiprocessing.set_start_method('fork', force=True)
        if not options.stdlib:
            replace_pools(options.context)
            replace_in_programs(suite)
        tests = unittest.TestSuite(pool_tests(suite))
        go, most = lambda run: run(tests), differing.MOST_OF_POOL
        known = dict(differing.POOL, **differing.OF_CONTEXT.get(options.context, {}))
    outcomes = []

    def run_them(found):
        chosen = [test for test in flat(found) if options.wants(test)]
        if not options.stdlib:
            aside = set([set_aside(test, known) for test in chosen]) - set([None])
            assert len(aside) <= most, aside
        outcomes.append(run.outcome_of(unittest.TestSuite(chosen), 2))
    if options.whole:
        try:
            import faulthandler
            faulthandler.dump_traceback_later(LIMIT, exit=True)
        except ImportError:     # until 3.3
            pass
    go(run_them)
    outcome = outcomes[0]
    if options.whole and outcome['failed'] and not options.stdlib:
        without = fails_without_shim(options, outcome['failed'])
        for name in outcome['failed']:
            sys.stdout.write('%s: %s\n' % (name, [
                'FAILS WITH SHIM', 'fails without shim, too'][name in without]))
        outcome['failed'] = [name for name in outcome['failed'] if name not in without]
    return run.conclude(outcome, options.report)


if __name__ == '__main__':
    sys.path[0] = ROOT
    sys.exit(main(sys.argv[1:]))
elif import_first(*SUITES):     # in a worker, which has to find them here
    list(pool_tests(import_first(*SUITES)))
