"""The same work serially, in threads and in processes: does my Python use my cores?

    words      reads .py files, one task each, and adds up how often each word is in them
    primes     counts the primes among the next thousand numbers, one task each: only computing
"""
import optparse
import os
import sys

import shim
from shim import context
from shim.commands import counting, machine, probe, race, sources
from shim.commands.terminal import write

USAGE = '''%prog demo [FOLDER] [options]

Counts the words of the .py files below FOLDER (default: the standard library of this
Python), and primes: serially, in threads, processes and sub-interpreters. Says how long each took, and
whether this Python uses your cores.'''
PRIMES = 0.35           # of the time for the words; but there are two rounds
BAR = 16                # letters
OTHERS = 'thread', 'interpreter', 'serial'     # not processes
LINE = '  %-27s %6s %8s %8s  %-18s %s'


def main(arguments):
    try:
        return run(*parse(arguments))
    except KeyboardInterrupt:
        sys.stderr.write('\n')
        return 130


def parse(arguments):
    parser = optparse.OptionParser(USAGE, prog='python -m shim')
    parser.add_option('--all', action='store_true',
                      help='count all files, however long that takes')
    parser.add_option('--workers', type='int', metavar='N',
                      help='workers of each pool (default: the cores that may be used)')
    parser.add_option('--method', action='append', dest='methods', metavar='NAME',
                      help='fork, thread, ...: the context to compare with the serial run, or'
                      ' "all"; may be given again (default: thread, the first with processes, and'
                      ' interpreter where there is one)')
    parser.add_option('--seconds', type='float', default=2.0,
                      help='how long to count words serially (default: 2)')
    options, rest = parser.parse_args(arguments)
    if len(rest) > 1:
        parser.error('one FOLDER only')
    if options.workers is not None and options.workers < 1:
        parser.error('--workers must be at least 1')
    if not options.seconds > 0:
        parser.error('--seconds must be more than 0')
    if rest and not os.path.isdir(rest[0]) and sources.archive_of(rest[0]) is None:
        parser.error('there is no folder %s' % rest[0])
    known = shim.get_all_start_methods()
    if options.methods is None:
        options.methods = [name for name in known if name == 'thread']
        options.methods += [name for name in known if name not in OTHERS][:1]
        options.methods += [name for name in known if name == 'interpreter']
    elif 'all' in options.methods:
        options.methods = known
    for name in options.methods:
        try:
            shim.get_context(name)
        except (ValueError, ImportError):
            parser.error(str(sys.exc_info()[1]))
    return options, (rest + [None])[0]


def run(options, folder):
    """The whole demo; the exit status is 1 if anything went wrong."""
    about, cores = machine.interpreter(), machine.cores()
    paths, unreadable, root, said = find(folder)
    for line in machine.describe(about) + [machine.describe_cores(cores), said]:
        write(line)
    load = machine.load() or 0      # before we make some
    if folder is not None and not paths:
        return 2
    races = []
    if paths:
        words = race.Race('words', counting.count_words, counting.Words, counting.touch)
        races.append(words)
        limit = options.seconds
        if options.all:
            limit = None
        words.serially(lambda: iter(paths), limit, len(paths))
    primes = race.Race('primes', counting.count_primes, counting.Primes, rounds=2)
    races.append(primes)
    primes.serially(counting.blocks, options.seconds * PRIMES)
    for method in options.methods:
        race.in_a_pool(method, options.workers or cores['usable'], races)
    for each in races:
        each.finish()

    if paths:
        report_words(words, paths, unreadable, root)
    write('\nprimes below %d: %d' % (primes.result.below, primes.result.count))
    write_table(primes.rows)
    for line in ['', answer(primes.rows[1:], about, cores)] + missing():
        write(line)
    if load >= cores['usable']:
        write('But other programs used the cores, too (load average before: %.1f): do not trust the'
              ' times.' % load)
    for each in races:
        for row in each.rows[1:]:
            if not row.same:
                return 1
    return 0


