"""What is left of those who are killed: one body for each context."""
import os

from tests import primitive_tasks as tasks
from tests import support
from tests.primitives import VARIANTS, Primitive
from tests.promises import kill
from tests.scripts import alive
from tests.support import each_engine, wait_until

MAKER = '''
import sys, time
import shim
from shim.backfill import cells
from tests import primitive_tasks as tasks

if __name__ == '__main__':
    ctx = shim.get_context(sys.argv[1])
    lock = ctx.Lock()
    other = ctx.Process(target=tasks.be_used, args=(lock,) + tuple(sys.argv[2:]))
    if sys.argv[2:]:
        other.start()
    else:
        lock.acquire()
    sys.stdout.write(cells.folder() + '\\n')
    sys.stdout.flush()
    time.sleep(60)
'''
NEXT = '''
import sys
import shim
from shim.backfill import cells

if __name__ == '__main__':
    lock = shim.get_context(sys.argv[1]).Lock()
    lock.acquire()
    sys.stdout.write(cells.folder())
'''


class Folders(Primitive):
    def killed(self, *paths):
        """The folder of a program that is killed, whose child goes on if there are paths for it."""
        if not self.is_process:
            support.skip('a thread has no folder')
        self.needs_ours()
        program = support.start_script(MAKER, args=[self.engine] + list(paths))
        self.assertTrue(wait_until(lambda: program.stdout.count('\n'), 30), program.stderr)
        if paths:
            self.noted(paths[0], 1)
        self.assertTrue(kill(program.pid))
        program.wait()
        folder = program.stdout.strip()
        self.assertTrue(os.path.isdir(folder), folder)
        return folder

    def another(self):
        """A program makes a folder of its own; and removes it."""
        status, folder, errors, _seconds = support.run_script(NEXT, args=[self.engine])
        self.assertEqual((status, errors), (0, ''))
        self.assertTrue(folder)
        self.assertFalse(os.path.exists(folder), folder)

    def test_of_the_killed(self):
        folder = self.killed()
        self.another()
        self.assertFalse(os.path.exists(folder), folder)

    def test_of_the_killed_while_another_one_uses_it(self):
        path, go = self.scratch(), self.scratch()
        folder = self.killed(path, go)
        self.another()
        self.assertTrue(os.path.isdir(folder), folder)
        open(go, 'w').close()
        pid = int(self.noted(path, 2)[0])
        self.assertEqual(self.noted(path, 2)[1], 'True False')
        self.assertTrue(wait_until(lambda: not alive(pid), 20))
        self.another()
        self.assertFalse(os.path.exists(folder), folder)


each_engine(globals(), Folders, variants=VARIANTS)
