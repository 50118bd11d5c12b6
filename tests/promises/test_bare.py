"""Promise 15: no /dev/shm, no sem_open, no _multiprocessing: a pool needs none of them."""
import os

from tests import schedulers, support, without
from tests.promises import Promise
from tests.support import each_engine

WORKS = '''
from shim import engines

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
    if 1 not in engines.CANNOT[sys.argv[1]]:
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


CAN_IMPORT = '''
import sys
from tests import schedulers

if __name__ == '__main__':
    try:
        __import__(schedulers.LIBRARIES[sys.argv[1]])
        if sys.argv[1] == 'executor':
            schedulers.processes().shutdown()
        sys.stdout.write('yes')
    except (ImportError, NotImplementedError):
        sys.stdout.write('no: %s' % sys.exc_info()[1])
'''


class Bare(Promise):
    promise = 15

    def check(self, name):
        environ = without.environ(name, os.path.dirname(self.scratch()), support.ROOT,
                                  os.environ.get('PYTHONPATH'))
        # "Where it can": where the stdlib's Process itself, or who has the workers, does without.
        if self.engine in ('fork', 'spawn', 'forkserver'):
            self.ask('Process of this interpreter', CAN_START, self.engine, environ)
        elif self.engine in schedulers.LIBRARIES:
            self.ask(self.engine, CAN_IMPORT, self.engine, environ)
        self.succeed(self.start(WORKS, env=environ))

    def ask(self, who, source, what, environ):
        """Skip if that does not work without."""
        _status, answer, err, _seconds = support.run_script(source, args=[what], env=environ)
        if answer != 'yes':
            support.skip('%s needs it, %s' % (who, answer or 'no: ' + err.strip().split('\n')[-1]))

    def test_no_semaphores(self):
        self.check('synchronize')

    def test_no_extension_module(self):
        self.check('extension')


each_engine(globals(), Bare)
