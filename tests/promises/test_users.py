"""Promises 1 and 13 where the program, or a task, goes on as another user."""
import os

from tests.promises import Promise
from tests.support import PROCESS_VARIANTS, each_engine, skip

# What is imported later might be nobody's to read.
PROGRAM = '''
try:
    import multiprocessing.connection, selectors
except ImportError:
    pass

shim.parent_process()

def nobody(seconds):
    os.setuid(65534)
    time.sleep(seconds)
    return os.getuid(), shim.parent_process().is_alive()

def main(ctx):
    pool = ctx.Pool(1)
    say('task %d %s' % pool.apply(nobody, (1.5,)))
    pool.terminate()
    pool = ctx.Pool(1)
    pool.apply(abs, (-1,))
    pool.apply_async(time.sleep, (60,))
    time.sleep(0.3)
    os.setuid(65534)
    pool.terminate()
    pool.join()
    say('done')
'''


class Users(Promise):

    deadline = 60

    def test_of_a_task_and_of_the_program(self):
        # A worker of a forkserver took itself for an orphan, as it might not send its parent a signal
        # any more; and terminate() waited for ever for whom it might not kill.
        if not hasattr(os, 'setuid'):
            skip('this interpreter has no os.setuid')
        if os.geteuid():
            skip('only root can become another user')
        program = self.start(PROGRAM)
        self.assertIn('task 65534 True\ndone\n', program.wait(40)[1])


each_engine(globals(), Users, variants=[
    each for each in PROCESS_VARIANTS if each.split('_')[0] in ('fork', 'forkserver', 'subprocess')])
