#!/usr/bin/env python3
"""What shim costs over a scheduler's own API: the same calls, by both, on the same workers.

    python benchmarks/engines.py                        all that are installed, some minutes
    python benchmarks/engines.py --only ray --rounds 9
    python benchmarks/engines.py --smoke                a little of each: are the results right?
    python benchmarks/engines.py --profile dask         where the time of this process goes

The bare API is what its manual shows: Executor.submit() and result() of concurrent.futures and
mpi4py.futures, Client.submit(pure=False) and gather() of Dask, remote() and get() of Ray, submit()
of a Server of Parallel Python and the job called.  A round runs every row by the bare API and by
shim, one after the other, and every other round begins with the other one; the ratio is of the
medians, and the smallest and largest of single rounds tell what one is worth.

    task        a small function, called 10,000 times: submit each, then get each
    imap        the same as an iterator, without chunks
    chunk       1,000 chunks of 10 calls; the bare API submits a function that calls it 10 times
    map         map() of 10,000 with shim's own choice of chunks, by 10,000 bare submits

The driver needs CPython 3.6+; mpi spawns its processes by mpiexec, which must be in PATH.
"""
import argparse
import contextlib
import cProfile
import gc
import importlib.util
import os
import pstats
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)
# Nobody imports this program elsewhere: the functions have to be found there by their names.
os.environ['PYTHONPATH'] = os.pathsep.join(
    [ROOT, os.path.join(ROOT, 'benchmarks'), os.environ.get('PYTHONPATH', '')])

import shim     # noqa: E402

WORKERS = 2
CHUNK = 10
AIM = 1.1       # the largest ratio of a row without chunks
clock = time.perf_counter


def double(x):
    return 2 * x


def double_all(xs):
    return [2 * x for x in xs]


# ---- the schedulers: each yields a function bare(function, arguments) -> results, and shim's context

@contextlib.contextmanager
def executor():
    with ProcessPoolExecutor(WORKERS) as made:
        yield of_executor(made), shim.get_context(executor=made)


@contextlib.contextmanager
def mpi():
    from mpi4py.futures import MPIPoolExecutor
    with MPIPoolExecutor(WORKERS) as made:
        made.bootup()
        yield of_executor(made), shim.get_context(executor=made)


@contextlib.contextmanager
def dask():
    from distributed import Client, LocalCluster
    with LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            def bare(function, arguments):
                return client.gather(
                    [client.submit(function, each, pure=False) for each in arguments])
            yield bare, shim.get_context('dask', client=client)


