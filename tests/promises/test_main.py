"""Promise 20: functions of __main__, the guard, lambdas."""
import os
import pickle
import sys

from tests import support
from tests.promises import Promise, lines, scratch
from tests.support import PROCESS_VARIANTS, TRAVEL_VARIANTS, each_engine, skip

GUARDED = '''
"""A module that is run as a program."""
import os, sys
import shim

COUNT = []

class Value(object):
    def __init__(self, x):
        self.x = x
    def twice(self):
        return Value(2 * self.x)

class Mishap(Exception):
    pass

def double(x):
    return 2 * x

def where(ignored):
    return os.getpid()

def twice(value):
    return value.twice()

def fail(x):
    raise Mishap(x)

def remember(x):
    COUNT.append(x)

def count():
    return len(COUNT)

def main():
    ctx = shim.get_context(sys.argv[-1])
    pool = ctx.Pool(2, remember, (1,))
    assert pool.map(double, range(10), 1) == [2 * n for n in range(10)]
    assert pool.apply(twice, (Value(4),)).x == 8
    assert [each.x for each in pool.imap(Value.twice, [Value(1), Value(2)])] == [2, 4]
    try:
        pool.apply(fail, (5,))
    except Mishap:
        assert sys.exc_info()[1].args == (5,)
    assert pool.apply(count) >= 1
    outside = [pid for pid in pool.map(where, range(4)) if pid != os.getpid()]
    sys.stdout.write('%d outside\\n' % len(outside))
    pool.close()
    pool.join()
    sys.stdout.write('done\\n')

if __name__ == '__main__':
    main()
else:
    sys.stdout.write('imported as %s\\n' % __name__)
    sys.stdout.flush()
'''

# No guard; each import leaves a line.
UNGUARDED = '''
import sys
import shim
from tests import promise_tasks as tasks
tasks.note(sys.argv[2], '%s %s' % tasks.who())

def double(x):
    return 2 * x

pool = shim.get_context(sys.argv[1]).Pool(2)
sys.stdout.write('%r\\n' % (pool.map(double, [1, 2, 3]),))
pool.terminate()
pool.join()
sys.stdout.write('done\\n')
'''

LAMBDAS = '''
for name in ('cloudpickle', 'dill'):
    sys.modules[name] = None

def outer():
    def inner(x):
        return x
    return inner

def main(ctx):
    pool = ctx.Pool(2)
    for name, function in [('<lambda>', lambda x: x + 1), ('inner', outer())]:
        for attempt in (lambda: pool.apply_async(function, (1,)).get(20),
                        lambda: pool.map_async(function, [1]).get(20),
                        lambda: pool.imap(function, [1]).next(20)):
            try:
                say('%s gives %s' % (name, attempt()))
            except Exception:
                text = str(sys.exc_info()[1])
                if name not in text or 'cloudpickle' not in text:
                    say('says only: ' + text)
    assert pool.map(tasks.square, range(4)) == [0, 1, 4, 9]
    pool.terminate()
    pool.join()
    say('done')
'''

# Code without a file, as from a REPL: nobody can import it again.
NO_FILE = '''
import sys
sys.modules['cloudpickle'] = sys.modules['dill'] = None
import shim

def double(x):
    return 2 * x

if __name__ == '__main__':
    pool = shim.get_context(sys.argv[1]).Pool(2)
    try:
        sys.stdout.write('%r\\n' % (pool.apply_async(double, (4,)).get(20),))
    except Exception:
        sys.stdout.write('error: %s\\n' % (sys.exc_info()[1],))
    assert pool.map_async(abs, [-1, 2]).get(20) == [1, 2]
    pool.terminate()
    pool.join()
    sys.stdout.write('done\\n')
'''


