"""The Pythons of this machine, and what the suite needs on each: for tests/matrix.py and
tests/packaging/run.py.  Needs Python 3.8+ with pip itself.
"""
import ast
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(ROOT, '.matrix')
REQUIRED = ('2.7', '3.6', '3.13')       # must be there; and with SHIM_REQUIRE_OLD=1 these:
FIRST = ('2.4', '2.5', '2.6')
PYODIDE = os.path.join(ROOT, 'tests', 'pyodide.mjs')    # an interpreter as the others
NAMES = re.compile(r'(python\d\.\d+t?|pypy\d*(\.\d+)?|jython)$')
OLD = ('six==1.4.1', 'unittest2==0.5.1')    # the last that run on 2.4

# What we want to know of an interpreter, asked in the language of 2.4.
PROBE = r"""
import sys
def has(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True
name = 'python'
if '__pypy__' in sys.builtin_module_names:
    name = 'pypy'
elif sys.platform.startswith('java'):
    name = 'jython'
elif sys.platform == 'emscripten':
    name = 'pyodide'
sys.stdout.write(repr({
    'name': name, 'version': tuple(sys.version_info[:3]), 'executable': sys.executable,
    'free': not getattr(sys, '_is_gil_enabled', lambda: True)(),
    'extras': [extra for extra, module in [('backport', 'multiprocessing'),
                                           ('processing', 'processing'), ('pp', 'pp')]
               if sys.version_info < (2, 6) and has(module)],
    'old_tools': has('six') and has('unittest2')}))
"""


class Problem(Exception):
    """Why an interpreter can't run the suite."""


class Interpreter:
    def __init__(self, info):
        self.__dict__.update(info)
        name = '' if self.name == 'python' else self.name
        flags = ('t' if self.free else '') + ''.join([' +' + extra for extra in self.extras])
        self.key = name + '%d.%d' % self.version[:2] + flags
        self.label = name + '%d.%d.%d' % self.version + flags

    def wanted(self, names):
        """Is it one of these, given as 2.4 (whatever it has) or '2.4 +backport'?"""
        return self.key in names or self.key.split(' ')[0] in names


def probe(path):
    try:
        output = subprocess.run([path, '-E', '-c', PROBE], stdout=subprocess.PIPE, timeout=60,
                                stderr=subprocess.DEVNULL, check=True).stdout
        return Interpreter(ast.literal_eval(output.decode()))
    except (OSError, subprocess.SubprocessError, SyntaxError, ValueError):
        return None


def candidates():
    """Yield (path, whether somebody asked for it), the preferred ones first."""
    for path in filter(None, os.environ.get('SHIM_PYTHONS', '').split(os.pathsep)):
        yield path, True
    # pyenv before PATH, as its interpreters come with their test package.
    root = os.environ.get('PYENV_ROOT') or os.path.expanduser('~/.pyenv')
    found = glob.glob(os.path.join(glob.escape(root), 'versions', '*', 'bin', 'python'))
    found.sort(key=lambda path: [int(part) for part in re.findall(r'\d+', path)], reverse=True)
    for folder in os.environ.get('PATH', '').split(os.pathsep):
        found += sorted(path for path in glob.glob(os.path.join(glob.escape(folder), '*'))
                        if NAMES.match(os.path.basename(path)))
    for path in found + [PYODIDE]:
        yield path, False


def find_interpreters():
    """Return one interpreter of each kind by key, and the paths in SHIM_PYTHONS that fail."""
    found, broken = {}, []
    for path, asked in candidates():
        interpreter = probe(path)
        if interpreter is not None:
            found.setdefault(interpreter.key, interpreter)
        elif asked:
            broken.append(path)
    return dict(sorted(found.items(), key=lambda item: (item[1].name != 'python',
                                                        item[1].version, item[0]))), broken


def why_no_pyodide():
    """What tests/pyodide.mjs says instead of running."""
    try:
        done = subprocess.run([PYODIDE, '-c', ''], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    return (done.stdout.decode(errors='replace').strip().splitlines() or ['no answer'])[0]


def pip_install(target, arguments, requirements, python=sys.executable):
    """Install into the folder, whole or not at all, once; return whether it is there."""
    ready = os.path.join(target, 'ready for %s' % ' '.join(requirements))
    if os.path.exists(ready):
        return True
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(WORK, exist_ok=True)
    with open(target + '.pip.log', 'w') as stream:
        command = [python, '-m', 'pip', '--disable-pip-version-check', 'install', '--no-deps',
                   '--no-compile', '--target', target]
        done = subprocess.run(command + arguments + list(requirements), stdout=stream,
                              stderr=stream, env=clean_environ(), stdin=subprocess.DEVNULL)
    if done.returncode:
        return False
    open(ready, 'w').close()
    return True


def prepare(interpreter, others):
    """Return the folder for its PYTHONPATH (or None) and whether nose2 is there."""
    target = os.path.join(WORK, interpreter.key.replace(' ', ''))
    if interpreter.version < (2, 7):
        if interpreter.old_tools:
            return None, False
        # Their setup.py fails on 3.x; what they install for 2.7 is the same on 2.4.
        for other in others:
            if other.version[:2] == (2, 7) and pip_install(target, [], OLD, other.executable):
                return target, False
        raise Problem('needs %s and %s: install them for it, or have a 2.7 with pip at hand' % OLD)
    # This pip chooses for the other version; all that we need is pure and needs no more.
    foreign = ['--python-version', '%d.%d' % interpreter.version[:2], '--implementation', 'py',
               '--abi', 'none', '--platform', 'any', '--only-binary', ':all:']
    if interpreter.name not in ('jython', 'pyodide') and pip_install(
            target, foreign, ['six', 'nose2']):
        return target, True
    if pip_install(target, foreign, ['six']):
        return target, False
    raise Problem('no six for it: see %s.pip.log' % os.path.relpath(target, ROOT))


def clean_environ(**more):
    environ = {name: value for name, value in os.environ.items()
               if not name.startswith(('PYTHON', 'SHIM_'))
               or name in ('SHIM_BIG', 'SHIM_FULL', 'SHIM_PYODIDE')}
    environ.update(more)
    return environ
