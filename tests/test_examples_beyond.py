"""The examples of other interpreters, of Twisted and of clusters; and the one of all contexts."""
import os
import re
import sys

import shim
from shim import context
from tests import ppservers, schedulers, support
from tests.example_case import FOLDER, Example
from tests.other_pythons import other
from tests.support import VARIANTS, EngineTestCase, each_engine, skip

class TestJit(Example):
    deadline = 300

    def test_faster(self):
        path, times = other('a PyPy').path, []
        enough = [5, 0.1]['__pypy__' in sys.builtin_module_names]       # or is the JIT here, too?
        while len(times) < 3 and max([0] + times) < enough:     # others may be at work
            status, out, err = self.run_example('jit_workers', '--executable', path)
            self.assertEqual((status, err), (0, ''), out)
            times += [float(found) for found in
                      re.findall(r'(?m)^PyPy .*, (\d+\.\d) times as fast$', out)]
        self.assertTrue(max(times) >= enough, times)

    def test_not_there(self):
        support.needs_processes()
        status, out, err = self.run_example(
            'jit_workers', '--below', '2000', '--executable', 'nosuch-pypy')
        self.assertEqual((status, len(out.splitlines())), (1, 1), err)
        self.assertTrue(err.startswith("'nosuch-pypy': there is no such program"), err)


class TestTwisted(Example):
    """With workers of Ampoule's, and with others."""

    def program(self, method):
        reason = shim.context.unavailable('ampoule') or shim.context.unavailable(method)
        if reason:
            skip('NOT TESTED: %s' % reason)
        status, out, err = self.run_example('twisted_ampoule', '--method', method, '--jobs', '3')
        self.assertEqual((status, err), (0, ''))
        # So little may be done before the clock of the program ticks; Ampoule's start takes longer.
        if method != 'ampoule':
            out = out.replace('went on: False', 'went on: True')
        self.assertEqual(out, 'primes: 303 367 430\ncounted here: %s\nfailed: no\n'
                         'the reactor went on: True\n' % (method == 'thread'))

    def test_ampoule(self):
        self.program('ampoule')

    def test_fork(self):
        self.program('fork')

    def test_thread(self):
        self.program('thread')


class TestClusters(Example):
    """The same program everywhere, one line different."""

    deadline = 170

    def check(self, name, *args):
        status, out, err = self.run_example(name, '--darts', '2000', *args)
        self.assertEqual(status, 0, out + err)
        self.assertTrue(out.startswith('pi is about 3.1'), out)
        mine, others = re.search(r'this process: (\d+), worked in: ([\d ]+)', out).groups()
        self.assertNotIn(mine, others.split())
        return out.split('\n')[0]

    def check_cluster(self, name):
        reason = schedulers.unavailable(name)
        if reason:
            skip(reason)
        self.check('cluster_' + name)

    def test_dask(self):
        self.check_cluster('dask')

    def test_dask_by_address(self):
        if schedulers.unavailable('dask'):
            skip(schedulers.unavailable('dask'))
        self.check('cluster_dask', '--address', schedulers.environment('dask')['SHIM_DASK'])

    def test_ray(self):
        self.check_cluster('ray')

    def test_mpi(self):
        self.check_cluster('mpi')

    def test_pp(self):
        if context.unavailable('pp'):
            skip(context.unavailable('pp'))
        self.check('cluster_pp')

    def test_pp_by_servers(self):
        if ppservers.why_not():
            skip(ppservers.why_not())
        support.needs_closures()
        server = ppservers.Ppserver()
        self.addCleanup(server.end)
        options = ['--servers', server.address, '--secret']
        self.check('cluster_pp', *(options + [ppservers.SECRET]))
        status, out, err = self.run_example('cluster_pp', *(options + ['wrong']))
        self.assertEqual((status, out), (2, ''))
        self.assertTrue('has another secret' in err, err)

    def test_mpi_by_mpiexec(self):
        if schedulers.unavailable('mpi'):
            skip(schedulers.unavailable('mpi'))
        path = os.path.join(FOLDER, 'cluster_mpi.py')
        status, out, err, _seconds = support.run_script(MPIEXEC, args=[path, '--darts', '2000'])
        self.assertEqual((status, out[:15]), (0, 'pi is about 3.1'), err)
        self.assertEqual(len(re.search(r'worked in: ([\d ]+)', out).group(1).split()), 2)

    def test_locally(self):
        if support.unavailable('fork'):
            skip(support.unavailable('fork'))
        said = [self.check('cluster_' + name, '--method', 'fork')
                for name in ('dask', 'ray', 'mpi', 'pp')]
        self.assertEqual(len(set(said)), 1, said)


# `mpiexec -n 3 python -m mpi4py.futures ...`
MPIEXEC = '''
import subprocess, sys
sys.exit(subprocess.call(['mpiexec', '-n', '3', sys.executable, '-m', 'mpi4py.futures']
                         + sys.argv[1:]))
'''


class Wordcount(Example):
    """The same bytes, whoever counts."""

    deadline = 170

    def setUp(self):
        Example.setUp(self)
        EngineTestCase.setUp(self)

    def test_same_bytes(self):
        if self.variant == 'pp_server':     # for what is in __main__
            support.needs_closures()
        for number in range(12):
            self.write('%d.txt' % number, 'some words, more Words and stra\xc3\x9fe ' * number)
        said = []
        for method in ('serial', self.engine):
            status, out, err = self.run_example(
                'multicore_wordcount', '--method', method, '--workers', '2', self.folder)
            self.assertEqual((status, err), (0, ''), out)
            # All but how long it took.
            said.append([line for line in out.splitlines() if 'one process: ' not in line])
        self.assertTrue(len(said[0]) > 5, said)
        self.assertEqual(said[1], said[0])


ALL = ['fork', 'spawn', 'forkserver', 'subprocess', 'thread', 'interpreter', 'pp', 'ampoule',
       'ampoule_remote', 'pp_server', 'executor', 'dask', 'ray', 'mpi']
each_engine(globals(), Wordcount, variants=[
    name for name in ALL if name in VARIANTS or not os.environ.get('SHIM_VARIANTS')])
del Wordcount       # the body, not a test of its own
