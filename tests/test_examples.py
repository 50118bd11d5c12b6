"""Each example runs as a program, in each context, and what it prints is right."""
import os
import random
import re
import sys

import shim
from tests.example_case import Example
from tests.support import HERE, b, skip

# Lower and upper case, and letters beyond ASCII as UTF-8, which count as letters.
WORDS = ['alpha', 'Beta', 'GAMMA', 'delta', 'epsilon', 'Zeta', 'eta', 'theta', 'iota', 'kappa',
         'lambda', 'mu', 'nu', 'stra\xc3\x9fe']
FILES = 30


class Processes(Example):
    """What is different in each context that runs work elsewhere."""

    method = None       # None: as it comes

    def setUp(self):
        Example.setUp(self)
        known = shim.get_all_start_methods()
        if self.method not in [None] + known:
            skip('there is no context %r here' % self.method)
        if self.method == known[0] == 'fork':
            skip('fork is the default here: see TestDefault')
        self.context = self.method or known[0]
        self.in_here = self.context in HERE

    def program(self, name, *args):
        """Run it in this context."""
        if self.method:
            args = ('--method', self.method) + args
        return self.run_example(name, *args)

    def outputs(self, name, *args):
        """Its stdout; it must have been successful."""
        status, out, err = self.program(name, *args)
        self.assertEqual((status, err), (0, ''), '%s\n%s' % (out, err))
        return out

    def match(self, pattern, text):
        """The groups of the pattern, which has to match a whole line."""
        found = re.search('(?m)^%s$' % pattern, text)
        self.assertTrue(found, '%s\n-- not in\n%s' % (pattern, text))
        return found.groups()

    def refuses(self, primitive):
        """What the context has to say if it can't do that here, as a pattern; or None."""
        if self.context == 'serial' and primitive != 'Value':
            return 'serial does one thing after the other'
        if sys.platform.startswith('java') and not self.in_here:
            return {'Pipe': "can't send descriptors"}.get(primitive, 'lacks os.mkfifo')
        return None

    def outputs_with(self, primitive, name, *args):
        """Its stdout, or None if it has refused as it must."""
        reason = self.refuses(primitive)
        if not reason:
            return self.outputs(name, *args)
        status, out, err = self.program(name, *args)
        self.assertTrue(status in (1, 2), status)
        self.assertEqual(out, '')
        self.assertTrue(re.search(reason, err), err)
        return None

    def check_pids(self, mine, others):
        if self.in_here:
            self.assertEqual(others, [mine])
        else:
            self.assertFalse(mine in others, others)

    def test_pool(self):
        out = self.outputs('multiprocessing_pool', '--numbers', '6')
        self.match('map: 0 1 4 9 16 25', out)
        self.match('imap_unordered, added up: 55', out)
        self.match('apply_async: 144 / 12 = 12', out)
        self.match('an exception of a worker: .*zero.*', out)
        mine, others = self.match(r'this process: (\d+), worked in: ([\d ]+)', out)
        self.assertTrue(len(others.split()) <= 2, out)
        self.check_pids(mine, others.split())

    def test_process_queue(self):
        out = self.outputs_with('Queue', 'multiprocessing_process_queue', '--numbers', '300',
                                '--workers', '3')
        if out is None:
            return
        shares = re.findall(r'(?m)^worker [123]: (\d+) numbers$', out)
        self.assertEqual((len(shares), sum([int(each) for each in shares])), (3, 300), out)
        # Each k divides 300 // k of them.
        self.match('300 numbers have %d divisors' % sum([300 // k for k in range(1, 301)]), out)
        self.match('the first with the most of them, 20, is 240', out)

    def test_pipe(self):
        out = self.outputs_with('Pipe', 'multiprocessing_pipe', '--numbers', '100')
        if out is None:
            return
        self.match('sum: 5050', out)
        self.match('largest: 100', out)
        self.match('it was told 100 numbers', out)
        self.match('it ended with exit code 0', out)
        mine, other = self.match(r'this process: (\d+), the other: (\d+)', out)
        self.check_pids(mine, [other])

    def test_lock_value(self):
        out = self.outputs_with('Value', 'multiprocessing_lock_value', '--times', '20')
        if out is None:
            return
        self.match('with a lock: 40 of 40', out)
        counted, lost = self.match(r'without: (\d+) of 40, lost: (\d+)', out)
        self.assertEqual(int(counted) + int(lost), 40)
        self.assertTrue(int(counted) > 0, out)
        if self.context == 'serial':
            self.assertEqual(lost, '0')


class Programs(Processes):
    """All that a context runs."""

    def test_threads_vs_processes(self):
        out = self.outputs('multicore_threads_vs_processes', '--workers', '2', '--size', '50000',
                           '--pause', '0.1')
        self.match(' +one by one +thread +%s' % self.context, out)
        self.match('    all three ways: %d' % (2 * sum(range(50000))), out)
        self.match('    all three ways: 2', out)
        cell = r' +(\d+\.\d\d)'
        self.match('calculate' + cell + (cell + r' \(\d+\.\dx\)') * 2, out)
        serial, threads, other = [float(each) for each in self.match(
            'wait' + cell + (cell + r' \(\d+\.\dx\)') * 2, out)]
        # Nobody waits for less than was asked; only who does it one by one waits twice.
        self.assertTrue(serial >= 0.19 and threads >= 0.09, out)
        self.assertTrue(other >= 0.09 + 0.1 * (self.context == 'serial'), out)

    def test_primes(self):
        out = self.outputs('multicore_primes', '--below', '10000', '--piece', '600')
        self.match('primes below 10000: 1229', out)
        self.match(r'17 pieces one by one: \d+\.\d\d s, by \d+ workers: \d+\.\d\d s.*', out)

    def test_mandelbrot(self):
        path = os.path.join(self.folder, 'picture.pgm')
        out = self.outputs('multicore_mandelbrot', '--width', '30', '--steps', '20',
                           '--output', path, '--workers', '2')
        stream = open(path, 'rb')
        data = stream.read()
        stream.close()
        header, points = b('P5 30 24 255\n'), []
        for y in range(24):
            for x in range(30):
                point, z, steps = complex(3.0 * x / 30 - 2.2, 2.4 * y / 24 - 1.2), 0, 0
                while steps < 20 and abs(z) <= 2:
                    z, steps = z * z + point, steps + 1
                points.append((255 - (steps - 1) * 254 // 20) * (abs(z) > 2))
        self.assertTrue(data.startswith(header), data[:20])
        self.assertEqual([ord(data[at:at + 1]) for at in range(len(header), len(data))], points)
        self.match('%s: 30 x 24 points, %d of them in the set, 2 workers, .*'
                   % (re.escape(path), points.count(0)), out)
        # It is symmetric, and this one really has both of them.
        self.assertTrue(20 < points.count(0) < 700)

    def test_subprocess_per_core(self):
        out = self.outputs('subprocess_per_core', '--numbers', '1000', '--workers', '3')
        total = sum([10 ** 6 // number for number in range(1, 1001)])
        self.match('by text: %d' % total, out)
        self.match('by calls: %d' % total, out)
        self.match('    with 1 / 0: ZeroDivisionError.*', out)
        self.match('    with 1 / 0: caught a ZeroDivisionError', out)

    def test_jit_workers(self):
        args = ('--below', '3000', '--workers', '2', '--executable', sys.executable)
        if 'subprocess' not in shim.get_all_start_methods():
            status, out, err = self.program('jit_workers', *args)
            self.assertEqual(status, 1)
            self.assertTrue('PyPy is at ' in err, err)
            return
        out = self.outputs('jit_workers', *args)
        version = '(?:CPython|PyPy) ' + '.'.join([str(part) for part in sys.version_info[:3]])
        self.match(version + r': \d+\.\d\d s', out)
        self.match(version + r': \d+\.\d\d s, \d+\.\d times as fast', out)
        self.match('the longest way to 1 below 3000: 216 steps, from 2919', out)

    def test_jython_threads(self):
        method = self.method or 'thread'        # its own default
        out = self.outputs('jython_threads', '--numbers', '200', '--workers', '2')
        self.match('200 numbers, 10 of them prime', out)
        self.match(r'one by one: \d+\.\d\d s', out)
        self.match(r'2 workers by %s: \d+\.\d\d s, \d+\.\d times as fast' % method, out)
        shared = method in ('thread', 'serial')
        self.match('the table of the workers: %s' % ['a copy', 'this very one'][shared], out)

    def test_threads(self):
        out = self.outputs('threads', '--jobs', '8', '--pause', '0.02', '--workers', '4')
        self.match('results: 0 1 4 9 16 25 36 49', out)
        seconds, = self.match(r'8 jobs that wait 0\.02 s, 4 at a time: (\d+\.\d\d) s instead of'
                              r' 0\.16', out)
        self.assertTrue(float(seconds) >= 0.03, out)
        # Without a method these are threads, whatever the default is.
        noted = 8 * (self.in_here or not self.method)
        self.match('noted in the memory of this process: %d' % noted, out)

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

    def test_wordcount(self):
        expected = self.write_files()
        out = self.outputs('multicore_wordcount', '--workers=3', self.folder)
        lines = out.splitlines(True)
        if not isinstance(out, type(b(''))):
            lines = [line.encode('utf-8') for line in lines]
        self.assertEqual(lines[:10], expected)
        self.match(r'%d files, \d+ characters, %d different words' % (FILES, len(WORDS)), out)
        self.match(r'one process: \d+\.\d{3} s, 3 workers: \d+\.\d{3} s, their start included', out)


    def test_asyncio(self):
        out = self.outputs('asyncio_pool', '--numbers', '3000')
        if sys.version_info < (3, 5):
            self.assertEqual(out, 'await came with Python 3.5\n')
            return
        self.assertEqual(out.splitlines()[:4], [
            'primes below 3000: 430', 'squares: [0, 1, 4, 9, 16]',
            'an exception of a worker: TypeError', 'by an executor: 144'])
        # serial has nobody else who could calculate, and threads may get no turn in so short a time.
        # Nor may the loop, while others are done with that in no time.
        more = 3000
        while 'went on: no' in out and self.context not in HERE and more < 10 ** 6:
            more *= 10
            out = self.outputs('asyncio_pool', '--numbers', '%d' % more)
        self.match('meanwhile the loop went on: %s' % ['yes', '(yes|no)'][
            self.context in HERE], out)


class TestDefault(Programs):
    def test_wordcount_of_the_library(self):
        status, out, err = self.run_example('multicore_wordcount')
        if not os.path.isdir(os.path.dirname(os.__file__)):     # Jython's is a jar
            self.assertEqual((status, out), (2, ''))
            self.assertTrue('name files, or a folder' in err, err)
            return
        self.assertEqual((status, err), (0, ''))
        # `self` is by far the most frequent word of any of them.
        self.assertTrue(re.match(r' +\d{5,}  self\n', out), out)
        here = [name for name in os.listdir(os.path.dirname(os.__file__)) if name[-3:] == '.py']
        self.assertTrue(int(re.search(r'\n(\d+) files', out).group(1)) >= len(here), out)

    def test_wordcount_of_one_file(self):
        out = self.outputs('multicore_wordcount', self.write('one.txt', 'one two two'))
        self.assertEqual(out.splitlines()[:3], [
            '       2  two', '       1  one', '1 files, 11 characters, 2 different words'])

    def test_wordcount_of_nothing(self):
        path = os.path.join(self.folder, 'missing.txt')
        status, out, err = self.run_example(
            'multicore_wordcount', self.write('one.txt', 'one'), path)
        self.assertEqual(status, 1)
        # Jython writes what sys.exit() is given to its stdout.
        self.assertEqual(len((out + err).splitlines()), 1, out + err)
        self.assertTrue(path in out + err, err)


class TestSubprocess(Programs):
    method = 'subprocess'


class TestThread(Programs):
    method = 'thread'

    def test_threads_at_once(self):
        out = self.outputs('threads', '--jobs', '10', '--pause', '0.3', '--workers', '10')
        seconds, = self.match(r'10 jobs .*: (\d+\.\d\d) s instead of 3\.00', out)
        self.assertTrue(float(seconds) < 2.9, out)


class TestSerial(Programs):
    method = 'serial'


class TestFork(Processes):
    method = 'fork'


class TestSpawn(Processes):
    method = 'spawn'


class TestForkserver(Processes):
    method = 'forkserver'


del Processes, Programs     # the bodies, not tests of their own
