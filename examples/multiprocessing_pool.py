"""A pool: workers that call functions for you.  The first thing to try.

    python multiprocessing_pool.py [--method NAME] [--workers N] [--numbers N]

A process is a running program, with memory of its own.  Multiprocessing means that several of them
work on one job: this one hands out calls, the others, its workers, do them and send back what the
functions returned.  A Pool starts the workers, keeps them busy and brings home the results.
"""
import optparse
import os
import sys
import time

import shim


# These three run in the workers.  A function is not sent there, only its name is, and the worker
# looks it up: so it stands at the top of a file (no lambda, no function inside of another one).
# Arguments and results are sent, as copies, by pickle: numbers, text, lists, objects - most things,
# but no open file.

def square(number):
    return number * number


def divide(dividend, divisor):
    return dividend // divisor


def worked_by(number):
    time.sleep(0.01)        # so that one worker alone does not get through all of them
    return os.getpid()      # the number that the system knows this process by


def main(arguments):
    parser = optparse.OptionParser('%prog [--method NAME] [--workers N] [--numbers N]')
    parser.add_option('--method', help='how to run the workers: fork, spawn, subprocess, thread...')
    parser.add_option('--workers', type='int', default=2, help='how many [default: 2]')
    parser.add_option('--numbers', type='int', default=10, help='squares of 0 .. N-1 [default: 10]')
    options, _ = parser.parse_args(arguments)
    try:
        # A context is a way of running workers; without a name the best there is here.
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))

    pool = context.Pool(options.workers)    # from Python 2.6 on: with context.Pool(2) as pool: ...
    try:
        # All at once, and wait for all; the results are in the order of the arguments.
        squares = pool.map(square, range(options.numbers))
        sys.stdout.write('map: %s\n' % ' '.join([str(each) for each in squares]))

        # One by one as they are done, whoever is first: good for adding up, or a progress bar.
        total = 0
        for each in pool.imap_unordered(square, range(options.numbers)):
            total += each
        sys.stdout.write('imap_unordered, added up: %d\n' % total)

        # A single call.  It runs while we go on here; get() waits for what it returned.
        result = pool.apply_async(divide, (144, 12))
        sys.stdout.write('apply_async: 144 / 12 = %d\n' % result.get())

        # An exception travels as well, and is raised where the result would be.
        try:
            pool.apply(divide, (1, 0))
        except ZeroDivisionError:
            sys.stdout.write('an exception of a worker: %s\n' % sys.exc_info()[1])

        pids = sorted(set(pool.map(worked_by, range(20), 1)))
        sys.stdout.write('this process: %d, worked in: %s\n'
                         % (os.getpid(), ' '.join([str(pid) for pid in pids])))
    finally:
        # Whatever happened, no worker is left behind.
        pool.terminate()
        pool.join()
    return 0


# Some kinds of workers are new interpreters.  To find square() they import this file, under another
# name than '__main__'.  Without this line each of them would run main(), too, and start workers.
if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
