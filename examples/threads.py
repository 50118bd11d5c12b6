"""Threads: several things at once in one process, in the same memory.

    python threads.py [--method NAME] [--workers N] [--jobs N] [--pause SECONDS]

Threads are right for what waits: ten answers of a server that takes a second for each are there in
a second, not in ten.  All threads see the same variables.  That is handy, there is nothing to send;
and it is dangerous, for each may change what another one is just working on: see the lock below.

Try `--method fork` (or spawn, subprocess): the same program with processes.  They wait at once as
well, but each has its own GREETED, and the one in this process stays empty.
"""
import optparse
import sys
import threading
import time

import shim

GREETED = {}
LOCK = threading.Lock()


def fetch(job):
    """Wait as for a server, and note that we have been here."""
    number, pause = job
    time.sleep(pause)
    # To look, to decide and to write are three steps.  Only who holds the lock does them, and
    # nobody else comes in between.
    LOCK.acquire()
    try:
        if number not in GREETED:
            GREETED[number] = 'hello %d' % number
    finally:
        LOCK.release()
    return number * number


def main(arguments):
    parser = optparse.OptionParser(
        '%prog [--method NAME] [--workers N] [--jobs N] [--pause SECONDS]')
    parser.add_option('--method', default='thread', help='[default: thread]')
    parser.add_option('--workers', type='int', default=10, help='how many [default: 10]')
    parser.add_option('--jobs', type='int', default=20, help='[default: 20]')
    parser.add_option('--pause', type='float', default=0.2, help='of each job [default: 0.2]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))
    jobs = [(number, options.pause) for number in range(options.jobs)]

    start = time.time()
    pool = context.Pool(options.workers)
    try:
        results = pool.map(fetch, jobs, 1)      # 1: one by one, not in chunks
    finally:
        pool.terminate()
        pool.join()
    seconds = time.time() - start

    sys.stdout.write('results: %s\n' % ' '.join([str(each) for each in results]))
    sys.stdout.write('%d jobs that wait %.2f s, %d at a time: %.2f s instead of %.2f\n' % (
        options.jobs, options.pause, options.workers, seconds, options.jobs * options.pause))
    sys.stdout.write('noted in the memory of this process: %d\n' % len(GREETED))
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
