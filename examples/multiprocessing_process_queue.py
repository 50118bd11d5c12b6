"""Processes and queues: a heap of work and a heap of results.

    python multiprocessing_process_queue.py [--method NAME] [--workers N] [--numbers N]

Each worker is a Process: a function that runs beside this program, in memory of its own.  What they
share are two queues.  Whoever is free takes the next number from the first one and puts its answer
into the second one.

A Pool does the same for you, and notices if a worker dies, which here we would wait for in vain.
By hand you decide what the workers do between two pieces of work, and what they keep.
"""
import optparse
import sys

import shim

NO_MORE = None      # put into the queue once for each worker, it means: go home


def count_divisors(number):
    return len([1 for each in range(1, number + 1) if number % each == 0])


def work(name, tasks, results):
    """What each worker does until there is no more."""
    done = 0
    while True:
        number = tasks.get()        # waits until there is something
        if number is NO_MORE:
            break
        results.put((number, count_divisors(number)))
        done += 1
    results.put((NO_MORE, (name, done)))


def run(context, workers, numbers):
    """Return {number: how many divisors}, {worker: how many numbers}."""
    tasks, results = context.Queue(), context.Queue()
    # The queues are given to a process when it starts; they can't be sent later.
    processes = [context.Process(target=work, args=('worker %d' % (each + 1), tasks, results))
                 for each in range(workers)]
    for process in processes:
        process.daemon = True       # should this program fail, they end with it
        process.start()
    for number in numbers:
        tasks.put(number)
    for process in processes:
        tasks.put(NO_MORE)
    if hasattr(tasks, 'close'):     # those between threads need not be told
        tasks.close()               # we put nothing more into it

    # First empty the queue, then wait for the processes: one whose results nobody has taken yet
    # does not end.
    divisors, shares = {}, {}
    while len(shares) < workers:
        number, answer = results.get()
        if number is NO_MORE:
            name, done = answer
            shares[name] = done
        else:
            divisors[number] = answer
    for process in processes:
        process.join()
    return divisors, shares


def main(arguments):
    parser = optparse.OptionParser('%prog [--method NAME] [--workers N] [--numbers N]')
    parser.add_option('--method', help='how to run the processes: fork, spawn, thread...')
    parser.add_option('--workers', type='int', default=2, help='how many [default: 2]')
    parser.add_option('--numbers', type='int', default=3000, help='from 1 to N [default: 3000]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
        if context.get_start_method() == 'serial':
            parser.error('serial does one thing after the other: the first worker would wait for'
                         ' work, and this program for the worker')
        divisors, shares = run(context, options.workers, range(1, options.numbers + 1))
    except (AttributeError, RuntimeError, ValueError):      # no such context, or it can't do this
        parser.error(str(sys.exc_info()[1]))

    for name in sorted(shares):
        sys.stdout.write('%s: %d numbers\n' % (name, shares[name]))
    most = max(divisors.values())
    number = min([each for each in divisors if divisors[each] == most])
    sys.stdout.write('%d numbers have %d divisors\n' % (len(divisors), sum(divisors.values())))
    sys.stdout.write('the first with the most of them, %d, is %d\n' % (most, number))
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
