"""Uses the package where it was installed: doctor, demo, examples, pools of every context."""
import glob
import json
import os
import re
import shutil
import time

import limited
from dist_build import Failed, run
from dist_check import compare, contents
from environments import environment
from interpreters import ROOT

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 120         # seconds for each program
# 2.4's -m finds no module of a package.
COMMAND_OF_24 = 'import sys; from shim.commands import main; sys.exit(main(sys.argv[1:]))'
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


class Installed:
    """One interpreter with the package installed in one way."""

    def __init__(self, interpreter, folder, place, start, examples, on_path=True,
                 backport=False, program=None):
        self.interpreter, self.folder, self.place = interpreter, folder, place
        # Of the folder with the examples, None if they are not installed; whether sys.path has
        # the place of itself.
        self.start, self.examples, self.on_path = start, examples, on_path
        # Whether multiprocessing was installed, too; what has program.py in it.
        self.backport, self.program = backport, program
        self.mark = '%d-%d' % (os.getpid(), time.monotonic_ns())
        self.cwd = os.path.join(folder, 'empty')
        os.makedirs(self.cwd)

    def run(self, arguments, inserts=False, **more):
        """Its output.  Programs that do not insert() the place themselves find it by PYTHONPATH.

        The user's settings are not there, nor is the checkout.
        """
        environ = environment(**more)
        environ[limited.MARK] = self.mark
        if not self.on_path and not inserts:
            environ['PYTHONPATH'] = environ['JYTHONPATH'] = self.place
        status, output = run(self.start + arguments, self.cwd, LIMIT, environ)
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
        has = self.interpreter.version >= (2, 6) and self.interpreter.name != 'jython'
        if has or self.backport:
            needed.add('fork')
            if self.interpreter.version >= (3, 4):
                needed.add('forkserver')
        if not needed <= set(output.split()):
            raise Failed('contexts missing: %s' % (needed - set(output.split())), output)
        return output.split()

    def check_contexts(self):
        program, runs = self.program, []
        if program is None:
            program = shutil.copy(os.path.join(HERE, 'program.py'), self.folder)
        for method in self.methods():
            here = 'here' if method in ('thread', 'interpreter', 'serial') else 'elsewhere'
            arguments = [program, self.place, method, here]
            if not self.on_path and self.program is None:
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
        compare('the examples copied', sorted(os.listdir(folder)),
                          [os.path.basename(path) for path in originals])
        for path in originals:
            name = os.path.basename(path)
            if contents(folder, name) != contents(*os.path.split(path)):
                raise Failed('the example %s is another one' % name)
        for name, runs in EXAMPLES.items():
            for options in runs:
                if name == NEEDS_QUEUE and 'fork' not in self.methods():
                    options = options + ['--method', 'thread']
                expect(self.run([os.path.join(folder, name + '.py')] + options), r'\d')

    def check_typed(self):
        """What type checkers read came with it, where they can read it."""
        folder = os.path.join(self.place, 'shim')
        if os.path.isdir(folder):
            compare('the stubs of types', typed(folder), typed(os.path.join(ROOT, 'shim')))

    def check_nothing_left(self):
        left = limited.kill_marked(self.mark, 2)
        if left:
            raise Failed('left running, now killed', '\n'.join(left))

    def check_all(self):
        collect([self.check_doctor, self.check_demo, self.check_examples, self.check_contexts,
                 self.check_typed, self.check_nothing_left])


def typed(folder):
    return [name for name in os.listdir(folder) if name.endswith(('.pyi', 'py.typed'))]


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
