"""Programs frozen into one file, as far as it shows without a freezer: tests/packaging makes one."""
import six

from shim import engines
from tests import support
from tests.support import run_script

START = '''
import sys
sys.frozen = True
import shim

def square(x):
    return x * x

def say(what, *args):
    try:
        sys.stdout.write('%r\\n' % (what(*args),))
    except (RuntimeError, ValueError):
        sys.stdout.write(' '.join(str(sys.exc_info()[1]).split()) + '\\n')

def use(name):
    pool = shim.get_context(name).Pool(1)
    try:
        return pool.apply(square, (3,))
    finally:
        pool.terminate()

'''


def told(*statements):
    """The lines that such a program writes; each statement makes one."""
    status, out, err, _ = run_script(START + '\n'.join(statements))
    if status:
        raise AssertionError('exit status %s: %s' % (status, err))
    return out.splitlines()


class Frozen(support.TestCase):
    def test_forked_workers(self):
        if support.unavailable('fork'):
            support.skip('no fork here')
        self.assertEqual(told("say(use, 'fork')", "say(use, 'thread')"), ['9', '9'])

    def test_no_interpreter_to_start(self):
        lines = told("say(shim.get_context, 'subprocess')", "say(shim.get_all_start_methods)")
        self.assertTrue('no interpreter' in lines[0] and 'freeze_support' in lines[0], lines[0])
        self.assertFalse('subprocess' in lines[1], lines[1])

    def test_forgotten_freeze_support(self):
        if support.unavailable('forkserver'):
            support.skip('multiprocessing starts no interpreters here')
        lines = told(
            "sys.argv[1:] = ['--multiprocessing-fork', 'tracker_fd=6', 'pipe_handle=11']",
            "say(use, 'spawn')", "say(use, 'forkserver')",
            "sys.argv[1:] = ['-B', '-c', 'from multiprocessing.resource_tracker import main; ...']",
            "say(use, 'spawn')")
        self.assertEqual(len(lines), 3)
        for line in lines:
            self.assertTrue('shim.freeze_support()' in line, line)

    def test_every_engine_is_found(self):
        code = six.get_function_code(engines._for_freezers)
        if not hasattr(code, 'co_names'):
            support.skip("Jython's code has no names that a freezer could read")
        seen = code.co_names
        for module, _ in engines.ENGINES.values():
            self.assertTrue(module in seen, module)
