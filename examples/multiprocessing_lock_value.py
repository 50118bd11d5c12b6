"""A lock and a value: one number that several processes change.

    python multiprocessing_lock_value.py [--method NAME] [--workers N] [--times N]

Processes have no memory in common, so what they put into a variable nobody else sees.  A Value is
the exception: a number in memory that all of them see.  And then they get into each other's way:
`value += 1` reads, adds and writes; if two do that at once, both read the same number, and one of
the additions is lost.  A Lock lets only one in at a time.
"""
import optparse
import sys
import time

import shim


def add(value, times, lock):
    """Add 1, that many times."""
    for _each in range(times):
        lock.acquire()          # waits until nobody else holds it
        try:
            value.value += 1
        finally:
            lock.release()


def add_carelessly(value, times):
    """The same without a lock, and slowly, so that you can see what happens."""
    for _each in range(times):
        read = value.value
        time.sleep(0.001)       # meanwhile the other one has read, too
        value.value = read + 1


def together(context, workers, function, args):
    """Let each of some processes call the function; return when all are done."""
    processes = [context.Process(target=function, args=args) for _each in range(workers)]
    for process in processes:
        process.daemon = True   # should this program fail, they end with it
        process.start()
    for process in processes:
        process.join()


def main(arguments):
    parser = optparse.OptionParser('%prog [--method NAME] [--workers N] [--times N]')
    parser.add_option('--method', help='how to run the processes: fork, spawn, thread...')
    parser.add_option('--workers', type='int', default=2, help='how many [default: 2]')
    parser.add_option('--times', type='int', default=200, help='additions of each [default: 200]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
        # 'i' is an int, beginning with 0.  A Value is not sent by copy as other arguments are: the
        # processes get the very one.
        locked, careless = context.Value('i', 0), context.Value('i', 0)
        together(context, options.workers, add, (locked, options.times, context.Lock()))
        together(context, options.workers, add_carelessly, (careless, options.times))
    except (AttributeError, RuntimeError, ValueError):      # no such context, or it can't do this
        parser.error(str(sys.exc_info()[1]))

    expected = options.workers * options.times
    sys.stdout.write('with a lock: %d of %d\n' % (locked.value, expected))
    sys.stdout.write('without: %d of %d, lost: %d\n'
                     % (careless.value, expected, expected - careless.value))
    return int(locked.value != expected)


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
