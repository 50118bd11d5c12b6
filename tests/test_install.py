"""install() and uninstall(): multiprocessing is shim, and then again what it was."""
import sys

import shim
from tests import support
from tests.support import run_script

multiprocessing = shim.compat.multiprocessing
ABSENT = 'multiprocessing' in shim.compat.absent

HEAD = '''
import os, sys
import shim
from shim import compat, installing
real = 'multiprocessing' not in compat.absent

def state():
    """All that install() might change: {(module, name): object}."""
    found = {}
    for name in list(sys.modules):
        if name.split('.')[0] in ('multiprocessing', 'concurrent'):
            found[name] = sys.modules[name]
            if sys.modules[name] is not None:
                for key, value in vars(sys.modules[name]).items():
                    found[name, key] = value
    return found

def differing(one, other):
    marker = object()
    return [key for key in set(list(one) + list(other))
            if one.get(key, marker) is not other.get(key, marker)]

def imports(name):
    try:
        return __import__(name, None, None, ['x'])
    except ImportError:
        return None

def kind():
    import multiprocessing.pool
    return multiprocessing.Pool is shim.Pool, issubclass(multiprocessing.pool.Pool, shim.pool.Pool)

def say(text):
    sys.stdout.write('%s\\n' % (text,))
    sys.stdout.flush()
'''

POOLS = HEAD + '''
def main():
    shim.install()
    import multiprocessing
    import multiprocessing.pool
    from multiprocessing.pool import ThreadPool
    assert multiprocessing.pool.Pool is shim.pool.Pool
    assert ThreadPool is shim.pool.ThreadPool
    for name in shim.__all__:
        assert getattr(multiprocessing, name) is getattr(shim, name), name
    pools = [multiprocessing.Pool(2), multiprocessing.pool.Pool(1), ThreadPool(1)]
    if imports('multiprocessing.dummy'):
        import multiprocessing.dummy
        pools.append(multiprocessing.dummy.Pool(1))
    inside = imports('multiprocessing.context')
    # Beside a sub-interpreter nothing can be forked.
    methods = [name for name in shim.get_all_start_methods()
               if name not in ('pp', 'ampoule', 'interpreter')]
    for name in methods:
        pools.append(multiprocessing.get_context(name).Pool(1))
        assert pools[-1]._ctx.get_start_method() == name
    if hasattr(inside, '_concrete_contexts'):
        # Whoever took them before, or knows where they are.
        for name, context in inside._concrete_contexts.items():
            pools.append(context.Pool(1))
            assert pools[-1]._ctx is shim.get_context(name), name
            pools.append(multiprocessing.pool.Pool(1, context=context))
            assert pools[-1]._ctx is shim.get_context(name), name
        pools.append(inside._default_context.Pool(1))
        assert pools[-1]._ctx is shim.get_context()
    for pool in pools:
        assert isinstance(pool, shim.pool.Pool), pool
        assert pool.map(abs, [-1, 2]) == [1, 2]
        pool.terminate()
        pool.join()
    if real and hasattr(inside, '_default_context'):
        for name in multiprocessing.get_all_start_methods()[:3]:
            manager = multiprocessing.get_context(name).Manager()
            pool = manager.Pool(1)
            assert 'shim.pool.Pool' in str(pool), pool
            assert pool.map(abs, [-1, 2]) == [1, 2]
            pool.terminate()
            manager.shutdown()
    multiprocessing.set_start_method('thread')
    assert multiprocessing.get_start_method() == 'thread'
    pool = multiprocessing.Pool(1)
    assert pool.apply(os.getpid) == os.getpid()
    pool.terminate()
    pool.join()
    if real and hasattr(inside, '_default_context'):
        assert inside._default_context.Pool(1)._ctx is shim.get_context('thread')
    say('done')

if __name__ == '__main__':
    main()
'''

