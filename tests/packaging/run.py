"""Install the package in every way that people do, and use it there: on several Pythons.

    python tests/packaging/run.py [--only 2.7 3.13] [--jobs N]

    wheel, sdist    by pip, offline, into a fresh environment (before 2.7: no pip)
    distutils       `setup.py install` of the unpacked sdist without setuptools (before 3.12)
    setup.py        the same with the setuptools that is there (before 2.7)
    copy            a folder with shim/ and six.py, and no site-packages
    zip             the wheel's files and six.py in a zip that is put on sys.path

In each: the doctor, the demo, the examples, and pools and processes of every context.  Prints one
line per way and interpreter, found as tests/matrix.py finds them: ok, FAILED with the end of the
output, or what this machine lacked.  With --only, what is lacking is a failure, and so it is in
any case if nothing at all could be used.  Needs Python 3.8+ with pip, and once the package index;
keeps everything below .matrix/.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import shutil
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))

import artifacts                                # noqa: E402
import matrix                                   # noqa: E402
from interpreters import REQUIRED, clean_environ, find_interpreters  # noqa: E402
from artifacts import Failed, Lacking           # noqa: E402

WAYS = 'wheel', 'sdist', 'distutils', 'setup.py', 'copy', 'zip'
LIMIT = 120         # seconds for each program
# 2.4's -m finds no module of a package.
COMMAND_OF_24 = 'import sys; from shim.commands import main; sys.exit(main(sys.argv[1:]))'
UNPACK = '''
import sys, tarfile
archive = tarfile.open(sys.argv[1])
for member in archive:
    archive.extract(member)
'''
# The options of each run: so small that they take no time.
EXAMPLES = {
    'multiprocessing_pool': [['--method', 'subprocess'], ['--method', 'thread']],
    'multiprocessing_process_queue': [['--numbers', '50']],
    'multicore_primes': [['--below', '20000', '--method', 'subprocess']],
    'multicore_mandelbrot': [['--width', '20']],
    'subprocess_per_core': [['--numbers', '1000']],
    'threads': [['--pause', '0.01']],
}
NEEDS_QUEUE = 'multiprocessing_process_queue'       # processes have it by multiprocessing only
WORDS = ['import this', 'def spam(eggs):\n    return eggs', '# eggs, spam and ham']
NUMBER_OF_WORDS = 2 + 5 + 4     # of a word's letters, digits and _


# ---- using it

class Installed:
    """One interpreter with the package installed in one way."""

    def __init__(self, interpreter, folder, place, start, examples, on_path=True):
        self.interpreter, self.folder, self.place = interpreter, folder, place
        # Of the folder with the examples, None if they are not installed; whether sys.path has
        # the place of itself.
        self.start, self.examples, self.on_path = start, examples, on_path
        self.mark = '%d-%d' % (os.getpid(), time.monotonic_ns())
        self.cwd = os.path.join(folder, 'empty')
        os.makedirs(self.cwd)

    def run(self, arguments, inserts=False, **more):
        """Its output.  Programs that do not insert() the place themselves find it by PYTHONPATH.

        The user's settings are not there, nor is the checkout.
        """
        environ = environment(**more)
        environ[matrix.MARK] = self.mark
        if not self.on_path and not inserts:
            environ['PYTHONPATH'] = self.place
        status, output = artifacts.run(self.start + arguments, self.cwd, LIMIT, environ)
        if status:
            told = ['%s=%s' % item for item in more.items()] + self.start + arguments
            raise Failed('exit status %d: %s' % (status, ' '.join(told)), output)
        return output

    def command(self, *arguments):
        """What `python -m shim` says."""
        if self.interpreter.version < (2, 5):
            return self.run(['-c', COMMAND_OF_24] + list(arguments))
        name = 'shim' if self.interpreter.version >= (2, 7) else 'shim.__main__'
        return self.run(['-m', name] + list(arguments))

    def methods(self):
        """The contexts; those that must be there are."""
        output = self.run(['-c', 'import sys, shim; sys.stdout.write('
                           '" ".join(shim.get_all_start_methods()))'])
        needed = {'spawn', 'subprocess', 'thread', 'serial'}
        if self.interpreter.version >= (2, 6) and self.interpreter.name != 'jython':
            needed.add('fork')
            if self.interpreter.version >= (3, 4):
                needed.add('forkserver')
        if not needed <= set(output.split()):
            raise Failed('contexts missing: %s' % (needed - set(output.split())), output)
        return output.split()

    def check_contexts(self):
        program = os.path.join(self.folder, 'program.py')
        shutil.copy(os.path.join(HERE, 'program.py'), program)
        runs = []
        for method in self.methods():
            here = 'here' if method in ('thread', 'serial') else 'elsewhere'
            arguments = [program, self.place, method, here]
            if not self.on_path:
                arguments.append('insert')
            runs.append((arguments, {}))
            if method in ('fork', 'subprocess'):
                runs.append((arguments, {'SHIM_CHANNEL': 'tcp'}))
        collect([lambda run=run: expect(self.run(run[0], inserts=True, **run[1]), '40 tasks')
                 for run in runs])

    def check_doctor(self):
        expect(self.command('--version'), r'shim \d+\.\d+')
        expect(self.command(), r'\n  subprocess +works')
        output = self.command('--json')
        try:
            works = {name: told['works'] for name, told in json.loads(output)['contexts'].items()}
        except (ValueError, LookupError) as error:
            raise Failed('the doctor writes no such JSON: %s' % error, output)
        for method in self.methods():
            if not works.get(method):
                raise Failed('%s does not work, says the doctor' % method, output)

    def check_demo(self):
        folder = os.path.join(self.folder, 'words')
        os.makedirs(folder)
        for number, text in enumerate(WORDS):
            with open(os.path.join(folder, 'file%d.py' % number), 'w') as stream:
                stream.write(text + '\n')
        output = self.command('demo', folder, '--method', 'all', '--workers', '2',
                              '--seconds', '0.1')
        expect(output, r'\nwords of all %d files: %d,' % (len(WORDS), NUMBER_OF_WORDS))
        rows = len(re.findall(r' yes\n', output))
        if rows != 2 * len(self.methods()) or 'FAILED' in output:
            raise Failed('the demo: not the same result everywhere', output)

    def check_examples(self):
        folder = os.path.join(self.folder, 'examples')
        if not self.examples:
            # They are not in shim/ in the checkout; it says so.
            try:
                self.command('examples')
            except Failed as failed:
                expect(failed.output, r'\Apython -m shim examples: .* neither in')
                return
            raise Failed('examples of a folder that has none')
        expect(self.command('examples'), 'multiprocessing_pool ')
        self.command('examples', '--copy', folder)
        originals = sorted(glob.glob(os.path.join(self.examples, '*.py')))
        artifacts.compare('the examples copied', sorted(os.listdir(folder)),
                          [os.path.basename(path) for path in originals])
        for path in originals:
            name = os.path.basename(path)
            if artifacts.contents(folder, name) != artifacts.contents(*os.path.split(path)):
                raise Failed('the example %s is another one' % name)
        for name, runs in EXAMPLES.items():
            for options in runs:
                if name == NEEDS_QUEUE and 'fork' not in self.methods():
                    options = options + ['--method', 'thread']
                expect(self.run([os.path.join(folder, name + '.py')] + options), r'\d')

    def check_nothing_left(self):
        left = matrix.kill_marked(self.mark, 2)
        if left:
            raise Failed('left running, now killed', '\n'.join(left))

    def check_all(self):
        collect([self.check_doctor, self.check_demo, self.check_examples, self.check_contexts,
                 self.check_nothing_left])


def collect(checks):
    """Do each of them, also when one before failed."""
    wrong = []
    for check in checks:
        try:
            check()
        except Failed as failed:
            wrong.append(failed)
    if wrong:
        raise Several('%d of %d checks' % (len(wrong), len(checks)), '\n'.join(
            '%s:\n%s' % (failed, failed.shown()) for failed in wrong))


class Several(Failed):
    """What failed, each with the end of its output."""

    def shown(self):
        return self.output


def expect(output, pattern):
    if not re.search(pattern, output):
        raise Failed('%r is not in the output' % pattern, output)


def environment(**more):
    """Without the user's settings of Python, pip and virtualenv, and nothing of his to write to."""
    environ = {name: value for name, value in clean_environ(**more).items()
               if not name.startswith(('PIP_', 'VIRTUALENV_'))}
    environ.update(PIP_CONFIG_FILE=os.devnull, PYTHONNOUSERSITE='1',
                   VIRTUALENV_OVERRIDE_APP_DATA=os.path.join(artifacts.WORK, 'app-data'))
    return environ


