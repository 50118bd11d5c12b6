"""A program for each core: by the subprocess module, and then with shim's help.

    python subprocess_per_core.py [--method NAME] [--workers N] [--numbers N]

The subprocess module starts programs, any programs.  To use all cores, start one for each and give
each a part of the work.  What they know of each other is text: arguments on the way there, output
on the way back, and a number, the exit status, for how it went.  You turn your data to text and
back, twice, and an exception is a traceback in the output of someone else.

shim's context of the name 'subprocess' starts programs, too: the same interpreter once for each
worker.  But what you give it are functions and arguments, what you get are results and exceptions,
and a worker does one task after the other.  It needs nothing that Python 2.4 has not.
"""
import optparse
import subprocess
import sys

import shim

PROGRAM = '''
import sys
total = 0
for number in range(int(sys.argv[1]), int(sys.argv[2])):
    total += 10 ** 6 // number
sys.stdout.write(str(total))
'''


def by_text(parts):
    """One program for each part; return the sum of what they say."""
    # Popen() does not wait: when the last has been started, all of them run.
    programs = [subprocess.Popen([sys.executable, '-c', PROGRAM, str(first), str(end)],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for first, end in parts]
    total, failed = 0, ''
    for program in programs:
        output, errors = program.communicate()      # waits for the end of this one
        if program.returncode == 0:
            total += int(output)
        else:
            failed = errors.decode('ascii', 'replace').strip().split('\n')[-1]
    return total, failed


def calculate(first, end):
    """The same as a function."""
    return sum([10 ** 6 // number for number in range(first, end)])


def by_calls(context, parts):
    pool = context.Pool(len(parts))
    try:
        try:
            calls = [pool.apply_async(calculate, part) for part in parts]
            return sum([call.get() for call in calls]), ''
        except ZeroDivisionError:
            return 0, 'caught a %s' % sys.exc_info()[1].__class__.__name__
    finally:
        pool.terminate()
        pool.join()


def main(arguments):
    parser = optparse.OptionParser('%prog [--method NAME] [--workers N] [--numbers N]')
    parser.add_option('--method', default='subprocess', help='how shim is to run the workers')
    parser.add_option('--workers', type='int', default=shim.cpus.usable(),
                      help='how many [default: one for each core]')
    parser.add_option('--numbers', type='int', default=2000000, help='[default: 2000000]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))

    # 1 .. numbers, cut into a part for each worker; and then one that goes wrong: 1 / 0.
    ends = [options.numbers * each // options.workers for each in range(options.workers + 1)]
    parts = [(first + 1, end + 1) for first, end in zip(ends, ends[1:])]
    wrong = [(0, 1)]
    sys.stdout.write('by text: %d\n' % by_text(parts)[0])
    sys.stdout.write('    with 1 / 0: %s\n' % by_text(wrong)[1])
    sys.stdout.write('by calls: %d\n' % by_calls(context, parts)[0])
    sys.stdout.write('    with 1 / 0: %s\n' % by_calls(context, wrong)[1])
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
