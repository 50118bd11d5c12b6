"""A pool on ppservers of Parallel Python: as cluster_dask, but for one line.

    ppserver -p 60000 -s SECRET             on each machine that is to work
    python cluster_pp.py [--method NAME] [--servers HOST:PORT,HOST:PORT] [--secret SECRET]
                         [--parts N] [--darts N]

It throws darts at a square: the part of them that hits the circle within tells what pi is.  The
ppservers start the workers, which then connect back to this program.  Each machine needs pp (ppft
on Python 2.5 to 3.9) and shim; what a program defines travels there with cloudpickle.

Without servers, this machine's own: then pp starts its workers here.
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
        '%prog [--method NAME] [--servers HOST:PORT,...] [--secret SECRET] [--parts N] [--darts N]')
    parser.add_option('--method', default='pp', help='how to run the workers [default: pp]')
    parser.add_option('--servers', default='', help='where ppservers listen')
    parser.add_option('--secret', help='that of the ppservers')
    parser.add_option('--parts', type='int', default=20, help='of the work [default: 20]')
    parser.add_option('--darts', type='int', default=20000, help='in each [default: 20000]')
    options, _ = parser.parse_args(arguments)

    servers = [each for each in options.servers.split(',') if each]
    try:
        if servers:
            context = shim.get_context('pp', ppservers=servers, secret=options.secret)
        else:
            context = shim.get_context(options.method)
        pool = context.Pool()       # as many workers as the servers have
    except (ValueError, shim.ProcessError, shim.PoolError):     # no pp, no server, a wrong secret
        parser.error(str(sys.exc_info()[1]))
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