class Main(Promise):
    """Promise 20: from a script and from -m."""

    promise = 20

    def environ(self, *folders):
        return {'SHIM_CHANNEL': self.channel or '', 'PYTHONPATH': os.pathsep.join(
            list(folders) + [support.ROOT, os.environ.get('PYTHONPATH', '')])}

    def check(self, program):
        out = self.succeed(program)
        self.assertIn('%d outside\n' % [0, 4][self.elsewhere], out)
        self.assertNotIn('imported as __main__\n', out)
        self.assertTrue(out.count('imported as') <= 5, out)

    def test_script(self):
        self.check(support.start_script(GUARDED, [self.engine], self.environ()))

    def package(self):
        """A folder with pack/prog.py, and module.py beside it."""
        folder = os.path.dirname(scratch(self))
        os.mkdir(os.path.join(folder, 'pack'))
        for name, source in (('shim_module.py', GUARDED), ('pack/__init__.py', ''),
                             ('pack/prog.py', GUARDED),
                             ('pack/__main__.py', 'from pack import prog\nprog.main()\n')):
            stream = open(os.path.join(folder, name), 'w')
            stream.write(source)
            stream.close()
        return folder

    def test_module(self):
        self.check(support.start_script('', [self.engine], self.environ(self.package()),
                                        options=['-m', 'shim_module']))

    def test_module_of_a_package(self):
        try:
            __import__('runpy')
        except ImportError:     # before 2.5
            skip('-m of this interpreter takes top modules only')
        self.check(support.start_script('', [self.engine], self.environ(self.package()),
                                        options=['-m', 'pack.prog']))

    def test_package_run_as_a_program(self):
        # __main__.py has no guard, as nobody imports it: nor does the stdlib in its workers.
        if sys.version_info < (2, 7):
            skip('-m of this interpreter takes modules only')
        self.check(support.start_script('', [self.engine], self.environ(self.package()),
                                        options=['-m', 'pack']))

    def test_script_with_a_strange_name(self):
        folder = os.path.dirname(scratch(self))
        stream = open(os.path.join(folder, 'no-module.name.py'), 'w')
        stream.write(GUARDED)
        stream.close()
        self.check(support.start_script('', [self.engine], self.environ(), options=[stream.name]))


class Guard(Promise):
    """Promise 20: without the guard, the stdlib's words and an end, where a worker imports."""

    promise = 20

    def test_missing(self):
        path = self.scratch()
        program = support.start_script(UNGUARDED, [self.engine, path],
                                       {'SHIM_CHANNEL': self.channel or ''})
        status, out, err, seconds = program.wait(30)
        if self.engine in support.IMPORTING:
            self.assertNotEqual(status, 0)
            self.assertIn('bootstrapping phase', err)
            self.assertIn('RuntimeError', err)
            self.assertNotIn('done', out)
        else:
            self.assertEqual((status, out), (0, '[2, 4, 6]\ndone\n'), err)
        self.assertLess(seconds, 20)
        self.assertLessEqual(len(lines(path)), 20)
        self.assertEqual(len(set(lines(path))), len(lines(path)))


class Lambdas(Promise):
    """Promise 20: what can't be imported by its name."""

    promise = 20

    def test_without_help(self):
        out = self.succeed(self.start(LAMBDAS))
        try:
            pickle.dumps(lambda: None, 2)
        except Exception:       # its kind depends on the version
            self.assertEqual(out, 'done\n')
        else:       # PyPy 2.7 pickles functions by itself
            self.assertEqual(out, '<lambda> gives 2\n<lambda> gives [2]\n<lambda> gives 2\n'
                             'inner gives 1\ninner gives [1]\ninner gives 1\ndone\n')

    def test_no_file(self):
        program = support.start_script('', [self.engine], {'SHIM_CHANNEL': self.channel or ''},
                                       options=['-c', NO_FILE, self.engine])
        out = self.succeed(program)
        if self.engine == 'fork':
            self.assertEqual(out, '8\ndone\n')
        else:
            self.assertIn('error: ', out)
            self.assertIn('double', out)
            self.assertIn('cloudpickle', out)


class ByValue(Promise):
    """Promise 20: lambdas and closures, where a package pickles them."""

    def test_with_help(self):
        support.needs_closures()
        factor = 3
        self.assertEqual(self.pool.apply_async(lambda x: factor * x, (2,)).get(20), 6)
        self.assertEqual(self.pool.map(lambda x: factor * x, range(5)), [0, 3, 6, 9, 12])
        self.assertEqual(list(self.pool.imap(lambda x: factor * x, range(3))), [0, 3, 6])
        # A result may be one, too.
        self.assertEqual(self.pool.apply(make_adder, (4,))(5), 9)


def make_adder(number):
    return lambda x: x + number


each_engine(globals(), Main, Guard)
each_engine(globals(), Lambdas, variants=PROCESS_VARIANTS)
each_engine(globals(), ByValue, variants=TRAVEL_VARIANTS)
