"""import shim as multiprocessing: every name, the same objects, and nothing loaded for it."""
import os
import sys

import shim
from shim.backfill import cells
from tests import support
from tests.support import HERE, run_script

try:
    import mmap
except ImportError:     # Jython
    mmap = None

multiprocessing = shim.compat.multiprocessing       # before 2.6 perhaps that of processing

OWN = ('Pool', 'get_all_start_methods', 'get_context', 'get_start_method', 'set_start_method')
COMPLETED = ('connection', 'managers', 'reduction', 'resource_tracker', 'shared_memory', 'util')
# From which version on they are multiprocessing's own: before 3.7 functions, as there is no looking
# for the name of a module later; before the others they lack something.
PRIMITIVES = dict([(name, (3, 7)) for name in shim.primitives.OURS])
for name in ('Lock', 'RLock', 'Semaphore', 'BoundedSemaphore'):
    PRIMITIVES[name] = (3, 14)
PRIMITIVES['Queue'] = PRIMITIVES['JoinableQueue'] = (3, 8)
PRIMITIVES['SimpleQueue'] = (3, 9)
COMPLETE = {'synchronize': (3, 14), 'queues': (3, 9), 'sharedctypes': (3, 4)}       # the same for the submodules
if hasattr(sys, 'pypy_version_info'):
    COMPLETE['sharedctypes'] = (9,)     # its copy() copies the first item of an array
SUBMODULES = ('queues', 'sharedctypes', 'synchronize')

LOADED = '''
import sys
try:
    import multiprocessing
except ImportError:
    pass
before = set([name for name in sys.modules if sys.modules[name]])
import functools, six      # newer ones of it load that
before.update([name for name in sys.modules if sys.modules[name]])
import shim
more = [name for name in sys.modules if sys.modules[name] and name not in before]
sys.stdout.write(' '.join([name for name in more if name.split('.')[0] != 'shim']))
sys.stdout.write('\\n%d' % len([name for name in more if name.split('.')[0] == 'shim']))
'''

METHOD = '''
import sys
import shim
import tests.process_tasks as tasks

if __name__ == '__main__':
    way, name = sys.argv[1:]
    if way == 'set':
        shim.set_start_method(name)
        try:
            shim.set_start_method(name)
        except RuntimeError:
            sys.stdout.write('settled ')
    sys.stdout.write('%s %s ' % (shim.get_start_method(), shim.get_context()._name))
    sys.stdout.flush()
    process = shim.Process(target=tasks.tell_method)
    process.start()
    process.join()
    sys.stdout.write('%s' % process.exitcode)
'''

CHILD = '''
import sys
import shim

def tell():
    sys.stdout.write('%s %s\\n' % (shim.get_start_method(True), shim.get_context()._name))

if __name__ == '__main__':
    shim.set_start_method('spawn')
    process = shim.get_context('fork').Process(target=tell)
    process.start()
    process.join()
'''


