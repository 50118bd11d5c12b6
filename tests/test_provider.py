"""provider(): the order in which libraries are taken, with what there is here really not there."""
import os
import pickle
import sys

import shim
from shim import compat, context, cpus, providers
from tests import support
from tests.promises import scratch
from tests.support import run_script

# Runs at the start of each interpreter, those of workers included.
WITHOUT = '''
import sys
for name in %r:
    sys.modules[name] = None
import os
if %r:
    del os.kill
'''
# On all cores: so many tasks wait for one another.
PROGRAM = '''
import os, sys
import shim
from tests import tasks

def here(item):
    tasks.meet(*item)
    return os.getpid()

def main():
    found = shim.provider()
    size = shim.cpus.usable()
    pool = shim.Pool()
    try:
        pids = pool.map(here, [(sys.argv[1], n, size) for n in range(size)], 1)
    finally:
        pool.terminate()
    sys.stdout.write('%s\\n%s\\n%s\\n%d %d\\n' % (
        found.name, found.version, found.reason, len(set(pids)), os.getpid() in pids))

if __name__ == '__main__':
    main()
'''
NAMES = 'multiprocessing', 'processing', 'pp'


def importable(name):
    try:
        __import__(name)
        return True
    except Exception:       # one for another version may be a SyntaxError
        return False


class Order(support.TestCase):
    deadline = 100

    def run_without(self, names, kill=False, **environ):
        """The lines of PROGRAM where there are no such modules (and no os.kill)."""
        path = scratch(self, 'sitecustomize.py')
        stream = open(path, 'w')
        stream.write(WITHOUT % (tuple(names), kill))
        stream.close()
        folder = os.path.dirname(path)
        meeting = os.path.join(folder, 'meeting')
        os.mkdir(meeting)
        paths = [folder, support.ROOT, os.environ.get('PYTHONPATH', '')]
        environ = dict({'SHIM_START_METHOD': '', 'PYTHONPATH': os.pathsep.join(paths),
                        'JYTHONPATH': os.pathsep.join(paths)}, **environ)
        status, out, err, _seconds = run_script(PROGRAM, args=[meeting], env=environ, timeout=80)
        self.assertEqual((status, out.count('\n')), (0, 4), out + err)
        return out.split('\n')[:4]

    def check_processes(self, said):
        self.assertEqual(said, '%d 0' % cpus.usable())

    def test_what_there_is(self):
        name, version, reason, pids = self.run_without([])
        expected = [each for each in NAMES if importable(each)][:1] or ['subprocess']
        self.assertEqual(name, expected[0])
        if name in ('processing', 'pp') or compat.BACKPORT:
            self.assertEqual(version, __import__(name).__version__)
        else:
            self.assertEqual(version, '%d.%d.%d' % sys.version_info[:3])
        if name == 'multiprocessing' and not compat.BACKPORT:
            self.assertEqual(reason, "it is the default of this interpreter's multiprocessing")
        if compat.BACKPORT:
            self.assertIn('backport', reason)
        self.check_processes(pids)

    def test_processing(self):
        if not importable('processing') or sys.version_info >= (2, 6):
            support.skip('NOT TESTED HERE: processing 0.52 is for 2.4 and 2.5, and to be installed')
        name, version, reason, pids = self.run_without(['multiprocessing'])
        self.assertEqual((name, version), ('processing', '0.52'))
        self.assertIn('no multiprocessing (', reason)
        self.check_processes(pids)

    def test_pp(self):
        if not importable('pp'):
            support.skip('NOT TESTED HERE: there is no pp that can be imported')
        name, version, reason, pids = self.run_without(NAMES[:2])
        self.assertEqual((name, version), ('pp', __import__('pp').__version__))
        self.assertIn('no multiprocessing (', reason)
        self.assertIn('no processing (', reason)
        self.check_processes(pids)

    def test_subprocess(self):
        name, version, reason, pids = self.run_without(NAMES)
        self.assertEqual((name, version), ('subprocess', '%d.%d.%d' % sys.version_info[:3]))
        for each in NAMES:
            self.assertIn('no %s (' % each, reason)
        self.check_processes(pids)

    def test_threads(self):
        if os.name == 'java':
            support.skip('Jython needs os.kill itself')
        name, version, reason, pids = self.run_without(NAMES, kill=True)
        self.assertEqual((name, pids), ('threading', '1 1'))
        self.assertIn('no subprocess (', reason)

    def test_chosen_by_the_environment(self):
        name, version, reason, pids = self.run_without([], SHIM_START_METHOD='thread')
        self.assertEqual((name, reason, pids), (
            'threading', 'the environment variable SHIM_START_METHOD says so', '1 1'))


class Provider(support.TestCase):

    def test_chosen_by_the_program(self):
        self.addCleanup(shim.set_start_method, None, True)
        for name, library in (('serial', 'serial'), ('subprocess', 'subprocess')):
            if context.unavailable(name) or context.first() == name:
                continue
            shim.set_start_method(name, True)
            found = shim.provider()
            self.assertEqual((found.name, found.reason), (
                library, 'set_start_method() has chosen it'))

    def test_what_it_is(self):
        found = shim.provider()
        self.assertEqual(found, (found.name, found.version, found.reason))
        self.assertEqual(str(found), '%s %s: %s' % found)
        self.assertEqual(eval(repr(found), {'Provider': providers.Provider}), found)
        again = pickle.loads(pickle.dumps(found, 2))
        self.assertEqual((type(again), again), (providers.Provider, found))
        self.assertTrue('provider' in shim.__all__)

    def test_settled_is_not_chosen(self):
        reason = shim.provider().reason
        self.addCleanup(shim.set_start_method, None, True)
        shim.get_start_method()
        self.assertEqual(shim.provider().reason, reason)

    def test_looked_for_without_an_import(self):
        sys.modules.pop('shim_no_such_thing', None)
        self.assertFalse(compat.findable('shim_no_such_thing'))
        path = scratch(self, 'shim_no_such_thing.py')
        stream = open(path, 'w')
        stream.write('raise ValueError')
        stream.close()
        sys.path.insert(0, os.path.dirname(path))
        try:
            self.assertTrue(compat.findable('shim_no_such_thing'))
        finally:
            del sys.path[0]
        self.assertNotIn('shim_no_such_thing', sys.modules)
