"""Each example runs as a program, on real files, and what it prints is right."""
import os
import random
import re
import shutil
import tempfile

from tests import support
from tests.support import ROOT, b, skip

# Lower and upper case, and letters beyond ASCII as UTF-8, which count as letters.
WORDS = ['alpha', 'Beta', 'GAMMA', 'delta', 'epsilon', 'Zeta', 'eta', 'theta', 'iota', 'kappa',
         'lambda', 'mu', 'nu', 'stra\xc3\x9fe']
FILES = 30


class WordCount(support.TestCase):
    method = ''         # for SHIM_START_METHOD: '' is the default one

    def setUp(self):
        reason = support.unavailable(self.method)
        if reason:
            skip(reason)
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        stream = open(path, 'wb')
        stream.write(b(text))
        stream.close()
        return path

    def write_files(self):
        """Write some files, one of them empty and one below; return the ten most frequent words,
        as they are to be printed."""
        chance = random.Random(24)
        counts = dict([(word, 0) for word in WORDS])
        os.mkdir(os.path.join(self.folder, 'below'))
        for number in range(FILES):
            text = ''
            for _each in range(number * 20):
                word = chance.choice(WORDS)
                counts[word] += 1
                text += word + chance.choice([' ', '\n', ', ', '-', '_', ' 12 ', "'"])
            self.write(['', 'below' + os.sep][number == 7] + 'file%d.txt' % number, text)
        # As bytes: what lower() makes of \xc3 is another letter.
        ordered = [(-counts[word], b(word).lower()) for word in counts]
        ordered.sort()
        return [b('%8d  ' % -count) + word + b('\n') for count, word in ordered[:10]]

    def run_example(self, *args):
        source = support.read_text(os.path.join(ROOT, 'examples', 'wordcount.py'))
        status, out, err, _seconds = support.run_script(source, args=args, env={
            'SHIM_START_METHOD': self.method, 'PYTHONIOENCODING': 'utf-8'})
        return status, out, err

    def test_counts(self):
        expected = self.write_files()
        status, out, err = self.run_example('--workers=3', self.folder)
        self.assertEqual((status, err), (0, ''))
        lines = out.splitlines(True)
        if not isinstance(out, type(b(''))):
            lines = [line.encode('utf-8') for line in lines]
        self.assertEqual(lines[:10], expected)
        self.assertTrue(('%d files, ' % FILES) in out, out)
        self.assertTrue((' %d different words\n' % len(WORDS)) in out, out)
        self.assertTrue(re.search(r'\none process: \d+\.\d{3} s\n', out), out)
        # serial has none but the caller
        workers = {'serial': '1'}.get(self.method, '3')
        self.assertTrue(re.search(r'\na pool, workers: %s: \d+\.\d{3} s,' % workers, out), out)

    def test_single_file(self):
        path = self.write('one.txt', 'one two two')
        status, out, err = self.run_example(path)
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(out.splitlines()[:3], [
            '       2  two', '       1  one', '1 files, 11 characters, 2 different words'])

    def test_missing_file(self):
        path = os.path.join(self.folder, 'missing.txt')
        status, out, err = self.run_example(self.write('one.txt', 'one'), path)
        self.assertEqual((status, out), (1, ''))
        self.assertTrue(path in err, err)
        self.assertFalse('Traceback' in err, err)


class TestDefault(WordCount):
    def test_library(self):
        status, out, err = self.run_example()
        self.assertEqual((status, err), (0, ''))
        # `self` is by far the most frequent word of any of them.
        self.assertTrue(re.match(r' +\d{5,}  self\n', out), out)
        here = [name for name in os.listdir(os.path.dirname(os.__file__)) if name[-3:] == '.py']
        self.assertTrue(int(re.search(r'\n(\d+) files', out).group(1)) >= len(here), out)

    def test_usage(self):
        for wrong in ('--workers=0', '--workers=two', '-x'):
            status, out, err = self.run_example(wrong, self.folder)
            self.assertEqual((status, out), (2, ''))
            self.assertTrue('wordcount.py [--workers=N]' in err, err)


class TestSubprocess(WordCount):
    method = 'subprocess'


class TestThread(WordCount):
    method = 'thread'


class TestSerial(WordCount):
    method = 'serial'


del WordCount       # the body, not a test of its own
