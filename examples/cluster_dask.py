"""A pool on a Dask cluster: as cluster_ray and cluster_mpi, but for one line.

    python cluster_dask.py [--method NAME] [--address tcp://HOST:8786] [--parts N] [--darts N]

It throws darts at a square: the part of them that hits the circle within tells what pi is.  The
workers may be on many machines.  Each of these needs shim beside Dask; this file it needs not: what
a program defines travels there (Dask brings cloudpickle, which can do that).

Without an address a cluster of this machine is started, as for a try.  With --method fork, and no
Dask at all, the same runs in processes of this machine.
"""
import optparse
import os
import random
import sys

import shim


# It runs in the workers, wherever they are.  A seed of its own makes each part another one, and the
# whole the same each time.

def hits(seed, darts):
    numbers, found = random.Random(seed), 0
    for _each in range(darts):
        x, y = numbers.random(), numbers.random()
        if x * x + y * y <= 1:
            found += 1
    return found, os.getpid()


def start_cluster():
    """A cluster of two processes of this machine; returns its Client, and the cluster."""
    distributed = __import__('distributed')     # only here: with an address shim does it
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None)
    return distributed.Client(cluster), cluster


def main(arguments):
    parser = optparse.OptionParser(
        '%prog [--method NAME] [--address tcp://HOST:8786] [--parts N] [--darts N]')
    parser.add_option('--method', default='dask', help='how to run the workers [default: dask]')
    parser.add_option('--address', help="of a cluster's scheduler")
    parser.add_option('--parts', type='int', default=20, help='of the work [default: 20]')
    parser.add_option('--darts', type='int', default=20000, help='in each [default: 20000]')
    options, _ = parser.parse_args(arguments)

    started = []
    try:
        try:
            if options.method == 'dask' and options.address:
                context = shim.get_context('dask', address=options.address)
            else:
                context = shim.get_context(options.method)
                if options.method == 'dask':
                    started = start_cluster()       # a context takes the Client that there is
        except ValueError:
            parser.error(str(sys.exc_info()[1]))

        pool = context.Pool()       # as many workers as the cluster has
        try:
            work = [(seed, options.darts) for seed in range(options.parts)]
            parts = pool.starmap(hits, work, 1)
        finally:
            pool.terminate()
            pool.join()
    finally:
        for each in started:
            each.close()

    found = sum([count for count, _pid in parts])
    sys.stdout.write('pi is about %.2f\n' % (4.0 * found / (options.parts * options.darts)))
    sys.stdout.write('this process: %d, worked in: %s\n' % (os.getpid(), ' '.join(
        sorted(set([str(pid) for _count, pid in parts])))))
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
