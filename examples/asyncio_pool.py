"""A pool in a program of asyncio: the loop goes on while workers calculate.

    python asyncio_pool.py [--method NAME] [--workers N] [--numbers N]

asyncio does many things in turns, in one thread: while one of them waits, the others go on.  What
calculates does not wait, and all others stand still until it has done.  So let a pool calculate: what
apply_async() and map_async() return can be awaited, and an executor of shim.futures is one for
loop.run_in_executor().
"""
import optparse
import sys

import shim
from shim import futures


def count_primes(first, end):
    """How many primes are there from first on, below end?  It runs in a worker."""
    found = 0
    for number in range(max(2, first), end):
        divisor = 2
        while divisor * divisor <= number and number % divisor:
            divisor += 1
        if divisor * divisor > number:
            found += 1
    return found


def square(number):
    return number * number


# As text, as this file can be read by a Python that has no await.  In a program of yours it is none.
PROGRAM = '''
import asyncio


async def tick(ticks):
    # What else the program has to do: to answer its users, say.
    while True:
        ticks.append(1)
        await asyncio.sleep(0.001)


async def calculate(pool, executor, numbers):
    ticks = []
    ticking = asyncio.ensure_future(tick(ticks))
    half = numbers // 2

    # Both are under way before the first is awaited.
    low, high = pool.apply_async(count_primes, (0, half)), pool.apply_async(
        count_primes, (half, numbers))
    tell('primes below %d: %d' % (numbers, await low + await high))

    tell('squares: %s' % await pool.map_async(square, range(5)))

    # An exception is raised where it is awaited.
    try:
        await pool.apply_async(square, ('text',))
    except TypeError:
        tell('an exception of a worker: TypeError')

    loop = asyncio.get_event_loop()
    tell('by an executor: %d' % await loop.run_in_executor(executor, square, 12))

    ticking.cancel()
    tell('meanwhile the loop went on: %s' % ['no', 'yes'][len(ticks) > 3])
'''


def tell(text):
    sys.stdout.write(text + '\n')


def main(arguments):
    parser = optparse.OptionParser('%prog [--method NAME] [--workers N] [--numbers N]')
    parser.add_option('--method', help='how to run the workers: fork, spawn, subprocess, thread...')
    parser.add_option('--workers', type='int', default=2, help='how many [default: 2]')
    parser.add_option('--numbers', type='int', default=50000, help='[default: 50000]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))
    if sys.version_info < (3, 5):
        tell('await came with Python 3.5')
        return 0
    getattr(__import__('builtins'), 'exec')(PROGRAM, globals())

    loop = globals()['asyncio'].new_event_loop()
    pool = context.Pool(options.workers)
    executor = futures.ProcessPoolExecutor(options.workers, context)
    try:
        loop.run_until_complete(globals()['calculate'](pool, executor, options.numbers))
    finally:
        executor.shutdown()
        pool.terminate()
        pool.join()
        loop.close()
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
