"""A pool of MPI's processes: as cluster_dask and cluster_ray, but for one line.

    mpiexec -n 3 python -m mpi4py.futures cluster_mpi.py [--method NAME] [--parts N] [--darts N]
    python cluster_mpi.py ...

It throws darts at a square: the part of them that hits the circle within tells what pi is.  The
first line starts three processes, on as many machines as mpiexec is told: one runs this program,
the others are its workers.  By the second one the program starts its workers itself, for which
mpiexec has to be in the PATH.

With --method fork, and no MPI at all, the same runs in processes of this machine.
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
    parser = optparse.OptionParser('%prog [--method NAME] [--parts N] [--darts N]')
    parser.add_option('--method', default='mpi', help='how to run the workers [default: mpi]')
    parser.add_option('--parts', type='int', default=20, help='of the work [default: 20]')
    parser.add_option('--darts', type='int', default=20000, help='in each [default: 20000]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))

    pool = context.Pool()           # all processes but this one, or as many as there are cores
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
