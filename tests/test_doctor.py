"""python -m shim: what the doctor says is so, and what does not work is found."""
import os
import sys
import tempfile
import textwrap

import six

import shim
from shim import context, cpus
from shim.commands import doctor, machine, probe
from tests import support

try:
    import json
except ImportError:     # before 2.6
    json = None

PROGRAM = '''
import sys
from shim.commands import main

if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
'''
# What a trial does before it answers: something of shim is broken there.
BROKEN = '''
import sys
sys.path[:] = %%r
from shim.commands import counting, probe
import os, shim, subprocess, time
%s
probe.answer(%%r)
'''


def parse(text):
    """The object that a JSON text is; where there is no json, by its likeness to Python."""
    if json is not None:
        return json.loads(text)
    return eval(text, {'true': True, 'false': False, 'null': None})


class TestProgram(support.TestCase):
    deadline = 120

    def run_doctor(self, *arguments, **environ):
        return support.run_script(PROGRAM, args=arguments, env=environ, timeout=100)[:3]

    def found(self, **environ):
        status, out, err = self.run_doctor('--json', **environ)
        self.assertEqual((err, out.count('\n')), ('', 1))
        return status, parse(out)

    def test_json(self):
        status, found = self.found()
        self.assertEqual(status, 0)
        names = list(found['contexts'])
        working = [name for name in names if found['contexts'][name]['works']]
        self.assertEqual(sorted(names), sorted(context.METHODS))
        self.assertEqual(sorted(working), sorted(shim.get_all_start_methods()), repr(found))
        for name in names:
            told = found['contexts'][name]
            self.assertEqual(told['works'], told['pool'] and told['process'])
            self.assertEqual(bool(told['reason']), not told['works'])
            if name not in working:
                self.assertTrue(told['remedy'] and told['reason'] in context.unavailable(name))
        self.assertEqual(found['default']['works'], True)
        self.assertTrue(found['default']['name'] in working)
        self.assertEqual(found['shim'], shim.__version__)
        self.assertEqual([found['provider'][key] for key in ('name', 'version', 'reason')],
                         list(shim.provider()))
        self.assertEqual(found['interpreter']['version'], sys.version.split()[0])
        self.assertEqual(found['interpreter']['executable'], sys.executable)
        self.assertEqual(found['interpreter']['gil'], getattr(
            sys, '_is_gil_enabled', lambda: os.name != 'java')())
        self.assertEqual(found['cores']['usable'], cpus.usable())
        self.assertEqual(found['libraries']['six'], six.__version__)
        self.assertEqual(found['libraries']['tqdm'] is None, not importable('tqdm'))
        self.assertEqual(sorted(found['clusters']), sorted(context.CLUSTERS))
        for name in context.CLUSTERS:
            self.assertEqual(found['clusters'][name], importable(doctor.CLUSTERS[name][0]))

    def test_text(self):
        status, out, err = self.run_doctor()
        self.assertEqual((status, err), (0, ''))
        lines = out.split('\nlibraries:')[0].splitlines()
        for name in context.METHODS:
            said = [line for line in lines if line.startswith('  %s ' % name)]
            self.assertEqual(len(said), 1, out)
            expected = ' no: '
            if name in shim.get_all_start_methods():
                expected = ' works (tried in '
            self.assertTrue(expected in said[0], out)
        self.assertTrue('cores: %d for this process (' % cpus.usable() in out, out)
        self.assertTrue('\ndefault: %s: ' % shim.get_all_start_methods()[0] in out, out)
        found = shim.provider()
        self.assertTrue('\nprovided by %s %s\n' % (found.name, found.version) in out, out)
        self.assertFalse('NOT WORK' in out, out)

    def test_default_of_the_environment(self):
        status, found = self.found(SHIM_START_METHOD='serial')
        self.assertEqual((status, found['default']), (0, {
            'name': 'serial', 'works': True,
            'reason': 'the environment variable SHIM_START_METHOD says so'}))

    def test_cluster_as_the_default(self):
        here = importable('distributed')
        status, found = self.found(SHIM_START_METHOD='dask')
        self.assertEqual((status, found['default']), (int(not here), {
            'name': 'dask', 'works': here, 'reason': 'the environment variable SHIM_START_METHOD'
            ' says so; it is not tried here'}))
        out = self.run_doctor()[1]
        lines = out.split('\ncontexts of clusters, not tried:\n')[1].split('\n\n')[0].splitlines()
        for name in context.CLUSTERS:
            said = [line for line in lines if line.startswith('  %s ' % name)][0]
            self.assertTrue(['missing', 'here'][found['clusters'][name]] in said, out)

    def test_default_that_there_is_not(self):
        status, out, err = self.run_doctor(SHIM_START_METHOD='nonsense')
        self.assertEqual((status, err), (1, ''))
        self.assertTrue('default: nonsense: the environment variable SHIM_START_METHOD says so, but'
                        ' there are' in out, out)
        self.assertTrue('IT DOES NOT WORK HERE' in out, out)

    def test_default_that_is_not_here(self):
        missing = [name for name in context.METHODS if context.unavailable(name)]
        if not missing:
            support.skip('all contexts work here')
        status, found = self.found(SHIM_START_METHOD=missing[0])
        self.assertEqual((status, found['default']['name'], found['default']['works']),
                         (1, missing[0], False))

    def test_usage(self):
        status, out, err = self.run_doctor('doctor', 'nonsense')
        self.assertEqual((status, out), (2, ''))
        self.assertTrue('python -m shim' in err and 'Traceback' not in err, err)


