"""Promise 22: a pool does not work in a child that the user forked, and the child leaves it be."""
import re

from tests.promises import EACH_ENGINE, Promise
from tests.support import each_engine

FORKS = '''
import gc
import warnings

def attempts(pool, result, results):
    return [('apply', lambda: pool.apply(tasks.square, (3,))),
            ('apply_async', lambda: pool.apply_async(tasks.square, (3,))),
            ('map', lambda: pool.map(tasks.square, [3])),
            ('map_async', lambda: pool.map_async(tasks.square, [3])),
            ('starmap', lambda: pool.starmap(tasks.square, [(3,)])),
            ('imap', lambda: pool.imap(tasks.square, [3]).next(5)),
            ('imap_unordered', lambda: pool.imap_unordered(tasks.square, [3]).next(5)),
            ('get', lambda: result.get(5)),
            ('next', lambda: results.next(5))]

def end(name, function):
    # These may raise or not, but must not reach the parent's workers.
    try:
        function()
    except RuntimeError:
        pass

def child(pool, result, results):
    ways = attempts(pool, result, results)
    for name, attempt in ways[:len(ways) - 2 * (sys.argv[1] == 'serial')]:
        try:
            value = attempt()
        except RuntimeError:
            pass
        except Exception:
            say('%s: %r' % (name, sys.exc_info()[1]))
        else:
            say('%s: no error but %r' % (name, value))
    del ways
    for name in sys.argv[2].split():
        end(name, getattr(pool, name))

def main(ctx):
    warnings.simplefilter('ignore')     # 3.12+: fork and threads
    pool = ctx.Pool(2)
    assert pool.map(tasks.square, range(10), 1) == [n * n for n in range(10)]
    pids = tasks.pids(pool)
    result = pool.apply_async(tasks.nap, (0.4, 'kept'))
    results = pool.imap(tasks.nap_if, [(0.4, 'kept')])
    forked = os.fork()
    if not forked:
        # It ends as any program, with all finalizers.
        child(pool, result, results)
        del pool, result, results
        gc.collect()
        say('child ends')
        return
    deadline = time.time() + 20
    pid = 0
    while not pid:
        pid, status = os.waitpid(forked, os.WNOHANG)
        assert time.time() < deadline, 'the child hangs'
        time.sleep(0.02)
    assert status == 0, status
    assert result.get(20) == 'kept'
    assert results.next(20) == 'kept'
    assert pool.map(tasks.square, range(10), 1) == [n * n for n in range(10)]
    if sys.argv[1] != 'executor':       # whose jobs any of its processes does
        assert pids == [worker.pid for worker in pool._pool]
    pool.close()
    pool.join()
    say('done')
'''


# Until 3.15 a child that has the list of an executor's processes tries to join them; 3.13.5 prints this of every child forked after its resource tracker was started, shim or not.
STDLIBS = re.compile('Exception ignored in atexit callback:? <function _exit_function .*?'
                     'AssertionError: can only join a child process\n|'
                     'Exception ignored in: <function ResourceTracker.__del__ .*?'
                     'ChildProcessError: [^\n]*\n', re.S)


class Forked(Promise):
    promise = 22

    def check(self, methods):
        out = self.succeed(self.start(FORKS, [methods]), noise=STDLIBS)
        self.assertEqual(out, 'child ends\ndone\n')

    def test_used(self):
        self.check('')

    def test_ended(self):
        self.check('close join')

    def test_terminated(self):
        self.check('terminate join')


each_engine(globals(), Forked, variants=EACH_ENGINE)
