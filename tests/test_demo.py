"""python -m shim demo: the counts are right, the same in each context and on each Python, and what
it says follows from what it measured."""
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import zlib

import shim
from shim import context
from shim.commands import demo, race
from tests import support
from tests.support import b

PROGRAM = '''
import sys
from shim.commands import main

if __name__ == '__main__':
    sys.exit(main(['demo'] + sys.argv[1:]))
'''
# Letters beyond ASCII end a word.
FILES = {
    'one.py': 'alpha beta2gamma Alpha\nself.alpha_beta',
    'below/two.py': 'stra\xc3\x9fe self self\r\nself',
    'folder.py/three.py': '',
    'other.txt': 'never counted',
}
NOT_UTF8 = {
    'latin.py': 'self caf\xe9',
    'surrogate.py': 'self \xed\xa0\x80',
}
COUNTED = 'alpha 3\nbeta 2\ne 1\ngamma 1\nself 4\nstra 1\n'
DIGEST = '%08x' % (zlib.crc32(b(COUNTED)) & 0xffffffff)
SYMLINKS = hasattr(os, 'symlink')


class Stream(object):
    """A stdout or stderr, perhaps that of a terminal."""

    encoding = 'utf-8'

    def __init__(self, terminal=False):
        self.text, self.isatty = '', lambda: terminal

    def write(self, text):
        self.text += text

    def flush(self):
        pass


class FolderCase(support.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, *name.split('/'))

    def write(self, name, text):
        if not os.path.isdir(os.path.dirname(self.path(name))):
            os.makedirs(os.path.dirname(self.path(name)))
        stream = open(self.path(name), 'wb')
        stream.write(b(text))
        stream.close()
        return self.path(name)

    def write_files(self, *groups):
        for files in groups:
            for name in files:
                self.write(name, files[name])

    def replace(self, owner, name, value):
        self.addCleanup(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, value)

    def demo(self, *arguments):
        """Run it in this process; returns its exit status and what it wrote."""
        before, sys.stdout = sys.stdout, Stream()
        try:
            status = demo.main(list(arguments))
            return status, sys.stdout.text
        finally:
            sys.stdout = before