# ---- the ways

class Ways:
    """Each method installs in one way and returns an Installed."""

    def __init__(self):
        self.python = artifacts.tools()
        self.source, self.files = artifacts.copy_checkout()
        self.examples = os.path.join(self.source, 'examples')

    def build(self):
        """Build all that is installed below; return whether it is there."""
        self.sdist = artifacts.build(self.python, 'sdist', self.source)
        unpacked = artifacts.unpack(self.sdist)
        # The wheel is built from the sdist, so that it shows what that lacks.
        self.wheel = artifacts.build(self.python, 'wheel', unpacked)
        self.copied = artifacts.make_folder(self.source)
        self.zipped = artifacts.make_zip(self.wheel)
        return True

    def install_and_use(self, interpreter, way):
        folder = artifacts.empty('on', interpreter.key.replace(' ', ''), way)
        getattr(self, 'way_' + way.replace('.', '_'))(interpreter, folder).check_all()
        return True

    def pip(self, interpreter, folder, package):
        wheels = artifacts.wheels_for(interpreter)
        env = os.path.join(folder, 'env')
        if interpreter.version < (3,):
            make = [self.python, '-m', 'virtualenv', '--quiet', '--no-periodic-update',
                    '-p', interpreter.executable, env]
        else:
            make = [interpreter.executable, '-m', 'venv', env]
        environ = environment()
        status, output = artifacts.run(make, folder, 120, environ)
        if status:
            raise Lacking('no environment: %s' % artifacts.last_line(output))
        python = os.path.join(env, 'bin', 'python')
        pip = [python, '-m', 'pip', '--disable-pip-version-check', '--no-cache-dir']
        for command in (['install', '--no-index', '--find-links', wheels, package], ['check']):
            status, output = artifacts.run(pip + command, folder, 180, environ)
            if status:
                raise Failed('pip %s: exit status %s' % (command[0], status), output)
        return Installed(interpreter, folder, env, [python], self.examples)

    def way_wheel(self, interpreter, folder):
        return self.pip(interpreter, folder, self.wheel)

    def way_sdist(self, interpreter, folder):
        return self.pip(interpreter, folder, self.sdist)

    def setup_py(self, interpreter, folder, options):
        """setup.py install, of what this very interpreter's tarfile makes of the sdist."""
        environ = environment()
        source = os.path.join(folder, os.path.basename(self.sdist)[:-len('.tar.gz')])
        for command, cwd in (
                (['-c', UNPACK, self.sdist], folder),
                (options + ['setup.py', '--quiet', 'install', '--root', folder,
                            '--install-lib', '/lib'], source)):
            status, output = artifacts.run([interpreter.executable] + command, cwd, 120, environ)
            if status:
                raise Failed('exit status %s: %s' % (status, ' '.join(command)), output)
        place = os.path.join(folder, 'lib')
        shutil.copy(os.path.join(self.copied, 'six.py'), place)
        return Installed(interpreter, folder, place, [interpreter.executable, '-S'],
                         self.examples, on_path=False)

    def way_distutils(self, interpreter, folder):
        return self.setup_py(interpreter, folder, ['-S'])

    def way_setup_py(self, interpreter, folder):
        status, output = artifacts.run([interpreter.executable, '-c', 'import setuptools'], folder,
                                       LIMIT, environment())
        if status:
            raise Lacking(artifacts.last_line(output))
        return self.setup_py(interpreter, folder, [])

    def way_copy(self, interpreter, folder):
        return Installed(interpreter, folder, self.copied, [interpreter.executable, '-S'],
                         None, on_path=False)

    def way_zip(self, interpreter, folder):
        return Installed(interpreter, folder, self.zipped, [interpreter.executable, '-S'],
                         self.examples, on_path=False)