@contextlib.contextmanager
def ray():
    import ray
    ray.init(address='local', num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    try:
        def bare(function, arguments):
            remote = ray.remote(max_retries=0)(function)
            return ray.get([remote.remote(each) for each in arguments])
        yield bare, shim.get_context('ray')
    finally:
        ray.shutdown()


@contextlib.contextmanager
def parallel():
    import pp
    server = pp.Server(WORKERS)

    def bare(function, arguments):
        return [job() for job in [server.submit(function, (each,)) for each in arguments]]
    try:
        yield bare, shim.get_context('pp')
    finally:
        server.destroy()


def of_executor(made):
    def bare(function, arguments):
        futures = [made.submit(function, each) for each in arguments]
        return [future.result() for future in futures]
    return bare


ENGINES = {'executor': (executor, 'concurrent.futures'), 'dask': (dask, 'distributed'),
           'ray': (ray, 'ray'), 'mpi': (mpi, 'mpi4py'), 'pp': (parallel, 'pp')}


# ---- the rows: (by the bare API, by shim) of so many calls; both return the list of all results

def bare_task(bare, size):
    return bare(double, range(size))


def shim_task(pool, size):
    results = [pool.apply_async(double, (x,)) for x in range(size)]
    return [result.get() for result in results]


def shim_imap(pool, size):
    return list(pool.imap(double, range(size)))


def bare_chunk(bare, size):
    chunks = bare(double_all, [list(range(n, n + CHUNK)) for n in range(0, size, CHUNK)])
    return [each for chunk in chunks for each in chunk]


def shim_chunk(pool, size):
    return list(pool.imap(double, range(size), CHUNK))


def shim_map(pool, size):
    return pool.map(double, range(size))


ROWS = {'task': (bare_task, shim_task), 'imap': (bare_task, shim_imap),
        'chunk': (bare_chunk, shim_chunk), 'map': (bare_task, shim_map)}


# ---- measuring

def measure(run, what, size):
    """The seconds it takes once; SystemExit if the results are wrong."""
    gc.collect()
    start = clock()
    got = run(what, size)
    seconds = clock() - start
    if got != [2 * x for x in range(size)]:
        sys.exit('%s: wrong results' % run.__name__)
    return seconds


def measure_all(bare, pool, rounds, size):
    """{row: ([seconds of the bare API, one per round], [those of shim])}"""
    times = {row: ([], []) for row in ROWS}
    for number in range(rounds):
        for row, sides in ROWS.items():
            for side in (0, 1)[::1 - 2 * (number % 2)]:
                times[row][side].append(measure(sides[side], (bare, pool)[side], size))
    return times


def report(name, times, size):
    for row, (bare, ours) in times.items():
        ratio = statistics.median(ours) / statistics.median(bare)
        ratios = sorted(a / b for a, b in zip(ours, bare))
        aim = 1.0 if row == 'map' else AIM
        print('%-10s %-6s %10.1f %10.1f  x%.3f   x%.3f - x%.3f   <= %.1f: %s' % (
            name, row, statistics.median(bare) / size * 1e6, statistics.median(ours) / size * 1e6,
            ratio, ratios[0], ratios[-1], aim, 'ok' if ratio <= aim else 'SHORT'), flush=True)


def profiled(bare, pool, size):
    """All threads of this process, by what they call."""
    for run, what in ((bare_task, bare), (shim_task, pool)):
        profile = cProfile.Profile()
        profile.enable()
        measure(run, what, size)
        profile.disable()
        pstats.Stats(profile).sort_stats('tottime').print_stats(25)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=5, metavar='N')
    parser.add_argument('--calls', type=int, default=10000, metavar='N',
                        help='how many, a multiple of %d' % CHUNK)
    parser.add_argument('--only', action='append', choices=list(ENGINES), metavar='ENGINE',
                        help='this one (may be given again): ' + ', '.join(ENGINES))
    parser.add_argument('--smoke', action='store_true',
                        help='a little of each: fails if a result is wrong, never for the time')
    parser.add_argument('--profile', choices=list(ENGINES), metavar='ENGINE')
    options = parser.parse_args(argv)
    if options.rounds < 1 or options.calls < CHUNK or options.calls % CHUNK:
        parser.error('--rounds must be at least 1, --calls a multiple of %d' % CHUNK)
    size, rounds = (10 * CHUNK, 1) if options.smoke else (options.calls, options.rounds)
    print('CPython %s, %d cores, load %.1f, shim %s, %d calls' % (
        sys.version.split()[0], os.cpu_count(), os.getloadavg()[0], shim.__version__, size))
    print('engine     row    bare us/call shim us/call ratio, per round, aim', flush=True)
    for name in [options.profile] if options.profile else options.only or list(ENGINES):
        start, library = ENGINES[name]
        if importlib.util.find_spec(library) is None:
            print('%-10s NOT MEASURED: there is no %s' % (name, library))
            continue
        with start() as (bare, context):
            pool = context.Pool()
            pool.map(double, range(100), 1)
            bare(double, range(100))
            if options.profile:
                profiled(bare, pool, size)
            else:
                report(name, measure_all(bare, pool, rounds, size), size)
            pool.terminate()
            pool.join()
    print('load after: %.1f' % os.getloadavg()[0])


if __name__ == '__main__':
    # Its functions are to be found by name, where this is not the program.
    from engines import main    # noqa: F811
    main()
