"""The same function in workers of this Python and of PyPy, which has a JIT.

    python jit_workers.py [--method NAME] [--executable PATH] [--workers N] [--below N]

CPython, the usual Python, interprets: for each step of a function it looks up what to do, and does
it, every time.  PyPy is another Python, the same language, with a JIT, a just-in-time compiler: it
notices loops that run often, translates them to machine code while the program runs, and from then
on runs that.  Loops over plain numbers become ten or fifty times as fast.

A program need not run on PyPy as a whole for that (maybe a package of it has no version for PyPy).
The context 'subprocess' may start another interpreter for its workers: the program stays here, and
only its calculating functions are run there, found by their names, as in any worker.

What a JIT is no help for: programs that wait, and functions that leave the work to C, like sorting.
"""
import optparse
import sys
import time

import shim


def longest(piece):
    """Which number of the piece, (first, end), takes most steps to 1; and how many.

    A step halves an even number n, and makes 3n + 1 of an odd one.
    """
    first, end = piece
    best = 0, 0
    for number in range(first, end):
        steps, n = 0, number
        while n != 1:
            if n % 2:
                n = 3 * n + 1
            else:
                n //= 2
            steps += 1
        if steps > best[0]:
            best = steps, number
    return best


def version(_ignored=None):
    """What runs this."""
    return '%s %s' % (['CPython', 'PyPy']['__pypy__' in sys.builtin_module_names],
                      '.'.join([str(part) for part in sys.version_info[:3]]))


def measure(context, workers, pieces):
    """What the workers say, what they are, and the seconds; not counted is that they start."""
    pool = context.Pool(workers)
    try:
        name = pool.apply(version)
        start = time.time()
        best = max(pool.map(longest, pieces, 1))
        return best, name, time.time() - start
    finally:
        pool.terminate()
        pool.join()


def main(arguments):
    parser = optparse.OptionParser(
        '%prog [--method NAME] [--executable PATH] [--workers N] [--below N]')
    parser.add_option('--method', default='subprocess',
                      help='how to run the workers of this Python [default: subprocess]')
    parser.add_option('--executable', default='pypy3',
                      help='the other Python: a path, or a name on PATH [default: pypy3]')
    parser.add_option('--workers', type='int', default=shim.cpus.usable(),
                      help='how many [default: one for each core]')
    parser.add_option('--below', type='int', default=200000,
                      help='the numbers to look at [default: 200000]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))
    size = max(1, options.below // 40)
    pieces = [(first, min(first + size, options.below))
              for first in range(1, options.below, size)]

    best, name, here = measure(context, options.workers, pieces)
    sys.stdout.write('%s: %.2f s\n' % (name, here))

    try:
        # From here on this context starts the other one.
        other = shim.get_context('subprocess')
        other.set_executable(options.executable)
        same, name, there = measure(other, options.workers, pieces)
    except ValueError:
        # It is not there, or no Python: Pool() says so.
        sys.stderr.write('%s\nPyPy is at https://pypy.org and in most package managers.\n'
                         % sys.exc_info()[1])
        return 1
    sys.stdout.write('%s: %.2f s, %.1f times as fast\n' % (name, there, here / there))
    sys.stdout.write('the longest way to 1 below %d: %d steps, from %d\n'
                     % (options.below, best[0], best[1]))
    return int(tuple(best) != tuple(same))


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
