"""Promise 15: no /dev/shm, no sem_open, no _multiprocessing: a pool needs none of them."""
import os

from tests import support, without
from tests.promises import Promise
from tests.support import each_engine

WORKS = '''
def refused(function, *args):
    try:
        function(*args)
    except (ImportError, OSError, AttributeError):
        return True

def main(ctx):
    assert refused(__import__, 'multiprocessing.synchronize')
    pool = ctx.Pool(2)
    assert pool.apply(tasks.square, (3,)) == 9
    assert pool.map(tasks.square, range(100)) == [n * n for n in range(100)]
    assert list(pool.imap(tasks.square, range(9))) == [n * n for n in range(9)]
    assert pool.apply_async(tasks.nap, (0.1, 'text')).get(20) == 'text'
    try:
        pool.apply(tasks.square, ('x',))
    except TypeError:
        say('error')
    if sys.argv[1] not in ('thread', 'serial', 'interpreter'):
        try:
            pool.apply(tasks.die, ('kill',))
        except shim.WorkerLostError:
            say('lost')
        assert pool.apply(tasks.pid) != os.getpid()
    pool.close()
    pool.join()
    ctx.Pool(2).terminate()
    say('done')
'''

CAN_START = '''
import sys

if __name__ == '__main__':
    try:
        import multiprocessing as context
        if hasattr(context, 'get_context'):
            context = context.get_context(sys.argv[1])
        process = context.Process(target=int)
        process.start()
        process.join()
        sys.stdout.write('yes')
    except ImportError:
        sys.stdout.write('no: %s' % sys.exc_info()[1])
'''


class Bare(Promise):
    promise = 15

    def check(self, name):
        environ = without.environ(name, os.path.dirname(self.scratch()), support.ROOT,
                                  os.environ.get('PYTHONPATH'))
        if self.engine in ('fork', 'spawn', 'forkserver'):
            # "Where it can": where the stdlib's Process itself does without.
            _status, answer, err, _seconds = support.run_script(
                CAN_START, args=[self.engine], env=environ)
            if answer != 'yes':
                support.skip('Process of this interpreter needs it, '
                             + (answer or 'no: ' + err.strip().split('\n')[-1]))
        self.succeed(self.start(WORKS, env=environ))

    def test_no_semaphores(self):
        self.check('synchronize')

    def test_no_extension_module(self):
        self.check('extension')


each_engine(globals(), Bare)
