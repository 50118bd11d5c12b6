"""Public names and submodules that an older multiprocessing lacks, or knows less arguments of."""
import os
import pickle
import shutil
import sys
import tempfile

import shim
from shim import connection
from tests import support
from tests.support import run_script

PRELOAD = '''
import sys
import shim

def loaded(name):
    sys.stdout.write('%s ' % (name in sys.modules))
    sys.stdout.flush()

if __name__ == '__main__':
    context = shim.get_context('forkserver')
    context.set_forkserver_preload(['__main__', 'nosuch', 'colorsys'], on_error=sys.argv[1])
    process = context.Process(target=loaded, args=('colorsys',))
    try:
        process.start()
    except (EOFError, OSError):
        sys.stdout.write('failed')
    else:
        process.join()
        sys.stdout.write('%s' % process.exitcode)
'''

EXECUTABLE = '''
import os, sys
import shim

def say():
    sys.stdout.write(' '.join(sys.argv[-1:] + [os.environ.get('CHOSEN', 'no')]))

if __name__ == '__main__':
    shim.freeze_support()
    shim.allow_connection_pickling()
    context = shim.get_context('subprocess')
    context.set_executable(sys.argv[1])
    process = context.Process(target=say)
    process.start()
    process.join()
'''


class Thing(object):
    def __init__(self, value):
        self.value = value

    def method(self):
        return self.value


def rebuild(value):
    return Thing(value + 1)


class Names(support.TestCase):
    deadline = 60

    def test_preload(self):
        if sys.version_info < (3, 4):       # there is no server to do so, but it is the same call
            self.catch(TypeError, shim.set_forkserver_preload, [1])
            self.catch(ValueError, shim.set_forkserver_preload, ['os'], on_error='nosuch')
            self.assertEqual(shim.set_forkserver_preload(['os'], on_error='fail'), None)
            self.assertFalse('SHIM_PRELOAD' in os.environ)
            return
        support.needs_fork()
        context = shim.get_context('forkserver')
        self.catch(TypeError, context.set_forkserver_preload, [1])
        self.catch(ValueError, context.set_forkserver_preload, ['os'], on_error='nosuch')
        for on_error, expected, noise in (
                ('ignore', 'True 0', ''), ('warn', 'True 0', 'nosuch'),
                ('fail', 'failed', 'nosuch')):
            status, out, err, _seconds = run_script(
                PRELOAD, args=[on_error], options=['-Walways::ImportWarning'])
            self.assertEqual((status, out), (0, expected), err)
            self.assertIn(noise, err)

    def test_processes(self):
        """Each start method has a class of its own, wherever its context is."""
        from shim import context
        support.needs_fork()
        for name in ('ForkProcess', 'SpawnProcess', 'ForkServerProcess'):
            process = getattr(context, name)(target=sys.exit, args=(4,))
            process.start()
            process.join(30)
            self.assertEqual((name, process.exitcode), (name, 4))

    def test_forked(self):
        from shim.context import ForkProcess
        support.needs_fork()
        near, far = shim.Pipe()
        parent, names = os.getpid(), []

        def tell():
            names.append('changed')
            near.send((shim.current_process().name, shim.parent_process().pid == parent))
            os.kill(os.getpid(), 9)

        process = ForkProcess(target=tell, name='forked')
        process.start()
        self.assertEqual(connection.wait([process.sentinel], 20), [process.sentinel])
        process.join(20)
        self.assertEqual((far.recv(), process.exitcode, names), (('forked', True), -9, []))
        self.assertFalse(process in shim.active_children())
        waits = ForkProcess(target=near.recv)
        waits.daemon = True
        waits.start()
        self.assertEqual((waits.is_alive(), waits.exitcode), (True, None))
        self.assertTrue(waits in shim.active_children())
        waits.terminate()
        waits.join(20)
        self.assertEqual(waits.exitcode, -15)

    def test_base_context(self):
        from shim.context import BaseContext
        for name in shim.get_all_start_methods():
            context = shim.get_context(name)
            self.assertTrue(isinstance(context, BaseContext))
            self.assertTrue(context.ProcessError is shim.ProcessError)
            self.assertTrue(context.AuthenticationError is shim.AuthenticationError)
            self.assertTrue(hasattr(context.reducer, 'ForkingPickler'))

    def test_executable(self):
        support.needs_processes()
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder, True)
        path = os.path.join(folder, 'python')
        stream = open(path, 'w')
        stream.write('#!/bin/sh\nCHOSEN=yes exec "%s" "$@"\n' % sys.executable)
        stream.close()
        os.chmod(path, 493)
        status, out, err, _seconds = run_script(EXECUTABLE, args=[path])
        self.assertEqual((status, out.split()[-1:]), (0, ['yes']), err)

    def test_forking_pickler(self):
        from shim.reduction import ForkingPickler, dump, register
        self.assertEqual(ForkingPickler.loads(ForkingPickler.dumps([1, 'a'])), [1, 'a'])
        method = ForkingPickler.loads(ForkingPickler.dumps(Thing(3).method))
        self.assertEqual(method(), 3)
        register(Thing, lambda thing: (rebuild, (thing.value,)))
        try:
            self.assertEqual(ForkingPickler.loads(ForkingPickler.dumps(Thing(1))).value, 2)
        finally:
            support.six.moves.copyreg.dispatch_table.pop(Thing, None)
            getattr(ForkingPickler, '_extra_reducers', {}).pop(Thing, None)
        stream = shim.compat.bytes_io()
        dump({'a': 1}, stream)
        self.assertEqual(pickle.loads(stream.getvalue()), {'a': 1})

    def test_resource_tracker(self):
        from shim import resource_tracker
        for name in ('ensure_running', 'register', 'unregister'):
            self.assertTrue(hasattr(resource_tracker, name))
        try:
            from shim.shared_memory import SharedMemory
        except ImportError:
            support.skip('no shared memory here')
        made = SharedMemory(create=True, size=1)
        resource_tracker.unregister(made._name, 'shared_memory')
        resource_tracker.register(made._name, 'shared_memory')
        made.close()
        made.unlink()