def importable(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False


class TestTrial(support.TestCase):
    """A context that does not work is seen not to."""

    def setUp(self):
        self.addCleanup(setattr, probe, 'START', probe.START)

    def told(self, name, broken, limit=60):
        support.needs_processes()
        probe.START = BROKEN % broken
        trial = probe.Trial(name, limit)
        self.addCleanup(trial.kill)
        self.assertTrue(support.wait_until(trial.over, limit + 30))
        self.assertFalse(trial.process.poll() is None)
        return trial.told()

    def check(self, told, pool, process, *texts):
        self.assertEqual((told['works'], told['pool'], told['process']),
                         (pool and process, pool, process), repr(told))
        for text in texts:
            self.assertTrue(text in told['reason'], repr(told))

    def test_all_well(self):
        for name in ('thread', 'serial'):
            told = self.told(name, 'sys.stdout.write("others write, too\\n")')
            self.check(told, True, True)
            self.assertEqual(told['reason'], None)
            self.assertTrue(told['seconds'] > 0)

    def test_wrong_result(self):
        self.check(self.told('thread', 'counting.count_primes = lambda start: (start, 1)'),
                   False, True, 'Pool: AssertionError', 'wrong')

    def test_process_does_not_run(self):
        told = self.told('thread', 'kind = shim.get_context("thread").Process\n'
                                   'kind.run = lambda self: None')
        self.check(told, True, False, 'Process: AssertionError', 'ended with 0 instead of 7')

    def test_runs_in_the_program_itself(self):
        told = self.told('subprocess', 'thread = shim.get_context("thread")\n'
                                       'shim.get_context = lambda name: thread')
        self.check(told, False, False, 'in the program itself')

    def test_unknown(self):
        self.check(self.told('nonsense', ''), False, False, 'ValueError', "'nonsense'")

    def test_dies(self):
        told = self.told('thread', 'sys.stderr.write("last words\\n")\nsys.stderr.flush()\n'
                                   'os._exit(3)')
        self.check(told, False, False, 'ended with 3, after: last words')

    def test_dies_between(self):
        told = self.told('thread', 'kind = shim.get_context("thread").Process\n'
                                   'kind.start = lambda self: os._exit(4)')
        self.check(told, True, False, 'Process: ', 'ended with 4')

    def test_hangs(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(os.rmdir, folder)
        path = os.path.join(folder, 'pid')
        clock = support.Elapsed()
        told = self.told('thread', textwrap.dedent('''\
            child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
            stream = open(%r, 'w')
            stream.write('%%d.' %% child.pid)
            stream.close()
            time.sleep(60)''' % path).replace('%', '%%'), 5)
        self.check(told, False, False, 'no answer within 5 s')
        self.assertTrue(clock.seconds < 40, clock.seconds)
        self.assertEqual(told['seconds'], None)
        pid = support.read_text(path)
        os.unlink(path)
        self.assertEqual(pid[-1:], '.')
        # What the trial had started ends with it.
        if hasattr(os, 'killpg'):
            self.assertTrue(support.wait_until(lambda: not support.alive(int(pid[:-1])), 5))


class TestFound(support.TestCase):

    def setUp(self):
        self.addCleanup(setattr, doctor, 'try_all', doctor.try_all)

    def status(self, **changes):
        """The exit status if the default context told that."""
        told = {'works': True, 'pool': True, 'process': True, 'seconds': 0.5, 'reason': None,
                'here': False}
        contexts = dict([(name, dict(told)) for name in context.METHODS])
        contexts[context.default_name()].update(changes)
        doctor.try_all = lambda names, deadline: contexts
        before, sys.stdout = sys.stdout, six.StringIO()
        try:
            return doctor.main([]), sys.stdout.getvalue()
        finally:
            sys.stdout = before

    def test_status(self):
        self.assertEqual(self.status()[0], 0)
        for changes in ({'pool': False, 'process': False}, {'process': False}):
            changes.update({'works': False, 'reason': 'BROKEN BY THIS TEST'})
            status, out = self.status(**changes)
            self.assertEqual(status, 1)
            self.assertTrue('BROKEN BY' in out and 'IT DOES NOT WORK HERE' in out, out)

    def test_try_all(self):
        told = doctor.try_all(['serial', 'nonsense', 'thread'], 60)
        self.assertEqual(dict([(name, told[name]['works']) for name in told]),
                         {'serial': True, 'nonsense': False, 'thread': support.THREADS})

    def test_no_other_process(self):
        def refuse(name, limit):
            raise OSError('none for this test')
        self.addCleanup(setattr, probe, 'Trial', probe.Trial)
        probe.Trial = refuse
        told = doctor.try_all(context.METHODS, 60)
        for name in context.METHODS:
            self.assertEqual(told[name]['here'], True)
            self.assertEqual(told[name]['works'],
                             name == 'serial' or name == 'thread' and support.THREADS
                             or name == 'interpreter' and context.unavailable(name) is None)
        self.assertTrue('none for this test' in told['fork']['reason'])
        lines = '\n'.join(doctor.report(doctor.examine(60)))
        self.assertTrue('s, in this process, as no' in lines, lines)

    def test_recommended(self):
        # What this very interpreter is told, and what one is whose GIL is the other way round.
        works = dict([(name, {'works': True}) for name in context.METHODS])
        about = machine.interpreter()
        for gil in (about['gil'], not about['gil']):
            told = doctor.recommended(dict(about, gil=gil), works)
            if gil or context.default_name() == 'thread':
                self.assertEqual(told, None)
            else:
                self.assertEqual(told['name'], 'thread')
                self.assertTrue('side by side' in told['reason'], told)
        works['thread']['works'] = False
        self.assertEqual(doctor.recommended(dict(about, gil=False), works), None)

    def test_recommended_is_not_chosen(self):
        lines = '\n'.join(doctor.report(doctor.examine(60)))
        recommends = '\nrecommended: thread: ' in lines
        if support.NO_PROCESSES or not support.THREADS or os.environ.get('SHIM_START_METHOD'):
            self.assertFalse(recommends, lines)
        else:
            self.assertEqual(recommends, not machine.interpreter()['gil'], lines)
            self.assertNotEqual(context.default_name(), 'thread')

    def test_version(self):
        class Library(object):
            __version__ = '1.2'
        for library, expected in ((Library, '1.2'), (object, ''), (None, None)):
            sys.modules['shim_no_such_library'] = library
            try:
                self.assertEqual(doctor.version('shim_no_such_library'), expected)
            finally:
                del sys.modules['shim_no_such_library']
        self.assertEqual(doctor.version('shim_no_such_library'), None)

    def test_as_json(self):
        text = support.b('"\\ \n\t/\x00\x7f caf\xc3\xa9 \xf0\x9f\x98\x80').decode('utf-8')
        value = {'a': [1, -2, 0.5, 1e20, None, True, False, {}, [], ''], text: text}
        said = doctor.as_json(value)
        self.assertEqual(said.encode('ascii').decode('ascii'), said)
        self.assertTrue(r'\u000a' in said and r'\ud83d\ude00' in said, said)
        if json is not None:
            self.assertEqual(json.loads(said), value)

    def test_gil(self):
        for gil, build, expected in ((True, False, 'GIL: on: threads take turns'),
                                     (False, True, 'GIL: off: threads run side by side'),
                                     (False, False, 'GIL: none: threads run side by side'),
                                     (True, True, 'GIL: on, though this build can do without it')):
            about = dict(machine.interpreter(), **{'gil': gil, 'free_threaded_build': build})
            self.assertEqual(machine.describe(about)[1][:len(expected)], expected)

    def test_cores(self):
        found = {'usable': 3, 'machine': 64, 'affinity': None, 'quota': 10.05, 'override': '3'}
        self.assertEqual(machine.describe_cores(found), 'cores: 3 for this process (the machine has'
                         " 64, the cgroup's quota is 10.05, PYTHON_CPU_COUNT is 3)")
