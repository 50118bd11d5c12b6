"""Public names and submodules that an older multiprocessing lacks, or knows less arguments of."""
import os
import pickle
import sys

import shim
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
        if sys.version_info < (3, 4):
            self.catch(NotImplementedError, shim.set_forkserver_preload, ['os'])
            support.skip('forkserver is 3.4+')
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

    def test_executable(self):
        support.needs_processes()
        folder = support.tempfile.mkdtemp()
        self.addCleanup(support.shutil.rmtree, folder, True)
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
