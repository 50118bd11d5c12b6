"""Promise 18: how many workers a pool has by default."""
import os
import sys

import shim
from shim import cpus
from tests import support
from tests.promises import scratch

DEFAULT_SIZE = '''
import os, subprocess, sys
if len(sys.argv) > 2:
    # Before anything else: let this process use one processor only.
    if hasattr(os, 'sched_setaffinity'):
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    else:
        null = open(os.devnull, 'w')
        try:
            subprocess.call(['taskset', '-pc', '0', str(os.getpid())], stdout=null)
        except OSError:
            sys.stdout.write('no taskset')
            sys.exit()
import shim

if __name__ == '__main__':
    pool = shim.get_context(sys.argv[1]).Pool()
    sys.stdout.write('%d %d %d' % (pool._processes, len(pool._pool), shim.cpu_count()))
    pool.terminate()
    pool.join()
'''


class Quota(support.TestCase):
    """The cgroup's quota, of trees as the kernel shows them."""

    def tree(self, group, files):
        root = os.path.dirname(scratch(self))
        files = dict(files)
        files['proc/self/cgroup'] = group
        for name in files:
            path = os.path.join(root, name)
            if not os.path.isdir(os.path.dirname(path)):
                os.makedirs(os.path.dirname(path))
            stream = open(path, 'w')
            stream.write(files[name])
            stream.close()
        return root

    def v1(self, group, folder, quota, period='100000'):
        folder = 'sys/fs/cgroup/' + folder
        return self.tree(group, {folder + '/cpu.cfs_quota_us': quota + '\n',
                                 folder + '/cpu.cfs_period_us': period + '\n'})

    def test_v2(self):
        for text, expected in (('200000 100000\n', 2), ('50000 100000\n', 0.5),
                               ('25000 50000\n', 0.5), ('max 100000\n', None)):
            root = self.tree('0::/a.slice/b.scope\n',
                             {'sys/fs/cgroup/a.slice/b.scope/cpu.max': text})
            self.assertEqual(cpus.quota(root), expected)

    def test_v2_in_a_container(self):
        # Its own group is all that it sees, under whatever name the host has for it.
        for group in ('0::/\n', '0::/docker/0123abcd\n', '0::/../other\n'):
            root = self.tree(group, {'sys/fs/cgroup/cpu.max': '100000 100000\n'})
            self.assertEqual(cpus.quota(root), 1)

    def test_v2_parents_count(self):
        for outer, inner, expected in (('max', '300000', 3), ('100000', 'max', 1),
                                       ('100000', '300000', 1), ('max', 'max', None)):
            root = self.tree('0::/out/in\n', {
                'sys/fs/cgroup/out/cpu.max': outer + ' 100000\n',
                'sys/fs/cgroup/out/in/cpu.max': inner + ' 100000\n'})
            self.assertEqual(cpus.quota(root), expected)

    def test_v1(self):
        groups = '5:memory:/m\n4:cpu,cpuacct:/docker/x\n3:cpuset:/\n'
        for quota, period, expected in (('200000', '100000', 2), ('-1', '100000', None),
                                        ('10000', '20000', 0.5)):
            root = self.v1(groups, 'cpu,cpuacct/docker/x', quota, period)
            self.assertEqual(cpus.quota(root), expected)

    def test_v1_where_it_is_mounted(self):
        for group, folder in (('4:cpu,cpuacct:/docker/x\n', 'cpu/docker/x'),
                              ('4:cpu,cpuacct:/docker/x\n', 'cpu,cpuacct'),
                              ('4:cpu:/docker/x\n', 'cpu'),
                              ('4:cpu:/\n', 'cpu')):
            self.assertEqual(cpus.quota(self.v1(group, folder, '100000')), 1)

    def test_other_controllers(self):
        root = self.v1('4:cpuset:/x\n3:cpuacct:/x\n', 'cpuset/x', '100000')
        self.assertTrue(cpus.quota(root) is None)

    def test_nothing_there(self):
        root = os.path.dirname(scratch(self))
        self.assertTrue(cpus.quota(root) is None)
        for text in ('', 'nonsense\n', '0::\n'):
            self.assertTrue(cpus.quota(self.tree(text, {})) is None)
        for text in ('', 'max\n', '100000 0\n', 'a b c\n'):
            root = self.tree('0::/\n', {'sys/fs/cgroup/cpu.max': text})
            self.assertTrue(cpus.quota(root) is None)

    def test_limits_the_size(self):
        free = cpus.usable(self.tree('', {}))
        self.assertTrue(free >= 1)
        for text, limit in (('50000 100000\n', 1), ('100000 100000\n', 1),
                            ('150000 100000\n', 2), ('6400000 100000\n', 64)):
            root = self.tree('0::/\n', {'sys/fs/cgroup/cpu.max': text})
            self.assertEqual(cpus.usable(root), min(free, limit))


class DefaultSize(support.TestCase):
    """What Pool() makes of it."""

    def setUp(self):
        super(DefaultSize, self).setUp()
        said = os.environ.pop('PYTHON_CPU_COUNT', None)
        if said is not None:
            self.addCleanup(os.environ.__setitem__, 'PYTHON_CPU_COUNT', said)

    def sizes(self, engine, env=None, args=()):
        """(the pool's size, its workers, cpu_count()) of a program."""
        status, out, err, seconds = support.run_script(
            DEFAULT_SIZE, 30, [engine] + list(args), env)
        if out == 'no taskset':
            support.skip('neither os.sched_setaffinity nor taskset')
        self.assertEqual(status, 0, err)
        return [int(part) for part in out.split()[:3]]

    def test_what_may_be_used(self):
        for engine in ('thread', 'subprocess'):
            size, workers, count = self.sizes(engine)
            self.assertEqual((size, workers), (cpus.usable(), cpus.usable()))
            self.assertTrue(1 <= size <= count)

    def test_affinity(self):
        size, workers, count = self.sizes('thread', args=['one'])
        self.assertEqual((size, workers), (1, 1))

    def test_variable(self):
        for engine in ('thread', 'subprocess'):
            for said, expected in (('3', 3), ('1', 1)):
                size, workers, count = self.sizes(engine, {'PYTHON_CPU_COUNT': said})
                self.assertEqual((size, workers), (expected, expected))

    def test_variable_beats_affinity(self):
        # Who sets it knows: 3.13's os.process_cpu_count() obeys in the same way.
        self.assertEqual(self.sizes('thread', {'PYTHON_CPU_COUNT': '3'}, ['one'])[0], 3)

    def test_variable_says_default(self):
        self.assertEqual(self.sizes('thread', {'PYTHON_CPU_COUNT': 'default'})[0], cpus.usable())

    def test_cpu_count_is_the_stdlibs(self):
        try:
            import multiprocessing
        except ImportError:
            support.skip('this interpreter has no multiprocessing to compare with')
        self.assertEqual(shim.cpu_count(), multiprocessing.cpu_count())
        if sys.version_info < (3, 13):      # from there on the variable speaks to the stdlib too
            count = self.sizes('thread', {'PYTHON_CPU_COUNT': '3'})[2]
            self.assertEqual(count, multiprocessing.cpu_count())