BACK = HEAD + '''
if __name__ == '__main__':
    if real:
        for name in installing.SUBMODULES:
            imports('multiprocessing.' + name)
        imports('multiprocessing.spawn')
    imports('multiprocessing.pool')
    before = state()
    shim.uninstall()                    # nothing to take back
    assert not differing(before, state())
    shim.install()
    during = state()
    assert differing(before, during)
    shim.install()
    assert not differing(during, state()), differing(during, state())
    assert kind() == (True, True)
    # What somebody else has put there stays.
    import multiprocessing
    mine = multiprocessing.Pool = lambda: None
    shim.uninstall()
    if real:
        assert multiprocessing.Pool is mine
        multiprocessing.Pool = before['multiprocessing', 'Pool']
        assert not differing(before, state()), differing(before, state())
    else:
        shim.Pool = during['multiprocessing', 'Pool']
        assert imports('multiprocessing') is None
    assert installing.installed() is None
    shim.install()
    assert kind() == (True, True)
    shim.uninstall()
    assert not differing(before, state())
    say('done')
'''

ALIVE = HEAD + '''
def square(x):
    return x * x

if __name__ == '__main__':
    import multiprocessing.pool
    from multiprocessing.pool import ThreadPool as Threads
    # maxtasksperchild came with 2.7
    pool = multiprocessing.Pool(*(1, None, (), 1)[:3 + (sys.version_info >= (2, 7))])
    threads = Threads(1)
    shim.install()
    assert not isinstance(pool, shim.pool.Pool)
    for each in (pool, threads, Threads(1)):
        for turn in range(3):       # each in a worker of its own
            assert each.map(square, [1, 2, 3], 1) == [1, 4, 9]
            assert each.apply_async(square, (4,)).get(20) == 16
            assert list(each.imap_unordered(square, [5])) == [25]
        each.close()
        each.join()
    say('done')
'''

WHOLE = HEAD + '''
class Refusing(dict):
    def __setitem__(self, key, value):
        raise KeyboardInterrupt

class Without(object):
    """As if shim.futures were not there."""
    def find_module(self, name, path=None):
        if name == 'shim.futures':
            raise ImportError('no module ' + name)

    def find_spec(self, name, path=None, target=None):
        self.find_module(name)

if __name__ == '__main__':
    imports('multiprocessing.pool')
    before = state()
    sys.modules.pop('shim.futures', None)
    sys.meta_path.insert(0, Without())
    try:
        shim.install(executors=True)
    except ImportError:
        assert 'shim.futures' in str(sys.exc_info()[1])
    else:
        assert False
    plan = installing.planned
    installing.planned = lambda modules: plan(modules) + [(Refusing(), 'x', 1)]
    try:
        shim.install()
    except KeyboardInterrupt:
        pass
    else:
        assert False
    assert installing.installed() is None
    now = state()
    for key in differing(before, now):
        # Its submodules were imported, that is all.
        assert key not in before, key
        assert 'shim' not in getattr(now[key], '__name__', ''), key
    say('done')
'''

EARLY = HEAD + '''
from multiprocessing import Process

def tell(left):
    say('%s %s %s' % ((left,) + kind()))
    if left:
        start(left - 1)

def start(left):
    process = Process(target=tell, args=(left,))
    process.start()
    process.join()
    assert process.exitcode == 0, process.exitcode

if __name__ == '__main__':
    shim.install()
    import multiprocessing
    multiprocessing.set_start_method(sys.argv[1])
    start(1)
'''

CHILDREN = HEAD + '''
def tell():
    say('%s %s' % kind())
    say(os.getpid() != int(sys.argv[1 + 1]))

if __name__ == '__main__':
    name = sys.argv[1]
    sys.argv.append(str(os.getpid()))
    shim.install()
    import multiprocessing
    process = multiprocessing.get_context(name).Process(target=tell)
    process.start()
    process.join()
    pool = multiprocessing.get_context(name).Pool(1)
    say(pool.apply(kind))
    pool.terminate()
    pool.join()
    shim.uninstall()
    pool = shim.get_context(name).Pool(1)
    say(pool.apply(os.getpid) != os.getpid())
    say(pool.apply(installing.installed))
    pool.terminate()
    pool.join()
'''

