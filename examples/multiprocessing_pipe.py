"""A pipe: two processes that talk with each other.

    python multiprocessing_pipe.py [--method NAME] [--numbers N]

Pipe() returns two ends.  What is sent into one of them is received from the other one, both ways,
in order: whole objects, as copies.  The process here remembers what it was told: the list is in its
memory, not in ours, and a message is the only way to it.
"""
import optparse
import os
import pickle
import sys

import shim


def statistician(connection):
    """The other process: take in numbers, answer questions, until told to stop."""
    numbers = []
    while True:
        verb, value = connection.recv()         # waits for a message
        if verb == 'add':
            numbers.append(value)
        elif verb == 'sum':
            connection.send(sum(numbers))
        elif verb == 'largest':
            connection.send(max(numbers))
        elif verb == 'pid':
            connection.send(os.getpid())
        elif verb == 'stop':
            connection.send(len(numbers))
            return


def ask(connection, verb, value=None):
    connection.send((verb, value))
    return connection.recv()


def talk(context, numbers):
    here, there = context.Pipe()
    process = context.Process(target=statistician, args=(there,))
    process.daemon = True       # should this program fail, it ends with it
    process.start()
    there.close()               # it is the other's now; so recv() here would notice its death
    for number in numbers:
        here.send(('add', number))      # does not wait for the other side
    sys.stdout.write('sum: %d\n' % ask(here, 'sum'))
    sys.stdout.write('largest: %d\n' % ask(here, 'largest'))
    sys.stdout.write('this process: %d, the other: %d\n' % (os.getpid(), ask(here, 'pid')))
    sys.stdout.write('it was told %d numbers\n' % ask(here, 'stop'))
    process.join()
    sys.stdout.write('it ended with exit code %d\n' % process.exitcode)


def main(arguments):
    parser = optparse.OptionParser('%prog [--method NAME] [--numbers N]')
    parser.add_option('--method', help='how to run the process: fork, spawn, thread...')
    parser.add_option('--numbers', type='int', default=1000, help='tell 1 to N [default: 1000]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
        if context.get_start_method() == 'serial':
            parser.error('serial does one thing after the other: the process would wait for a'
                         ' message, and this program for the process')
        talk(context, range(1, options.numbers + 1))
    except (AttributeError, RuntimeError, ValueError, pickle.PicklingError):
        # No such context, or it can't do this.
        parser.error(str(sys.exc_info()[1]))
    except (EOFError, EnvironmentError):
        sys.exit('the other process ended without an answer')
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
