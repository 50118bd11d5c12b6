"""What the tests of the examples have in common."""
import os
import shutil
import tempfile

from tests import support
from tests.support import ROOT, b, read_text

FOLDER = os.path.join(ROOT, 'examples')


class Example(support.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        stream = open(path, 'wb')
        stream.write(b(text))
        stream.close()
        return path

    def run_example(self, name, *args):
        """Return (exit status, stdout, stderr)."""
        source = read_text(os.path.join(FOLDER, name + '.py'))
        # And without what cryptography says about 2.7.
        env = {'PYTHONIOENCODING': 'utf-8', 'PYTHONWARNINGS': 'ignore'}
        return support.run_script(source, args=args, env=env)[:3]