def find(folder):
    """(paths of the files, those of unreadable folders, how all start, a line about them)."""
    chosen, leave_out, whose = folder, (), ''
    if folder is None:
        leave_out, whose = sources.OTHERS, ', the standard library of this Python'
        folder = sources.library()
        if folder is None:
            return [], [], '', 'files: the standard library is nowhere to be found: name a FOLDER'
    archive = sources.archive_of(folder)
    paths, unreadable = sources.find(folder, leave_out)
    where = '%s%s' % (folder, whose)
    if archive is not None:
        where += ', inside of the zip archive %s' % archive
    said = 'files: %d .py files below %s' % (len(paths), where)
    if not paths and chosen is None:
        said += ': so there are no words to count, unless you name a FOLDER'
    return paths, unreadable, os.path.join(folder, ''), said


def report_words(words, paths, unreadable, root):
    """What was counted, how fast, and what below the folder `root` could not be."""
    result = words.result
    which = 'all %d files' % len(paths)
    if not words.complete:
        which = 'the first %d files (--all counts every one)' % len(words.items)
    write('\nwords of %s: %d, of them different: %d, digest %s' % (
        which, result.number, len(result.counts), result.digest()))
    if result.counts:
        write('most often: ' + ', '.join(['%s %d' % pair for pair in result.frequent(5)]))
    write_table(words.rows)
    left_out = result.left_out + [('unreadable folder', path) for path in unreadable]
    if left_out:
        write('\nleft out: %d' % len(left_out))
    for problem, path in left_out:
        write('  %s: %s' % (problem, path[len(root):]))


def write_table(rows):
    """The rows, with bars as long as they are faster than the serial one."""
    full = max([1] + [max(row.workers, row.speedup) for row in rows if row.error is None])
    write(LINE % ('', 'start', 'seconds', 'speed-up', ('(full: %.2f)' % full), 'same result'))
    for row in rows:
        if row.error is not None:
            write('  %-27s FAILED: %s' % (row.label, row.error))
            continue
        start = ''
        if row.start is not None:
            start = '%.2f' % row.start
        length = int(round(BAR * row.speedup / full))
        write(LINE % (row.label, start, '%.2f' % row.seconds, '%.2f' % row.speedup,
                      '[%s]' % ('#' * length).ljust(BAR, '.'),
                      {None: '', True: 'yes', False: 'NO'}[row.same]))


def answer(rows, about, cores):
    """A sentence for each row that might have used more than one core."""
    said = ['Does this Python use your cores?']
    for row in rows:
        if row.kind == 'caller':
            continue
        cores_of_row = min(cores['usable'], row.workers)
        text = '%.2f times as fast as serially' % (row.speedup or 0)
        if not row.same:
            text = 'that failed'
        elif cores_of_row == 1:
            text = 'it could not show: there is but one worker or core; ' + text
        elif row.speedup >= 1 + 0.4 * (cores_of_row - 1):
            text = 'yes, %s, with %d cores' % (text, cores_of_row)
        else:
            text = '%s, %s: %s' % (
                ['no', 'partly'][row.speedup >= 1.25], text, why_not(row, about))
        said.append('With %s (%s): %s.' % (row.kind, row.method, text))
    if len(said) == 1:
        said.append('There was nothing to compare with.')
    return '\n'.join(said)


def missing():
    """A line each why there are no threads, or no processes, at all."""
    lines = []
    for kind, names in (('threads', ['thread']), ('processes', [
            name for name in context.METHODS if not probe.in_here(name)])):
        reasons = [context.unavailable(name) for name in names]
        if None not in reasons:
            lines.append('No %s: %s.' % (kind, reasons[-1]))
    return lines


def why_not(row, about):
    """What keeps a pool from being faster, as far as one can know."""
    if row.kind == 'threads' and about['gil']:
        return 'the GIL of %s lets one thread run at a time' % about['implementation']
    load = machine.load()
    if load is None:
        return 'is the machine busy?'
    return 'is the machine busy? Its load average is %.1f' % load