class TestProgram(FolderCase):
    """The demo as a program."""

    deadline = 120

    def run_demo(self, *arguments):
        return support.run_script(PROGRAM, args=arguments, timeout=100)[:3]

    def test_each_context_counts_the_same(self):
        self.write_files(FILES, NOT_UTF8)
        names = ['not UTF-8: latin.py', 'not UTF-8: surrogate.py']
        if SYMLINKS:
            os.symlink(self.path('nowhere'), self.path('dangling.py'))
            names.append('unreadable: dangling.py')
        status, out, err = self.run_demo(self.folder, '--method=all', '--workers=2',
                                         '--seconds=0.1')
        self.assertTrue((status, err) == (0, ''), '%s\n%s\n%s' % (status, out, err))
        self.assertTrue('\nwords of all %d files: 12, of them different: 6, digest %s\n' % (
            5 + SYMLINKS, DIGEST) in out, out)
        self.assertTrue('\nmost often: self 4, alpha 3, beta 2, e 1, gamma 1\n' in out, out)
        self.assertEqual(out.count('\n  serial  '), 2, out)
        methods = shim.get_all_start_methods()
        self.assertTrue('thread' in methods, methods)
        for method in methods:
            rows = [line for line in out.splitlines() if '(%s) ' % method in line and '[' in line]
            self.assertEqual([row.split()[-1] for row in rows], ['yes', 'yes'], out)
            kind = {'thread': 'threads x 2', 'serial': 'caller x 1',
                    'interpreter': 'sub-interpreters x 2'}.get(method, 'processes x 2')
            self.assertEqual([row[2:2 + len(kind)] for row in rows], [kind, kind], out)
        left_out = out[out.index('left out: %d\n' % len(names)):].split('\n\n')[0].split('\n')
        self.assertEqual([line.strip() for line in left_out[1:]], names)
        below, count = re.search(r'\nprimes below (\d+): (\d+)\n', out).groups()
        self.assertEqual(int(count), primes_below(int(below)))

    def test_default(self):
        status, out, err = self.run_demo('--seconds=0.3')
        self.assertTrue((status, err) == (0, ''), '%s\n%s\n%s' % (status, out, err))
        self.assertTrue('the standard library of this Python' in out, out)
        self.assertTrue(re.search(r'\nmost often: .*\bself \d+', out), out)
        processes = [name for name in shim.get_all_start_methods()
                     if name not in ('thread', 'interpreter', 'serial')][:1]
        processes += [name for name in shim.get_all_start_methods() if name == 'interpreter']
        found = re.findall(r' x \d+ \((\w+)\) ', out)
        self.assertEqual(found, (['thread'] + processes) * 2, out)
        for name in set(found):
            self.assertTrue(re.search(r'\nWith [\w-]+ \(%s\): [^\n]+\.\n' % name, out), out)

    def test_interrupt(self):
        if not hasattr(os, 'killpg'):
            support.skip('no process groups here')
        self.write('one.py', 'one')
        program = support.start_script(PROGRAM, [self.folder, '--seconds=60'])
        program.wait_for('files: 1 .py files')
        time.sleep(0.3)
        program.kill_group(signal.SIGINT)
        status, out, err, _seconds = program.wait(20)
        self.assertTrue((status, err) == (130, '\n'), '%s\n%s\n%s' % (status, out, err))

    def test_usage(self):
        for wrong, named in ((['--workers=0'], '--workers'), (['--workers=x'], '--workers'),
                             (['--method=nonsense'], 'nonsense'), (['--seconds=0'], '--seconds'),
                             ([self.path('missing')], self.path('missing')),
                             ([self.folder, self.folder], 'FOLDER')):
            status, out, err = self.run_demo(*wrong)
            self.assertEqual((status, out), (2, ''))
            self.assertTrue('usage: python -m shim demo' in err.lower(), err)
            self.assertTrue(named in err.split('error: ')[1], err)
            self.assertFalse('Traceback' in err, err)


def primes_below(limit):
    sieve = [False, False] + [True] * (limit - 2)
    for number in range(2, limit):
        if sieve[number]:
            for multiple in range(2 * number, limit, number):
                sieve[multiple] = False
    return sieve.count(True)


class TestRows(FolderCase):
    """What goes wrong is seen."""

    def pool_with(self, **methods):
        """Let the pools of the demo behave otherwise."""
        get_context = shim.get_context

        class Context(object):

            def __init__(self, name):
                self.name = name

            def Pool(self, workers):
                pool = get_context(self.name).Pool(workers)
                for name in methods:
                    setattr(pool, name, methods[name](pool))
                return pool

        self.replace(shim, 'get_context', Context)

    def run_threads_only(self):
        support.needs_threads()
        self.write_files(FILES)
        return self.demo(self.folder, '--method=thread', '--workers=2', '--seconds=0.05')

    def test_right(self):
        self.pool_with()
        status, out = self.run_threads_only()
        self.assertEqual((status, out.count('] yes\n')), (0, 2), out)

    def test_lost_result(self):
        self.pool_with(imap_unordered=lambda pool: lambda function, items: pool.imap(
            function, items[1:]))
        status, out = self.run_threads_only()
        self.assertEqual((status, out.count('] NO\n'), out.count('] yes\n')), (1, 2, 0), out)
        self.assertTrue('With threads (thread): that failed.' in out, out)

    def test_result_twice(self):
        self.pool_with(imap_unordered=lambda pool: lambda function, items: pool.imap(
            function, items + items[-1:]))
        status, out = self.run_threads_only()
        self.assertEqual((status, out.count('] NO\n'), out.count('] yes\n')), (1, 2, 0), out)

    def test_error(self):
        def fail(pool):
            def imap_unordered(function, items):
                raise ZeroDivisionError('for this test')
            return imap_unordered
        self.pool_with(imap_unordered=fail)
        status, out = self.run_threads_only()
        self.assertEqual((status, out.count('FAILED: ZeroDivisionError: for this test\n')),
                         (1, 2), out)
        self.assertFalse('] yes' in out, out)

    def test_time_is_limited(self):
        for number in range(40):
            self.write('file%02d.py' % number, 'some words ' * 5000)
        status, out = self.demo(self.folder, '--method=serial', '--seconds=0.005')
        found = re.search(r'words of the first (\d+) files \(--all counts every one\): (\d+),', out)
        self.assertTrue(found and status == 0, out)
        files, words = int(found.group(1)), int(found.group(2))
        self.assertTrue(0 < files < 40, out)
        self.assertEqual(words, files * 10000)
        status, out = self.demo(self.folder, '--all', '--method=serial', '--seconds=0.005')
        self.assertTrue('words of all 40 files: 400000,' in out and status == 0, out)

    def test_no_files(self):
        self.assertEqual(self.demo(self.folder)[0], 2)


