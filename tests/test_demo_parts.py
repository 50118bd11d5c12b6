"""What python -m shim demo is made of: files found, words and primes counted, progress shown."""
import os
import sys
import time
import zipfile

from shim import compat
from shim.commands import counting, race, sources, terminal
from tests.support import b
from tests.test_demo import COUNTED, DIGEST, FILES, NOT_UTF8, FolderCase, Stream


class TestSources(FolderCase):

    def test_library(self):
        found = sources.library()
        paths, unreadable = sources.find(found, sources.OTHERS)
        self.assertTrue(os.path.join(found, 'os.py') in paths, paths[:10])
        self.assertTrue(len(paths) > 100)
        self.assertEqual([path for path in paths if 'site-packages' in path], [])
        self.assertEqual(unreadable, [])

    def test_order_and_left_out(self):
        for name in ('b.py', 'a/z.py', 'a-b.py', 'site-packages/x.py', 'a/y.pyc', 'a/b/c.py'):
            self.write(name, '')
        paths, unreadable = sources.find(self.folder, sources.OTHERS)
        self.assertEqual(paths, [self.path(name) for name in (
            'a/b/c.py', 'a/z.py', 'a-b.py', 'b.py')])
        self.assertEqual(len(sources.find(self.folder)[0]), 5)

    def test_unreadable_folder(self):
        self.write('a.py', 'one')
        listdir = os.listdir
        scan = getattr(os, 'scandir', None)

        def refuse(call):
            def refusing(path):
                if path.endswith('locked'):
                    raise OSError(13, 'Permission denied', path)
                return call(path)
            return refusing
        os.mkdir(self.path('locked'))
        self.replace(os, 'listdir', refuse(listdir))
        if scan is not None:
            self.replace(os, 'scandir', refuse(scan))
        status, out = self.demo(self.folder, '--method=serial', '--seconds=0.05')
        self.assertEqual(status, 0)
        self.assertTrue('\nleft out: 1\n  unreadable folder: locked\n' in out, out)

    def zipped(self):
        """The same files in an archive, some compressed; returns its path."""
        path = self.path('library.zip')
        archive = zipfile.ZipFile(path, 'w')
        for name, kind in zip(sorted(FILES) + sorted(NOT_UTF8), [
                zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED] * 3):
            source = self.write('source', dict(FILES, **NOT_UTF8)[name])
            archive.write(source, 'Lib/' + name, kind)
        archive.write(source, 'elsewhere.py')
        archive.close()
        return path

    def test_zip_archive(self):
        archive = self.zipped()
        folder = os.path.join(archive, 'Lib')
        names = ['below/two.py', 'folder.py/three.py', 'latin.py', 'one.py', 'surrogate.py']
        self.assertEqual(sources.find(folder, sources.OTHERS)[0], [
            os.path.join(folder, *name.split('/')) for name in names])
        self.assertEqual(len(sources.find(archive)[0]), 6)
        status, out = self.demo(folder, '--method=serial', '--seconds=0.05')
        self.assertEqual((status, out.count('] yes\n')), (0, 2), out)
        self.assertTrue('inside of the zip archive %s\n' % archive in out, out)
        self.assertTrue('different: 6, digest %s\n' % DIGEST in out, out)
        self.assertTrue('  not UTF-8: latin.py\n' in out, out)

    def test_library_in_a_zip_archive(self):
        archive = self.path('python.zip')
        made = zipfile.ZipFile(archive, 'w')
        made.write(self.write('os.py', 'self'), 'os.py')
        made.close()
        self.replace(os, '__file__', os.path.join(archive, 'os.pyc'))
        self.assertEqual(sources.library(), archive)
        status, out = self.demo('--method=serial', '--seconds=0.05')
        self.assertEqual(status, 0)
        self.assertTrue('files: 1 .py files below %s, the standard library of this Python, inside'
                        ' of the zip archive' % archive in out, out)
        self.assertTrue('words of all 1 files: 1,' in out, out)

    def test_library_without_sources(self):
        os.mkdir(self.path('bare'))
        self.replace(sources, 'library', lambda: self.path('bare'))
        status, out = self.demo('--method=serial', '--seconds=0.05')
        self.assertEqual(status, 0)
        self.assertTrue('files: 0 .py files' in out and 'unless you name a FOLDER' in out, out)
        self.assertTrue('\nprimes below' in out and not 'words of' in out, out)