def lack(what):
    raise Lacking(what)


def ways_of(interpreter):
    """The names of those that it knows."""
    names = []
    if interpreter.version >= (2, 7) and interpreter.name != 'jython':
        names += ['wheel', 'sdist']
    if interpreter.version < (3, 12) and interpreter.name == 'python':
        names.append('distutils')
    if interpreter.version < (2, 7):
        names.append('setup.py')
    return names + ['copy', 'zip']


# ---- what the user sees

class Report:
    def __init__(self, strict):
        self.strict = strict
        self.counts = {'passed': 0, 'failed': 0, 'lacking': 0}
        self._lock = threading.Lock()

    def add(self, label, way, work, *arguments):
        """Do it and say how it went; return what it returned."""
        start, kind, more, made = time.monotonic(), 'passed', '', None
        try:
            made = work(*arguments)
            said = 'ok'
        except Lacking as lacking:
            kind, said = 'lacking', 'lacking: %s' % lacking
            if self.strict:
                kind, said = 'failed', 'FAILED: %s' % said
        except Failed as failed:
            kind, said = 'failed', 'FAILED: %s' % failed
            more = ''.join('\n    | ' + line for line in failed.shown().splitlines())
        with self._lock:
            self.counts[kind] += 1
            print('%-16s %-10s %6.1f s  %s%s' % (label, way, time.monotonic() - start, said, more),
                  flush=True)
        return made


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--only', nargs='+', metavar='X.Y', help='just these, which must be there')
    parser.add_argument('--all', action='store_true', help='every interpreter found')
    parser.add_argument('--ways', nargs='*', choices=WAYS, default=WAYS, metavar='WAY',
                        help='just these: ' + ' '.join(WAYS))
    parser.add_argument('--jobs', type=int, default=2, metavar='N', help='so many at a time')
    options = parser.parse_args(argv)
    options.require = options.only or REQUIRED
    os.makedirs(artifacts.WORK, exist_ok=True)
    report = Report(bool(options.only))

    found = find_interpreters()[0]
    # On Pyodide nothing is installed by these ways.
    chosen = [each for each in found.values() if each.name != 'pyodide'
              and (options.all or each.wanted(options.require))]
    for name in options.require:
        if not [each for each in chosen if each.wanted([name])]:
            report.add(name, '-', lack, 'not found (PATH, pyenv, SHIM_PYTHONS)')
    used = []
    ways = report.add('-', 'checkout', Ways)
    if ways is not None and report.add('-', 'build', ways.build):
        for kind, check in (('sdist', artifacts.check_sdist), ('wheel', artifacts.check_wheel)):
            report.add('-', kind, check, getattr(ways, kind), ways.source, ways.files)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as executor:
            used = [executor.submit(report.add, interpreter.label, way, ways.install_and_use,
                                    interpreter, way)
                    for interpreter in chosen for way in ways_of(interpreter)
                    if way in options.ways]
    worked = [each.result() for each in used]
    print('%(passed)d passed, %(failed)d failed, %(lacking)d lacking' % report.counts)
    return 1 if report.counts['failed'] or not any(worked) else 0


if __name__ == '__main__':
    sys.exit(main())