class TestAnswer(support.TestCase):
    """What is said at the end follows from the rows."""

    def answer(self, kind, speedup, cores=2, gil=True, same=True, workers=2):
        row = race.Row('', 'some', workers)
        row.kind, row.speedup, row.same = kind, speedup, same
        text = demo.answer([row], {'gil': gil, 'implementation': 'CPython'}, {'usable': cores})
        lines = text.split('\n')
        self.assertEqual((lines[0], len(lines)), ('Does this Python use your cores?', 2))
        return lines[1].split(': ', 1)[1]

    def test_yes(self):
        for kind in ('threads', 'processes'):
            self.assertEqual(self.answer(kind, 1.87),
                             'yes, 1.87 times as fast as serially, with 2 cores.')
        self.assertEqual(self.answer('processes', 2.5, 4, workers=4)[:9], 'yes, 2.50')

    def test_no(self):
        self.assertTrue('the GIL of CPython' in self.answer('threads', 0.97))
        self.assertEqual(self.answer('threads', 0.97)[:8], 'no, 0.97')
        for said in (self.answer('threads', 0.97, gil=False), self.answer('processes', 0.97)):
            self.assertEqual(said[:8], 'no, 0.97')
            self.assertTrue('is the machine busy?' in said and 'GIL' not in said, said)

    def test_partly(self):
        self.assertEqual(self.answer('processes', 1.5, 4, workers=4)[:12], 'partly, 1.50')

    def test_one_core(self):
        for cores, workers in ((1, 2), (2, 1)):
            said = self.answer('processes', 1.02, cores, workers=workers)
            self.assertTrue('but one worker or core' in said, said)
            self.assertFalse('yes' in said or 'no,' in said, said)

    def test_failed(self):
        self.assertEqual(self.answer('processes', 1.9, same=False), 'that failed.')
        self.assertEqual(self.answer('processes', None, same=None), 'that failed.')

    def test_what_is_missing(self):
        reasons = {}
        before = context.unavailable
        self.addCleanup(setattr, context, 'unavailable', before)
        context.unavailable = reasons.get
        self.assertEqual(demo.missing(), [])
        reasons['fork'] = 'one of them'
        self.assertEqual(demo.missing(), [])
        reasons['thread'] = 'none for this test'
        self.assertEqual(demo.missing(), ['No threads: none for this test.'])
        for name in ('spawn', 'forkserver', 'subprocess', 'pp', 'ampoule'):
            reasons[name] = 'nor of those'
        self.assertEqual(demo.missing()[1:], ['No processes: nor of those.'])

    def test_nothing_to_tell(self):
        row = race.Row('', 'serial')
        row.kind, row.speedup, row.same = 'caller', 1.0, True
        self.assertTrue('nothing to compare' in demo.answer([row], {}, {'usable': 2}))
