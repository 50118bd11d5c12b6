"""`python -m shim examples`; and what all examples say to a context that there is not."""
import os
import zipfile

import six

from shim.commands import examples
from tests import support
from tests.example_case import FOLDER, Example
from tests.support import ROOT, read_text

COMMAND = 'import sys\nfrom shim.commands import main\nsys.exit(main(sys.argv[1:]))\n'
# As in `| head -1`, when head has ended.
UNHEARD = 'import os\nends = os.pipe()\nos.close(ends[0])\nos.dup2(ends[1], 1)\n' + COMMAND
CLOSED = 'import sys\nsys.stdout = None\n' + COMMAND


class TestCommand(Example):
    """python -m shim examples"""

    def command(self, *args, **env):
        return support.run_script(COMMAND, args=('examples',) + args, env=env)[:3]

    def files(self):
        return [name for name in os.listdir(FOLDER) if name.endswith('.py')]

    def test_list(self):
        status, out, err = self.command()
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(sorted(self.files()), sorted([name + '.py' for name in examples.NAMES]))
        for name in examples.NAMES:
            first = read_text(os.path.join(FOLDER, name + '.py')).split('\n')[0]
            self.assertTrue(first.startswith('"""'), first)
            line = [line for line in out.splitlines() if line.startswith(name + ' ')]
            self.assertEqual([each.split(None, 1)[1] for each in line], [first[3:]])
            self.assertTrue(len(line[0]) < 110, line)

    def test_source(self):
        expected = read_text(os.path.join(FOLDER, 'threads.py'))
        for name in ('threads', 'threads.py'):
            self.assertEqual(self.command(name), (0, expected, ''))

    def test_unknown(self):
        status, out, err = self.command('thread')
        self.assertEqual((status, out), (2, ''))
        self.assertTrue("there is no example thread; there are threads, " in err, err)

    def test_nobody_reads(self):
        if not hasattr(os, 'dup2'):
            support.skip('no os.dup2() here')
        for args in (['examples'], ['examples', 'threads'], ['examples', '--copy', self.folder],
                     ['demo', '--method=serial', '--seconds=0.01']):
            self.assertEqual(support.run_script(UNHEARD, args=args)[:3], (141, '', ''), args)
        self.assertEqual(support.run_script(CLOSED, args=['examples'])[:3], (0, '', ''))

    def test_copy(self):
        folder = os.path.join(self.folder, 'new', 'one')
        status, out, err = self.command('--copy', folder)
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(sorted(os.listdir(folder)), sorted(self.files()))
        self.assertEqual(sorted(out.split()),
                         sorted([os.path.join(folder, name) for name in self.files()]))
        for name in self.files():
            self.assertEqual(read_text(os.path.join(folder, name)),
                             read_text(os.path.join(FOLDER, name)))

    def test_copy_one(self):
        self.assertEqual(self.command('threads', '--copy', self.folder),
                         (0, os.path.join(self.folder, 'threads.py') + '\n', ''))
        self.assertEqual(os.listdir(self.folder), ['threads.py'])

    def test_copy_overwrites_nothing(self):
        path = self.write('threads.py', 'mine')
        status, out, err = self.command('--copy', self.folder)
        self.assertEqual((status, len(out.splitlines())), (1, len(examples.NAMES) - 1))
        self.assertTrue(path in err, err)
        self.assertEqual(read_text(path), 'mine')
        # What is there already and is the same needs no word.
        os.remove(path)
        self.assertEqual(self.command('--copy', self.folder), (0, path + '\n', ''))

    def zipped(self, parent):
        """A path with a zip of shim/, and of examples/ in the folder `parent` of it; and six."""
        path = os.path.join(self.folder, 'some.zip')
        archive = zipfile.ZipFile(path, 'w')
        for top, inside in ((os.path.join(ROOT, 'shim'), 'shim'),
                            (FOLDER, parent + 'examples')):
            for here, folders, names in os.walk(top):
                for name in names:
                    if name.endswith('.py'):
                        archive.write(os.path.join(here, name),
                                      inside + here[len(top):] + os.sep + name)
        archive.close()
        return os.pathsep.join([path, os.path.dirname(os.path.abspath(six.__file__))])

    def test_zip(self):
        expected = read_text(os.path.join(FOLDER, 'threads.py'))
        # As installed, and a checkout.
        for parent in ('shim' + os.sep, ''):
            path = self.zipped(parent)
            self.assertEqual(self.command('threads', PYTHONPATH=path), (0, expected, ''))

    def test_none_there(self):
        status, out, err = self.command('threads', PYTHONPATH=self.zipped('elsewhere' + os.sep))
        self.assertEqual((status, out), (1, ''))
        self.assertTrue('threads.py is neither in ' in err, err)


class TestRefusal(Example):
    def test_unknown_method(self):
        for name in examples.NAMES:
            status, out, err = self.run_example(name, '--method', 'nonesuch')
            self.assertEqual((status, out), (2, ''))
            self.assertTrue("cannot find context for 'nonesuch'" in err, err)
            self.assertTrue('[--method NAME]' in err, err)
            self.assertFalse('Traceback' in err, err)