EXECUTORS = HEAD + """
def kinds():
    import concurrent.futures.process
    from shim import futures
    found = [concurrent.futures.ProcessPoolExecutor,
             concurrent.futures.process.ProcessPoolExecutor]
    return os.getpid(), [each is futures.ProcessPoolExecutor for each in found]

if __name__ == '__main__':
    import concurrent.futures
    import multiprocessing
    before = concurrent.futures.ProcessPoolExecutor
    shim.install(executors=True)
    made = concurrent.futures.ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context(sys.argv[1]))
    pid, found = made.submit(kinds).result(60)
    made.shutdown()
    say('%s %s' % (pid != os.getpid(), found))
    say(kinds()[1])
    shim.uninstall()
    say(concurrent.futures.ProcessPoolExecutor is before)
"""


TRAVEL = HEAD + """
import pickle

if __name__ == '__main__':
    shim.install()
    import multiprocessing.pool
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(multiprocessing.pool, protocol)) is multiprocessing.pool
    kind = type(multiprocessing.pool)
    made = kind.__new__(kind)
    assert not hasattr(made, 'Pool')
    try:
        import cloudpickle
    except ImportError:
        pass
    else:
        made = pickle.loads(cloudpickle.dumps(lambda: multiprocessing.pool.ThreadPool))
        assert made() is multiprocessing.pool.ThreadPool
    say('done')
"""


class Install(support.TestCase):
    deadline = 120

    def succeed(self, source):
        status, out, err, _seconds = run_script(source, 90)
        self.assertEqual((status, out), (0, 'done\n'), err)
        self.assertNotIn('Traceback', err)

    def test_pools(self):
        support.needs_threads()
        self.succeed(POOLS)

    def test_taken_back(self):
        self.succeed(BACK)

    def test_nothing_half_done(self):
        self.succeed(WHOLE)

    def test_modules_travel(self):
        if ABSENT:
            support.skip('no modules are replaced here')
        self.succeed(TRAVEL)

    def test_pools_that_are_there_live_on(self):
        if ABSENT or shim.compat.BACKPORT:
            support.skip('no Pool in the standard library here')
        support.needs_threads()
        self.succeed(ALIVE)

    def test_new_interpreters(self):
        support.needs_threads()
        for name in ('fork', 'spawn', 'forkserver', 'subprocess'):
            if shim.context.unavailable(name):
                continue
            status, out, err, _seconds = run_script(CHILDREN, 90, [name])
            self.assertEqual((status, err), (0, ''), name)
            self.assertEqual(out.split('\n'), [
                'True True', 'True', '(True, True)', 'True', 'None', ''], name)

    def test_executors(self):
        if not hasattr(multiprocessing, 'get_context'):
            support.skip('multiprocessing has contexts from 3.4 on, and concurrent.futures is 3.2+')
        support.needs_processes()
        for name in multiprocessing.get_all_start_methods():
            status, out, err, _seconds = run_script(EXECUTORS, 90, [name])
            self.assertEqual((status, out, err), (
                0, 'True [True, True]\n[True, True]\nTrue\n', ''), name)

    def test_process_imported_before(self):
        if not hasattr(multiprocessing, 'get_context'):
            support.skip('multiprocessing has contexts from 3.4 on')
        support.needs_processes()
        for name in multiprocessing.get_all_start_methods():
            status, out, err, _seconds = run_script(EARLY, 90, [name])
            self.assertEqual((status, out, err), (
                0, '1 True True\n0 True True\n', ''), name)

    def test_threads(self):
        ends = []

        def turn():
            for _turn in range(20):
                shim.install()
                shim.uninstall()
            ends.append(1)
        before = dict(vars(multiprocessing or shim))
        self.run_threads([turn] * 4)
        self.assertEqual(len(ends), 4)
        self.assertTrue(shim.installing.installed() is None)
        for name, value in before.items():
            self.assertTrue(vars(multiprocessing or shim)[name] is value, name)
        if ABSENT:
            self.assertTrue('multiprocessing' not in sys.modules)
