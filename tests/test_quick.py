"""benchmarks/quick.py: it measures right results only, and judges as the demands say."""
import os
import sys

from tests import support
from tests.support import ROOT, skip

NEEDS = (3, 6)      # the benchmark's own language; below it is not run

# The work goes wrong: no row may print a time.
WRONG = '''
import sys
sys.path.insert(0, sys.argv[1])
import quick

def wrong(x):
    return -1

if __name__ == '__main__':
    for name in ('double', 'millisecond', 'echo', 'tiny_or_slow'):
        setattr(quick, name, wrong)
    accepted = []
    for name in quick.ROWS:
        try:
            quick.main(['--smoke', '--only', name])
        except SystemExit as error:
            assert 'wrong results' in str(error), error
        else:
            accepted.append(name)
    assert accepted == [], accepted
'''
VERDICTS = '''
import sys
sys.path.insert(0, sys.argv[1])
import quick

time, rate = quick.Row('', 1, 1, time=1.0), quick.Row('', 1, 1, rate=5.0)
assert [time.verdict(ratio).split()[-1] for ratio in (0.9, 1.0, 1.01)] == ['ok', 'ok', 'SHORT']
assert [rate.verdict(ratio).split()[-1] for ratio in (0.1, 0.2, 0.21)] == ['ok', 'ok', 'SHORT']
assert quick.Row('', 1, 1).verdict(9.0) == ''
'''


class TestQuick(support.TestCase):
    def setUp(self):
        if sys.version_info < NEEDS or support.unavailable('fork'):
            skip('benchmarks/quick.py needs CPython 3.6+ and its fork context')

    def run_with(self, source, *args):
        status, out, err, _seconds = support.run_script(source, args=args)
        self.assertTrue((status, err) == (0, ''), '%s\n%s\n%s' % (status, out, err))
        return out

    def test_smoke(self):
        path = os.path.join(ROOT, 'benchmarks', 'quick.py')
        out = self.run_with('import runpy, sys\nsys.argv[0] = %r\n'
                            'runpy.run_path(%r, None, "__main__")\n' % (path, path), '--smoke')
        names = [line.split()[0] for line in out.splitlines()[2:-1]]
        self.assertEqual(len(names), 11)
        self.assertEqual(names[:3], ['apply', 'apply_async', 'imap'])
        self.assertFalse('SHORT' in out, out)

    def test_wrong_results(self):
        self.run_with(WRONG, os.path.join(ROOT, 'benchmarks'))

    def test_verdicts(self):
        self.run_with(VERDICTS, os.path.join(ROOT, 'benchmarks'))
