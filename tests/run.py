"""Run the tests with plain unittest (unittest2 before 2.7): for where nose2 does not run.

    python tests/run.py [-v] [--report FILE] [NAME ...]

NAMEs are dotted modules; without one, every test_*.py below tests/ is found as nose2 finds
them.  The last line says `ran N, failed N, skipped N`; FILE gets the same in full, as the repr
of a dictionary, for tests/matrix.py.
"""
import os
import sys
import time
import traceback
import unittest

if not hasattr(unittest, 'SkipTest'):       # before 2.7
    import unittest2 as unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


def find_modules():
    """Return the sorted dotted names of the test modules below tests/."""
    found = []
    for folder, folders, names in os.walk(HERE):
        for name in names:
            if name.startswith('test_') and name.endswith('.py'):
                path = os.path.join(folder, name)[len(ROOT) + 1:-len('.py')]
                found.append(path.replace(os.sep, '.'))
    found.sort()
    return found


def load(names):
    """Return a suite of these modules; one that does not import is a test that fails."""
    suite = unittest.TestSuite()
    for name in names:
        try:
            __import__(name)
        except Exception:
            suite.addTest(broken(name, traceback.format_exc()))
        else:
            suite.addTest(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[name]))
    return suite


def broken(name, text):
    class ImportOf(unittest.TestCase):
        def runTest(self):
            self.fail(text)

        def id(self):
            return name

        __str__ = id
    return ImportOf()


class Result(unittest.TextTestResult):
    """Also keeps what a report wants: how long each test took, and why tests were skipped.

    What failed is told at once, too: a test that hangs later would take it along.
    """

    def __init__(self, *args, **kwds):
        unittest.TextTestResult.__init__(self, *args, **kwds)
        self.seconds = {}

    def startTest(self, test):
        unittest.TextTestResult.startTest(self, test)
        self.seconds[test.id()] = -time.time()

    def stopTest(self, test):
        now = time.time()
        # 3.12.1 stops what a decorator skips without having started it.
        self.seconds[test.id()] = now + self.seconds.get(test.id(), -now)
        unittest.TextTestResult.stopTest(self, test)

    def addError(self, test, err):
        unittest.TextTestResult.addError(self, test, err)
        self.stream.writeln(self.errors[-1][1])

    def addFailure(self, test, err):
        unittest.TextTestResult.addFailure(self, test, err)
        self.stream.writeln(self.failures[-1][1])

    def report(self):
        """Return a dictionary of plain strings and numbers."""
        reasons = {}
        for test, reason in self.skipped:
            reasons[str(reason)] = reasons.get(str(reason), 0) + 1
        failed = {}     # one test may fail both in itself and in its tearDown
        for test, text in self.failures + self.errors:
            failed[test.id()] = True
        for test in self.unexpectedSuccesses:
            failed[test.id()] = True
        tests = set(list(self.seconds) + list(failed) + [test.id() for test, text in self.skipped])
        return {'ran': len(tests) - len(self.skipped), 'failed': list(failed),
                'skipped': reasons, 'seconds': self.seconds}


def run(suite, verbosity=1, report=None):
    """Run the suite, write the report, return the exit status."""
    return conclude(outcome_of(suite, verbosity), report)


def outcome_of(suite, verbosity=1):
    """Run the suite; return what there is to report."""
    runner = unittest.TextTestRunner(verbosity=verbosity)
    runner._makeResult = lambda: Result(runner.stream, runner.descriptions, runner.verbosity)
    return runner.run(suite).report()


def conclude(outcome, report=None):
    """Write the report, print the last line, return the exit status."""
    if report:
        stream = open(report, 'w')
        try:
            stream.write(repr(outcome) + '\n')
        finally:
            stream.close()
    skipped = sum(outcome['skipped'].values())
    sys.stdout.write('ran %d, failed %d, skipped %d\n'
                     % (outcome['ran'], len(outcome['failed']), skipped))
    sys.stdout.flush()
    # Having run nothing at all is not success.
    return int(bool(outcome['failed']) or not outcome['ran'] + skipped)


def main(argv):
    verbosity, report, names = 1, None, []
    argv = list(argv)
    while argv:
        argument = argv.pop(0)
        if argument == '-v':
            verbosity = 2
        elif argument == '--report':
            report = argv.pop(0)
        elif argument.startswith('-'):
            sys.stderr.write(__doc__)
            return 2
        else:
            names.append(argument)
    return run(load(names or find_modules()), verbosity, report)


if __name__ == '__main__':
    # Not tests/ but the checkout belongs on the path.
    sys.path[0] = ROOT
    sys.exit(main(sys.argv[1:]))