class Names(support.TestCase):
    def test_all_there(self):
        self.assertEqual([name for name in shim.__all__ if not hasattr(shim, name)], [])
        for name in getattr(multiprocessing, '__all__', ()):
            self.assertTrue(hasattr(shim, name), name)

    def test_the_same_objects(self):
        if multiprocessing is None:
            support.skip('no multiprocessing here')
        if not support.THREADS:
            support.skip('the names are those of the context serial here: see the next test')
        own = list(OWN)
        if sys.version_info < (3, 14):      # given interrupt() and what else it lacks
            own.append('Process')
        if sys.version_info < (3, 3):
            own.append('allow_connection_pickling')
        if sys.version_info < (3, 4):
            own += ['active_children', 'cpu_count']
        if sys.version_info < (3, 8):
            own += ['parent_process', 'Pipe']
        if sys.version_info < (3, 14):
            own.append('Manager')
        if sys.version_info < (3, 15):
            own.append('set_forkserver_preload')
        if sys.version_info < (2, 6):
            own.append('log_to_stderr')
        own += [name for name in PRIMITIVES if sys.version_info < PRIMITIVES[name]]
        for name in getattr(multiprocessing, '__all__', ()):
            if name not in own:
                self.assertTrue(getattr(shim, name) is getattr(multiprocessing, name), name)
        self.assertTrue(issubclass(shim.Process, multiprocessing.Process))

    def test_they_work(self):
        if cells.WHY_NOT and shim.get_start_method() not in HERE:
            error = self.catch(NotImplementedError, shim.Lock)
            self.assertTrue(cells.WHY_NOT in str(error), error)
            return
        lock, event, queue = shim.Lock(), shim.Event(), shim.Queue()
        self.assertEqual(lock.locked(), False)
        self.assertTrue(lock.acquire())
        self.assertFalse(lock.acquire(False))
        lock.release()
        event.set()
        self.assertTrue(event.is_set())
        queue.put('text')
        self.assertEqual(queue.get(True, 20), 'text')
        process = shim.Process(target=abs, args=(-1,))
        process.start()
        process.join()
        self.assertEqual(process.exitcode, 0)

    def test_reducer(self):
        self.assertTrue(hasattr(shim.reducer, 'register'))
        self.assertTrue(shim.get_context().reducer.ForkingPickler is shim.reducer.ForkingPickler)

    def test_completed_submodules(self):
        for name in COMPLETED:
            if name == 'shared_memory' and mmap is None:
                self.catch(ImportError, __import__, 'shim.shared_memory', None, None, [name])
                continue
            module = __import__('shim.' + name, None, None, [name])
            added = __import__('shim.backfill.' + name, None, None, [name])
            self.assertTrue(getattr(shim, name) is module)
            if not added.__all__:
                self.assertTrue(module is shim.compat.submodule(name), name)
            for source in (added.real, added):
                for each in getattr(source, '__all__', ()):
                    self.assertTrue(hasattr(module, each), '%s.%s' % (name, each))
            for each in added.__all__:
                self.assertTrue(getattr(module, each) is getattr(added, each), each)
            if sys.version_info >= (3, 15):
                self.assertEqual(added.__all__, [])

    def test_submodules(self):
        for name in SUBMODULES:
            module = 'shim.' + name
            if shim.primitives.lacking(name) or sys.version_info < COMPLETE.get(name, ()):
                found = __import__(module, None, None, [name])
                for each in shim.primitives.HOMES[name][1]:
                    if each != 'Barrier' or found.__name__ != module:
                        self.assertTrue(hasattr(found, each), each)
                continue
            expected = shim.compat.submodule(name)
            self.assertTrue(__import__(module, None, None, [name]) is expected, name)
            self.assertTrue(getattr(shim, name) is expected, name)

    def test_own_submodules(self):
        for name, names in (
                ('pool', ['Pool', 'ThreadPool', 'AsyncResult', 'MapResult', 'IMapIterator']),
                ('process', ['BaseProcess', 'current_process', 'active_children',
                             'parent_process']),
                ('context', ['TimeoutError', 'ProcessError', 'BufferTooShort',
                             'AuthenticationError', 'Process'])):
            module = __import__('shim.' + name, None, None, [name])
            if name != 'pool' and hasattr(multiprocessing, 'context'):
                real = shim.compat.submodule(name)
                names += [each for each in dir(real) if not each.startswith('_')]
            for each in names:
                self.assertTrue(hasattr(module, each), '%s.%s' % (name, each))

    def test_dummy(self):
        from shim import dummy
        for name in getattr(shim.alias.found('dummy'), '__all__', ['Process', 'Pipe', 'Lock']):
            self.assertTrue(hasattr(dummy, name), name)
        if not support.THREADS:
            self.catch(ValueError, dummy.Pool, 2)
            return
        pool = dummy.Pool(2)
        try:
            self.assertTrue(isinstance(pool, shim.pool.ThreadPool))
            self.assertEqual(pool.map(os.path.basename, ['a/b']), ['b'])
        finally:
            pool.terminate()

    def test_nothing_else_is_loaded(self):
        if sys.version_info < (2, 6) or multiprocessing is None:
            support.skip('no multiprocessing in its standard library to compare with')
        status, out, err, _seconds = run_script(LOADED)
        others, count = out.split('\n')
        # Until 3.4 what a child is not to inherit has to be said: a part of the interpreter's, in C.
        self.assertTrue((status, others) in ((0, ''), (0, ['fcntl', ''][hasattr(os, 'set_inheritable')])),
                        out + err)
        self.assertLess(int(count), 17)


