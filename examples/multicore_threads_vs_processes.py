"""Threads or processes?  For calculating and for waiting, measured.

    python multicore_threads_vs_processes.py [--method NAME] [--workers N] [--size N] [--pause S]

A multicore processor is several processors on one chip; each of its cores can run one thing at a
time.  A program of one thread keeps one core busy, however many there are.

Threads are several activities of one process, with the same memory.  But most Pythons have a GIL,
the global interpreter lock: only the thread that holds it runs Python code.  So threads that
calculate take turns, on one core; threads that wait (for the network, a disk, a person) let go of
the lock, and wait all at once.  Processes have a GIL each: they calculate on all cores.  (Jython
and the free-threaded builds of CPython have none, and there threads do that, too.)
"""
import optparse
import sys
import time

import shim


def calculate(size):
    """Keep one core busy; the sum of 0 .. size-1."""
    total = 0
    number = 0
    while number < size:
        total += number
        number += 1
    return total


def wait(pause):
    """Keep no core busy."""
    time.sleep(pause)
    return 1


def alone(function, jobs):
    """Call the function for one job after the other; return results and seconds."""
    start = time.time()
    results = [function(job) for job in jobs]
    return results, time.time() - start


def in_pool(context, function, jobs):
    """The same with a worker for each job.  To start them is part of the time."""
    start = time.time()
    pool = context.Pool(len(jobs))
    try:
        results = pool.map(function, jobs, 1)       # 1: one by one, not in chunks
        return results, time.time() - start
    finally:
        pool.terminate()
        pool.join()


def main(arguments):
    parser = optparse.OptionParser(
        '%prog [--method NAME] [--workers N] [--size N] [--pause SECONDS]')
    parser.add_option('--method', help='how to run the processes: fork, spawn, subprocess...')
    parser.add_option('--workers', type='int', default=shim.cpus.usable(),
                      help='how many [default: one for each core]')
    parser.add_option('--size', type='int', default=5000000, help='of each calculation')
    parser.add_option('--pause', type='float', default=0.5, help='seconds of each waiting')
    options, _ = parser.parse_args(arguments)
    try:
        threads, processes = shim.get_context('thread'), shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))

    row = '%-12s %14s %14s %14s\n'
    sys.stdout.write('%d jobs, seconds (and how many times as fast)\n' % options.workers)
    sys.stdout.write(row % ('', 'one by one', 'thread', processes.get_start_method()))
    for function, job in ((calculate, options.size), (wait, options.pause)):
        jobs = [job] * options.workers
        results, serial = alone(function, jobs)
        cells = ['%.2f' % serial]
        for context in (threads, processes):
            others, seconds = in_pool(context, function, jobs)
            if others != results:
                sys.exit('other results than one by one!')
            cells.append('%.2f (%.1fx)' % (seconds, serial / seconds))
        sys.stdout.write(row % tuple([function.__name__] + cells))
        sys.stdout.write('    all three ways: %s\n' % sum(results))
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
