"""python -m shim run: a program ends as it does without, having had shim in multiprocessing's place."""
import os
import shutil
import sys
import tempfile

import shim
from shim.commands import run
from tests import support
from tests.support import start_script

RUN = ['-m', 'shim.__main__', 'run']
if sys.version_info < (2, 5):
    RUN = [os.path.join(support.ROOT, 'shim', '__main__.py'), 'run']

PROGRAM = '''
"""A program."""
import os, sys
NAME = __name__

class Value(object):
    def __init__(self, x):
        self.x = x

def double(value):
    return Value(2 * value.x)

def say(text):
    sys.stdout.write('%s\\n' % (text,))
    sys.stdout.flush()

def kind(value):
    """What a program sees of shim, if it looks."""
    import multiprocessing
    return (multiprocessing.Pool.__module__.split('.')[0], NAME != '__main__')

def look():
    names = list(globals())
    names.sort()
    say([name for name in names if name not in ('__warningregistry__', '__pycache__')])
    for name in ('__name__', '__file__', '__package__', '__doc__', '__cached__'):
        if name in globals():
            say('%s %s' % (name, globals()[name]))
    spec = globals().get('__spec__')
    say([getattr(spec, 'name', None), getattr(spec, 'origin', None)])
    loader = globals().get('__loader__')
    say([type(loader).__name__, getattr(loader, 'path', None), getattr(loader, 'name', None)])
    say(sys.argv)
    say(sys.path[0])
    say(sys._getframe().f_code.co_filename)
    say(sys.modules['__main__'].__dict__ is globals())
    say(sys.modules.get('__mp_main__') in (None, sys.modules['__main__']))
    say([type(__builtins__), hasattr(__builtins__, 'raw_input')])

def main(arguments):
    look()
    if arguments[:1] == ['pool']:
        import multiprocessing
        os.chdir('/')
        pool = multiprocessing.Pool(2)
        say([value.x for value in pool.map(double, [Value(1), Value(2)])])
        if arguments[1:2] == ['kind']:
            say(pool.map(kind, [1])[0])
        pool.close()
        pool.join()
    elif arguments[:1] == ['exit']:
        sys.exit({'none': None, 'text': 'words', '3': 3}[arguments[1]])
    elif arguments[:1] == ['raise']:
        raise ValueError('so it is')
    elif arguments[:1] == ['hook']:
        def hook(kind, value, traceback):
            say('hook %s %s' % (kind.__name__, traceback.tb_frame.f_code.co_name))
        sys.excepthook = hook
        raise ValueError
    elif arguments[:1] == ['interrupt']:
        raise KeyboardInterrupt
    elif arguments[:1] == ['atexit']:
        import atexit
        atexit.register(lambda: say(['at exit', __name__ == NAME, double(Value(2)).x]))
    elif arguments[:1] == ['thread']:
        import threading, time
        threading.Thread(target=lambda: (time.sleep(0.3), say('in a thread'))).start()

if __name__ == '__main__':
    main(sys.argv[1:])
'''
WAYS = (['exit', 'none'], ['exit', 'text'], ['exit', '3'], ['raise'], ['hook'], ['interrupt'],
        ['atexit'], ['thread'], ['an', '--argument', '-m', ''])