class Methods(support.TestCase):
    deadline = 150

    def setUp(self):
        shim.set_start_method(None, True)       # whatever other tests have settled

    def told(self, way, name):
        environ = {'SHIM_START_METHOD': ''}
        if way == 'environment':
            environ['SHIM_START_METHOD'] = name
        status, out, err, _seconds = run_script(METHOD, args=[way, name], env=environ)
        self.assertEqual((status, err), (0, ''), out)
        return out.split()

    def test_chosen(self):
        from shim.context import unavailable
        for name in shim.context.METHODS:
            if unavailable(name):
                self.catch(ValueError, shim.set_start_method, name)
                continue
            for way in ('set', 'environment'):
                out = self.told(way, name)
                if way == 'set':
                    self.assertEqual(out.pop(0), 'settled')
                self.assertEqual(out[:2], [name, name])
                self.assertEqual(out[-1], '0')
                if sys.version_info >= (3, 4) and name != 'interpreter':
                    # Process is multiprocessing's, and follows.
                    expected = name
                    if way == 'set' and name in support.OURS:   # multiprocessing's name
                        expected = 'spawn'
                    self.assertEqual(out[2:4], [expected, str(name in ('thread', 'serial'))], way)

    def test_unknown(self):
        for function in (shim.get_context, shim.set_start_method):
            error = self.catch(ValueError, function, 'nosuch')
            self.assertIn('serial', str(error))

    def test_concrete_contexts(self):
        context, other = shim.get_context('serial'), shim.get_all_start_methods()[0]
        self.assertTrue(context.get_context() is context)
        self.assertTrue(context.get_context(other) is shim.get_context(other))
        self.assertEqual(context.get_start_method(), 'serial')
        self.catch(ValueError, context.set_start_method, 'serial')

    def test_subclasses_of_the_stdlibs(self):
        if not hasattr(multiprocessing, 'get_context'):
            support.skip('multiprocessing has contexts from 3.4 on')
        support.needs_processes()
        for name in multiprocessing.get_all_start_methods():
            self.assertTrue(isinstance(shim.get_context(name),
                                       type(multiprocessing.get_context(name))))
        self.assertEqual(shim.get_all_start_methods()[:3],
                         multiprocessing.get_all_start_methods())

    def test_the_stdlibs_executor_takes_them(self):
        if sys.version_info < (3, 7):
            support.skip('mp_context= is 3.7+')
        support.needs_processes()
        self.execute(shim.get_context('fork'))
        try:
            self.execute(multiprocessing.get_context('spawn'))
        except AttributeError:      # PyPy 3.9.16
            support.skip("the executor of this interpreter fails on the stdlib's own spawn")
        for name in ('spawn', 'forkserver', 'subprocess'):
            self.execute(shim.get_context(name))

    def execute(self, context):
        from concurrent.futures import ProcessPoolExecutor
        executor = ProcessPoolExecutor(2, mp_context=context)
        try:
            self.assertEqual(list(executor.map(abs, [-1, -2, -3])), [1, 2, 3], context)
        finally:
            executor.shutdown()

    def test_set_by_multiprocessing(self):
        if not hasattr(multiprocessing, 'get_context'):
            support.skip('multiprocessing has contexts from 3.4 on')
        support.needs_processes()
        status, out, err, _seconds = run_script(CHILD)
        self.assertEqual((status, out), (0, 'fork fork\n'), err)
