"""The two programs of docs/from-fork.rst do what it says of them."""
import os
import re
import textwrap

from tests import support
from tests.promises import scratch
from tests.support import IMPORTING, ROOT, SkipTest, run_script

ANSWER = '[1, 2]\n'


class TestPrograms(support.TestCase):
    deadline = 240

    def setUp(self):
        text = support.read_text(os.path.join(ROOT, 'docs', 'from-fork.rst'))
        found = re.findall(r'\n\.\. code-block:: python\n\n((?:    .*\n|\n)+)', text)
        self.relied, self.runs_everywhere = [textwrap.dedent(each) for each in found]

    def run_on(self, method, source):
        return run_script(source, args=[method, scratch(self)])[:3]

    def methods(self):
        import shim
        return shim.get_all_start_methods()

    def test_relied_on_fork(self):
        if 'fork' not in self.methods():
            raise SkipTest('the context fork is not here')
        status, out, err = self.run_on('fork', self.relied)
        self.assertEqual((status, out), (0, ANSWER), err)

    def test_elsewhere_it_says_why(self):
        hidden = "import sys\nsys.modules['cloudpickle'] = sys.modules['dill'] = None\n"
        for method in [name for name in self.methods() if name in IMPORTING]:
            status, out, err = self.run_on(method, hidden + self.relied)
            self.assertEqual((status, out), (1, ''), method + err)
            self.assertTrue('lambda' in err, method + err)
            # Without the lambda, the table is empty there.
            status, out, err = self.run_on(method, self.relied.replace('lambda: log.fileno()', 'None'))
            self.assertEqual((status, out), (1, ''), method + err)
            self.assertTrue('KeyError' in err, method + err)

    def test_runs_everywhere(self):
        for method in self.methods():
            status, out, err = self.run_on(method, self.runs_everywhere)
            self.assertEqual((status, out, err), (0, ANSWER, ''), method)