class Run(support.TestCase):
    deadline = 200

    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder, True)
        for name in ('pack', 'app'):
            os.mkdir(os.path.join(self.folder, name))
        for name, source in (
                ('prog.py', PROGRAM), ('pack/__init__.py', ''), ('pack/prog.py', PROGRAM),
                ('pack/__main__.py', 'from pack.prog import main\nimport sys\nmain(sys.argv[1:])\n'),
                ('app/__main__.py', PROGRAM), ('wrong.py', 'x = \n')):
            stream = open(os.path.join(self.folder, name), 'w')
            stream.write(source)
            stream.close()

    def path(self, name):
        return os.path.join(self.folder, name)

    def outcome(self, options, stats='', **more):
        paths = [support.ROOT, os.environ.get('PYTHONPATH', '')]
        # With -m the folder of today comes first on sys.path, and that is not the program's.
        environ = {'PYTHONPATH': os.pathsep.join(paths + [self.folder]), 'SHIM_STATS': stats,
                   'PYTHONDONTWRITEBYTECODE': '1', 'SHIM_START_METHOD': ''}
        environ.update(more)
        program = start_script('', [], environ, options=options + ['--'])
        status, out, err, _seconds = program.wait(60)
        return status, out.replace(program.path, 'the last argument'), err

    def same(self, options, **environ):
        """The same with and without shim; returns that."""
        without = self.outcome(options, **environ)
        outcome = within = self.outcome(RUN + options, **environ)
        if sys.version_info[:2] == (2, 5):      # which shows frames of runpy, too
            self.assertEqual(within[2].splitlines()[-1:], without[2].splitlines()[-1:])
            within, without = within[:2], without[:2]
        self.assertEqual(within, without)
        return outcome

    def test_script(self):
        for way in WAYS:
            status, out, err = self.same([self.path('prog.py')] + way)
            if way[0] == 'raise':
                self.assertEqual((status, err.count('Traceback')), (1, 1))

    def test_module(self):
        modules = ['prog', 'pack.prog', 'pack', 'nosuch', 'pack.nosuch']
        if sys.version_info < (2, 7):
            modules = ['prog']
        for module in modules:
            for way in WAYS[1], WAYS[3], WAYS[-1]:
                self.same(['-m', module] + way)

    def archive(self):
        import zipfile
        archive = zipfile.ZipFile(self.path('app.zip'), 'w')
        archive.write(self.path('app/__main__.py'), '__main__.py')
        archive.close()

    def test_folder_and_zip(self):
        if sys.version_info < (2, 6):
            support.skip('this interpreter runs neither a folder nor a zip')
        self.archive()
        for name in ('app', 'app.zip'):
            for way in WAYS[1], WAYS[3], WAYS[-1]:
                self.same([self.path(name)] + way)

    def test_relative(self):
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        os.mkdir('links')
        names = ['prog.py', './prog.py', './links/../prog.py']
        wrong = ['../wrong.py', '../nosuch.py']
        if hasattr(sys, 'pypy_version_info'):
            names = []          # there the loader has the path as it was typed
            wrong.pop()         # its words differ
        if sys.version_info >= (2, 6):
            names += ['app', './app/', 'links/../app']
        for name in names:
            self.same([name, 'raise'])
        os.chdir('app')
        if sys.version_info >= (3, 11):     # 3.9 and 3.10 have it as app/.
            self.same(['.', 'raise'])
        for name in wrong:
            without, within = [[line.strip() for line in self.outcome(how + [name])[2].splitlines()[-4:]]
                               for how in ([], RUN)]
            self.assertEqual(within, without)

    def test_safe_path(self):
        if sys.version_info < (3, 11):
            support.skip('-P is 3.11+')
        self.archive()
        for name in ('app', 'app.zip', 'prog.py'):
            for way in WAYS[3], WAYS[-1]:
                self.same([self.path(name)] + way, PYTHONSAFEPATH='1')

    def test_bytecode(self):
        if os.name == 'java':
            support.skip('Jython runs no .pyc')
        import py_compile
        py_compile.compile(self.path('prog.py'), self.path('bytes.pyc'))
        shutil.copy(self.path('bytes.pyc'), self.path('bytes'))
        names = ['bytes.pyc', 'bytes']
        if hasattr(sys, 'pypy_version_info'):
            names.pop()         # it goes by the name alone
        for name in names:
            for way in WAYS[3], WAYS[-1]:
                self.same([self.path(name)] + way)
        stream = open(self.path('bytes.pyc'), 'w')
        stream.write('These are no bytes of an interpreter.')
        stream.close()
        without, within = [self.outcome(how + [self.path('bytes.pyc')]) for how in ([], RUN)]
        self.assertEqual(within[:2], without[:2])
        if not hasattr(sys, 'pypy_version_info'):       # its words differ
            self.assertEqual(within, without)

    def test_what_does_not_run(self):
        for name in ('wrong.py', 'nosuch.py'):
            status, out, err = self.outcome([self.path(name)])
            within = self.outcome(RUN + [self.path(name)])
            if name == 'nosuch.py' and status != 2:     # Jython: 3, PyPy 2.7: 1, in words of their own
                self.assertTrue(os.name == 'java' or hasattr(sys, 'pypy_version_info'))
                self.assertEqual(within[0], 2)
                continue
            self.assertEqual(within[:2], (status, out))
            said = within[2]
            if hasattr(sys, 'pypy_version_info'):       # it puts the path into no quotes
                said = said.replace(repr(self.path(name)), self.path(name))
            if os.name == 'java':       # the compiler tells of the newlines that compile() adds
                said, err = [text.split(' at input')[0] for text in (said, err)]
            self.assertEqual(said.splitlines()[-1:], err.splitlines()[-1:])

    def test_link(self):
        if not hasattr(os, 'symlink'):
            support.skip("no links here")
        os.mkdir(self.path('links'))
        os.symlink(self.path('prog.py'), self.path('links/link.py'))
        self.same([self.path('links/link.py')])

    def test_pool(self):
        support.needs_threads()
        for name in ('fork', 'spawn', 'forkserver', 'subprocess', 'thread'):
            if shim.context.unavailable(name):
                continue
            for program in ([self.path('prog.py')], ['-m', 'prog'], ['-m', 'pack.prog']):
                if program[-1] == 'pack.prog' and sys.version_info < (2, 7):
                    continue
                stats = self.path('stats')
                status, out, err = self.outcome(
                    RUN + ['--method', name] + program + ['pool', 'kind'], stats)
                said = out.splitlines()
                self.assertEqual((status, err), (0, ''), out)
                self.assertEqual(said[-2], '[2, 4]')
                self.assertEqual(said[-1], str(('shim', name in support.IMPORTING)))
                stream = open(stats)
                try:
                    told = stream.read()
                finally:
                    stream.close()
                os.remove(stats)
                self.assertTrue(told.startswith('{"context": "%s", "workers": 2, "done": 3,' % (
                    shim.get_context(name).engine_name)), told)
            if hasattr(shim.compat.multiprocessing, 'Pool') and name == shim.context.default_name():
                self.same([self.path('prog.py'), 'pool'])

    def test_command_line(self):
        for options, words in ((['--method', 'nosuch', 'x.py'], 'nosuch'),
                               (['--what', 'x.py'], '--what')):
            status, out, err = self.outcome(RUN + options)
            self.assertEqual((status, out), (2, ''), err)
            self.assertIn(words, err)
        self.catch(run.Refused, run.parse, ['--executors'])
        self.catch(run.Refused, run.parse, ['-m'])
        status, out, err = self.outcome(RUN + ['--help'])
        self.assertEqual((status, err), (0, ''))
        self.assertIn('--executors', out)
