"""A pool on a Ray cluster: as cluster_dask and cluster_mpi, but for one line.

    python cluster_ray.py [--method NAME] [--address HOST:6379] [--parts N] [--darts N]

It throws darts at a square: the part of them that hits the circle within tells what pi is.  The
workers may be on many machines.  Each of these needs shim beside Ray; this file it needs not: with
cloudpickle installed here and there, what a program defines travels.

Without an address a cluster of this machine is started, as for a try: that is Ray's own way, and it
ends with the program.  With --method fork, and no Ray at all, the same runs in processes of this
machine.
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


def main(arguments):
    parser = optparse.OptionParser(
        '%prog [--method NAME] [--address HOST:6379] [--parts N] [--darts N]')
    parser.add_option('--method', default='ray', help='how to run the workers [default: ray]')
    parser.add_option('--address', help='of a cluster')
    parser.add_option('--parts', type='int', default=20, help='of the work [default: 20]')
    parser.add_option('--darts', type='int', default=20000, help='in each [default: 20000]')
    options, _ = parser.parse_args(arguments)
    try:
        if options.address:
            context = shim.get_context('ray', address=options.address)
        else:
            context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))

    pool = context.Pool()           # as many workers as the cluster has processors
    try:
        work = [(seed, options.darts) for seed in range(options.parts)]
        parts = pool.starmap(hits, work, 1)
    finally:
        pool.terminate()
        pool.join()

    found = sum([count for count, _pid in parts])
    sys.stdout.write('pi is about %.2f\n' % (4.0 * found / (options.parts * options.darts)))
    sys.stdout.write('this process: %d, worked in: %s\n' % (os.getpid(), ' '.join(
        sorted(set([str(pid) for _count, pid in parts])))))
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
