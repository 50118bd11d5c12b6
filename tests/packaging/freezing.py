"""A frozen program is made by PyInstaller and run: it starts once, and its workers are workers."""
import os
import shutil
import time

import limited
from dist_build import Failed, Lacking, run
from environments import environment
from installed import HERE, LIMIT, collect, expect

METHODS = 'fork', 'spawn', 'forkserver', 'thread', 'serial'


class Frozen:
    """frozen.py as one program, made with the Python that has PyInstaller and the package."""

    def __init__(self, python, folder):
        self.folder, self.mark = folder, '%d-%d' % (os.getpid(), time.monotonic_ns())
        source = shutil.copy(os.path.join(HERE, 'frozen.py'), folder)
        status, output = run([python, '-m', 'PyInstaller', '--log-level', 'WARN', source], folder,
                             2 * LIMIT, environment())
        if 'Python shared library' in output or 'Python library not found' in output:
            raise Lacking('the shared library of this Python, for PyInstaller')
        if status:
            raise Failed('PyInstaller: exit status %s' % status, output)
        self.program = os.path.join(folder, 'dist', 'frozen', 'frozen')

    def run(self, method, **more):
        """Run it; return exit status, output and what it noted of its starts."""
        starts = os.path.join(self.folder, 'starts-' + '-'.join([method] + sorted(more)))
        environ = environment(FROZEN_METHOD=method, FROZEN_STARTS=starts, **more)
        environ[limited.MARK] = self.mark
        status, output = run([self.program], self.folder, LIMIT, environ)
        with open(starts) as stream:
            return status, output, stream.read().split()

    def check_method(self, method):
        status, output, starts = self.run(method)
        if status:
            raise Failed('%s: exit status %s' % (method, status), output)
        expect(output, '40 tasks, exit code 0')
        if starts.count('program') != 1:
            raise Failed('%s: the program began %d times' % (method, starts.count('program')),
                         '\n'.join(starts))

    def check_no_interpreter(self):
        """The context `subprocess` is refused; the error names what there is."""
        status, output, starts = self.run('subprocess')
        expect(output, 'ValueError: .*frozen program.*fork')
        if not status or len(starts) != 2:
            raise Failed('subprocess: exit status %s, %d starts' % (status, len(starts)), output)

    def check_forgotten(self, method):
        """Without freeze_support() an error that names it, and no storm."""
        status, output, starts = self.run(method, FROZEN_FORGETS='1')
        expect(output, r'shim\.freeze_support\(\)')
        if status in (0, None, -9) or status == 3:
            raise Failed('%s: exit status %s, %d starts' % (method, status, len(starts)), output)

    def check_nothing_left(self):
        left = limited.kill_marked(self.mark, 2)
        if left:
            raise Failed('left running, now killed', '\n'.join(left))

    def check_all(self):
        collect([lambda method=method: self.check_method(method) for method in METHODS]
                + [self.check_no_interpreter]
                + [lambda method=method: self.check_forgotten(method)
                   for method in ('spawn', 'forkserver')]
                + [self.check_nothing_left])
