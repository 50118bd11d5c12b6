"""Run other libraries' tests of their pools on shim's Pool.

    python tests/programs/pools.py [mpi4py] [joblib]

    mpi4py      its test_util_pool.py, with shim's Pool and ThreadPool for those of mpi4py.util.pool
    joblib      what its test_parallel.py asks of each parallel backend, shim registered as one

They are in the libraries' sdists, which pip downloads into .matrix/borrowed; nothing of MPI is needed.
What differs by nature is skipped with its reason.  Exits with 1 on any failure.  Needs Python 3.9+ with
pip, and six.
"""
import os
import re
import subprocess
import sys
import tarfile
import types
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORK = os.path.join(ROOT, '.matrix', 'borrowed')
SDISTS = {'mpi4py': 'mpi4py==4.1.2', 'joblib': 'joblib==1.6.0'}
# {test: why it differs}
MPI4PY = {
    'test_apply_async_timeout': 'wants the builtin TimeoutError; ours is that of multiprocessing',
    'test_terminate': 'wants a TimeoutError of tasks that were terminated; ours tell so',
    'test_unsupported_args': 'wants a warning that maxtasksperchild is not supported',
}
JOBLIB = dict.fromkeys(
    ['test_nested_loop[loky-shim]', 'test_nested_loop[back_compat_backend-shim]'],
    'the workers of loky, the other backend, know of none that was registered in the program')


def fetch(name):
    """The folder of a library's unpacked sdist."""
    folder = os.path.join(WORK, SDISTS[name].replace('==', '-'))
    if not os.path.isdir(folder):
        # The other packages that it takes to ask an sdist for its name may be wheels.
        subprocess.run([sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps',
                        '--no-binary', name, '--dest', WORK, SDISTS[name]], check=True)
        with tarfile.open(folder + '.tar.gz') as archive:
            archive.extractall(WORK)
    return folder


# ---- mpi4py

def starred(call):
    """mpi4py's own istarmap, by means of an imap."""
    func, args = call
    return func(*args)


def stand_in(name, **content):
    module = sys.modules[name] = types.ModuleType(name)
    module.__dict__.update(content)
    return module


def mpi4py():
    """Return (how many passed, how many failed)."""
    import shim.pool
    from tests import run
    folder = fetch('mpi4py')

    class More:
        def istarmap(self, func, iterable, chunksize=1):
            return self.imap(starred, ((func, args) for args in iterable), chunksize)

        def istarmap_unordered(self, func, iterable, chunksize=1):
            return self.imap_unordered(starred, ((func, args) for args in iterable), chunksize)

    class Pool(More, shim.pool.Pool):
        pass

    class ThreadPool(More, shim.pool.ThreadPool):
        pass

    mpi = stand_in('mpi4py.MPI', get_vendor=lambda: ('shim', (0, 1, 0)))
    mpi.COMM_WORLD = types.SimpleNamespace(Get_size=lambda: 1)
    pools = stand_in('mpi4py.util.pool', Pool=Pool, ThreadPool=ThreadPool)
    stand_in('mpi4py', MPI=mpi, __path__=[])
    stand_in('mpi4py.util', pool=pools, __path__=[])
    stand_in('mpitestutil', github=lambda: False, disable_mpi_spawn=lambda: False)
    sys.path.append(os.path.join(folder, 'test'))
    import test_util_pool
    suite = unittest.TestSuite()
    for kind in (test_util_pool.TestProcessPool, test_util_pool.TestThreadPool):
        for test in unittest.defaultTestLoader.loadTestsFromTestCase(kind):
            name = test._testMethodName
            if name in MPI4PY:
                setattr(test, name, lambda test=test, why=MPI4PY[name]: test.skipTest(why))
            suite.addTest(test)
    outcome = run.outcome_of(suite, 2)
    return outcome['ran'] - len(outcome['failed']), len(outcome['failed'])


# ---- joblib

def register():
    """Make shim a parallel backend of joblib's."""
    import shim
    from joblib import register_parallel_backend
    from joblib._parallel_backends import (
        AutoBatchingMixin, FallbackToBackend, ParallelBackendBase, PoolManagerMixin,
        SequentialBackend)

    class ShimBackend(PoolManagerMixin, AutoBatchingMixin, ParallelBackendBase):
        supports_retrieve_callback = True

        def configure(self, n_jobs=1, parallel=None, **options):
            n_jobs = self.effective_n_jobs(n_jobs)
            if n_jobs == 1:
                raise FallbackToBackend(SequentialBackend(nesting_level=self.nesting_level))
            self._pool, self.parallel = shim.Pool(n_jobs), parallel
            return n_jobs

        def terminate(self):
            PoolManagerMixin.terminate(self)
            self.reset_batch_stats()

    register_parallel_backend('shim', ShimBackend)


def pytest_configure(config):
    """Of pytest, to which this is a plugin."""
    register()


def pytest_collection_modifyitems(items):
    import pytest
    for item in items:
        if item.name in JOBLIB:
            item.add_marker(pytest.mark.skip(reason=JOBLIB[item.name]))


def joblib():
    """Return (how many passed, how many failed)."""
    folder, tools = fetch('joblib'), os.path.join(WORK, 'tools')
    if not os.path.isdir(tools):
        subprocess.run([sys.executable, '-m', 'pip', 'install', '--quiet', '--target', tools,
                        'pytest', 'cloudpickle'], check=True)
    environ = dict(os.environ, PYTHONPATH=os.pathsep.join([ROOT, HERE, folder, tools]))
    done = subprocess.run(
        [sys.executable, '-m', 'pytest', '-p', 'pools', '-p', 'no:logging', '-q',
         '-rs', '--color=no', '-W', 'ignore', '-k', 'shim or ShimBackend',
         os.path.join('joblib', 'test', 'test_parallel.py')],
        cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    text = done.stdout.decode(errors='replace')
    print(text)
    told = re.findall(r'^(?:\d+ \w+, )*\d+ \w+ in .*$', text, re.M)[-1:]
    passed, failed = [sum(int(number) for number in re.findall(r'(\d+) (?:%s)' % word, ''.join(told)))
                      for word in ('passed', 'failed|error')]
    return passed, failed or int(done.returncode != 0)


def main(names):
    passed = failed = 0
    for name in names or SDISTS:
        counts = globals()[name]()
        print('%s: %d passed, %d failed' % ((name,) + counts), flush=True)
        passed, failed = passed + counts[0], failed + counts[1]
    print('%d passed, %d failed' % (passed, failed))
    return int(failed or not passed)


if __name__ == '__main__':
    sys.path[0] = ROOT
    sys.exit(main(sys.argv[1:]))