class TestCounting(FolderCase):

    def test_utf8(self):
        for text, good in (
                ('\xef\xbb\xbfone', True), ('o\x00ne', True), ('\xf0\x9f\x98\x80', True),
                ('\xf4\x8f\xbf\xbf', True), ('\xed\x9f\xbf', True), ('\xee\x80\x80', True),
                ('\xc3\xad\xc2\xa0', True), ('\xe9', False), ('one\xc3', False),
                ('\xc0\x80', False), ('\xe0\x80\x80', False), ('\xf4\x90\x80\x80', False),
                ('\xed\xa0\x80', False), ('\xed\xb0\x80', False),
                ('\xed\xa0\xbd\xed\xb8\x80', False), ('\xff', False)):
            path, counts, problem = counting.count_words(self.write('some.py', text))
            self.assertEqual(problem, {True: None, False: counting.UNDECODABLE}[good], repr(text))
            self.assertEqual(bool(counts), good and 'ne' in text, repr(text))

    def test_not_a_regular_file(self):
        for path in (self.path('missing.py'), self.folder):
            self.assertEqual(counting.count_words(path), (path, {}, counting.UNREADABLE))
        if hasattr(os, 'mkfifo'):       # to open it would take for ever
            os.mkfifo(self.path('pipe.py'))
            self.assertEqual(counting.count_words(self.path('pipe.py'))[2], counting.UNREADABLE)

    def test_words(self):
        words = counting.Words()
        for name in sorted(FILES) + sorted(NOT_UTF8):
            if name.endswith('.py'):
                words.add(counting.count_words(
                    self.write(name, dict(FILES, **NOT_UTF8)[name])))
        self.assertEqual(words.counted(), b(COUNTED))
        self.assertEqual((words.digest(), words.number), (DIGEST, 12))
        self.assertEqual(words.left_out, [
            (counting.UNDECODABLE, self.path('latin.py')),
            (counting.UNDECODABLE, self.path('surrogate.py'))])

    def test_serialised_tells_all(self):
        results = [('a', {b('one'): 1}, None), ('b', {}, 'bad'), ('c', {b('two'): 2}, None),
                   ('d', {}, 'bad')]
        expected = self.serialised(results)
        self.assertEqual(self.serialised(results[::-1]), expected)
        for number in range(len(results)):
            self.assertNotEqual(self.serialised(results[:number] + results[number + 1:]), expected)
            self.assertNotEqual(self.serialised(results + [results[number]]), expected)

    def serialised(self, results):
        words = counting.Words()
        for result in results:
            words.add(result)
        return words.serialised()

    def test_primes(self):
        primes = counting.Primes()
        blocks = counting.blocks()
        for _each in range(3):
            primes.add(counting.count_primes(compat.next(blocks)))
        self.assertEqual((primes.below, primes.count), (3000, 430))


class TestRace(FolderCase):

    def test_the_time_begins_with_the_call(self):
        # Workers may be done with all before the caller is heard of again.
        class Eager(object):

            def imap_unordered(self, function, items):
                time.sleep(0.1)
                return [function(item) for item in items]

        made = race.Race('primes', counting.count_primes, counting.Primes)
        made.serially(counting.blocks, 1e-6)
        row = race.Row('eager')
        made.pooled(Eager(), row)
        self.assertTrue(row.seconds > 0.09, row.seconds)
        self.assertTrue(row.same)


class TestTerminal(FolderCase):

    def steps(self, terminal_there, tqdm):
        """What three steps, slow enough to be shown, write to stderr."""
        before, sys.stderr = sys.stderr, Stream(terminal_there)
        library = sys.modules.get('tqdm', self)
        sys.modules['tqdm'] = tqdm          # None: there is none
        try:
            shown = terminal.progress('work', 3)
            for _each in range(3):
                time.sleep(terminal.EVERY + 0.02)
                shown.step()
            shown.close()
            return sys.stderr.text
        finally:
            sys.stderr = before
            if library is self:
                del sys.modules['tqdm']
            else:
                sys.modules['tqdm'] = library

    def test_counter(self):
        text = self.steps(True, None)
        self.assertTrue(text.startswith('\rwork: 1 of 3\rwork: 2 of 3\rwork: 3 of 3\r'), repr(text))
        self.assertEqual(text.split('\r')[-2:], [' ' * len('work: 3 of 3'), ''])

    def test_nobody_looks(self):
        self.assertEqual(self.steps(False, None), '')

    def test_tqdm(self):
        told = []

        class Bar(object):

            def __init__(self, total, desc, leave, file):
                told.append((total, desc, leave, file is sys.stderr))

            def update(self, number):
                told.append(number)

            def close(self):
                told.append('closed')

        class Library(object):
            tqdm = Bar

        self.assertEqual(self.steps(True, Library), '')
        self.assertEqual(told, [(3, 'work', False, True), 1, 1, 1, 'closed'])
        self.assertEqual(self.steps(False, Library), '')
        self.assertEqual(len(told), 5)

    def test_write_escapes(self):
        before, sys.stdout = sys.stdout, Stream()
        sys.stdout.encoding = 'ascii'
        try:
            terminal.write('caf\xe9')
            text = sys.stdout.text
        finally:
            sys.stdout = before
        self.assertTrue(text in ('caf\\xe9\n', b('caf\xe9\n')), repr(text))
