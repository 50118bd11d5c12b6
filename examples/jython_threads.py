"""Threads that calculate on all cores, with one memory: on Jython, for one.

    jython jython_threads.py [--method NAME] [--workers N] [--numbers N]

Jython is Python on the Java virtual machine.  Its threads are Java's: as many run at once as there
are cores, for it has no GIL (see multicore_threads_vs_processes.py); and it has neither fork nor
multiprocessing.  So there a pool of threads is what a pool of processes is elsewhere.  The same goes
for the free-threaded builds of CPython, such as python3.14t.

And it has something that processes have not: all threads see the same objects.  This program makes a
table of primes and has workers factor numbers with it.  To threads it hands the table itself, however
large; processes (`--method subprocess`, `fork` elsewhere) get a copy each, which takes time and
memory.  Just as well, nobody changes the table meanwhile: for what threads change see threads.py.
"""
import optparse
import sys
import time

import shim

PRIMES = []


def primes(below):
    """A list of them, by the sieve."""
    left = [True] * below
    for number in range(2, int(below ** 0.5) + 1):
        if left[number]:
            for multiple in range(number * number, below, number):
                left[multiple] = False
    return [number for number in range(2, below) if left[number]]


def keep(table):
    """Each worker begins with this: the table is there for all of its tasks."""
    global PRIMES
    PRIMES = table


def factors(number):
    """Its prime factors, the smallest first."""
    found = []
    for prime in PRIMES:
        if prime * prime > number:
            break
        while number % prime == 0:
            found.append(prime)
            number //= prime
    if number > 1:
        found.append(number)
    return found


def left():
    """How many primes the worker's table has now."""
    return len(PRIMES)


def main(arguments):
    parser = optparse.OptionParser('%prog [--method NAME] [--workers N] [--numbers N]')
    parser.add_option('--method', default='thread', help='how to run the workers [default: thread]')
    parser.add_option('--workers', type='int', default=shim.cpus.usable(),
                      help='how many [default: one for each core]')
    parser.add_option('--numbers', type='int', default=10000, help='to factor [default: 10000]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))
    table = primes(100000)
    numbers = range(10 ** 9, 10 ** 9 + options.numbers)

    start = time.time()
    keep(table)
    expected = [factors(number) for number in numbers]
    alone = time.time() - start

    start = time.time()
    pool = context.Pool(options.workers, keep, (table,))
    try:
        results = pool.map(factors, numbers)
        together = time.time() - start      # the start of the workers is part of it
        # Whose table is it?  The workers see what happens to this one, or do not.
        del table[:]
        remaining = pool.apply(left)
    finally:
        pool.terminate()
        pool.join()

    sys.stdout.write('%d numbers, %d of them prime\n' % (
        options.numbers, len([each for each in results if len(each) == 1])))
    sys.stdout.write('one by one: %.2f s\n' % alone)
    sys.stdout.write('%d workers by %s: %.2f s, %.1f times as fast\n' % (
        options.workers, options.method, together, alone / together))
    sys.stdout.write('the table of the workers: %s\n' % ['this very one', 'a copy'][remaining > 0])
    return int(results != expected)


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
