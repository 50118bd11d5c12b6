"""Count primes with all cores: many pieces of work, a few workers.

    python multicore_primes.py [--method NAME] [--workers N] [--below N] [--piece N]

A multicore processor is several processors on one chip.  A program uses more than one of them only
if it does several things at once: here each worker, a process with a core to itself, counts the
primes among some of the numbers.

The larger the numbers, the longer it takes to count among a thousand of them.  So it would not do
to cut the work in two for two workers: one would be done early and look on.  There are many pieces,
and who is done takes another one.  (Nor too many: to hand one out takes time as well.)
"""
import optparse
import sys
import time

import shim


def is_prime(number):
    if number < 4:
        return number > 1
    if number % 2 == 0:
        return False
    divisor = 3
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 2
    return True


def count_primes(piece):
    """How many primes there are from the first number up to, but not including, the second."""
    first, end = piece
    return len([1 for number in range(first, end) if is_prime(number)])


def cut(below, size):
    """Return the pieces: [(0, 1000), (1000, 2000), ...]."""
    return [(first, min(first + size, below)) for first in range(0, below, size)]


def main(arguments):
    parser = optparse.OptionParser(
        '%prog [--method NAME] [--workers N] [--below N] [--piece N]')
    parser.add_option('--method', help='how to run the workers: fork, spawn, subprocess, thread...')
    # Not how many cores the machine has: how many of them this process may use.
    parser.add_option('--workers', type='int', default=shim.cpus.usable(),
                      help='how many [default: one for each core]')
    parser.add_option('--below', type='int', default=500000, help='[default: 500000]')
    parser.add_option('--piece', type='int', default=5000, help='numbers in one [default: 5000]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))
    pieces = cut(options.below, options.piece)

    start = time.time()
    alone = sum([count_primes(piece) for piece in pieces])
    serial = time.time() - start

    start = time.time()
    pool = context.Pool(options.workers)
    try:
        # The largest numbers first: whatever takes long should not be what begins last.
        together = sum(pool.imap_unordered(count_primes, pieces[::-1]))
    finally:
        pool.terminate()
        pool.join()
    seconds = time.time() - start

    sys.stdout.write('primes below %d: %d\n' % (options.below, together))
    sys.stdout.write('%d pieces one by one: %.2f s, by %d workers: %.2f s (%.1fx)\n'
                     % (len(pieces), serial, options.workers, seconds, serial / seconds))
    return int(alone != together)


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
