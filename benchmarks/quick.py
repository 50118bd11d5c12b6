#!/usr/bin/env python3
"""shim's Pool beside the stdlib's: the same work, 2 forked workers each, medians.

    python benchmarks/quick.py                        the whole table, some minutes
    python benchmarks/quick.py --only apply --rounds 21
    python benchmarks/quick.py --smoke                a little of each: are the results right?
    python benchmarks/quick.py --profile imap         where shim's time goes, by function

All in one process, so that both meet the same machine: a round runs every row on both pools, one
after the other, and every other round begins with the other one.  Each measurement has a pool of
its own, made and warmed up before the clock starts (but in the row that measures just that), and
begins after a garbage collection; the collector stays on, as in a user's program.  The results are
compared with what they should be, outside of the measured time.

What a call of apply() takes is mostly waking threads and processes, and that is several times
slower on an idle core than on a busy one: the load that is printed belongs to the numbers, and
`taskset -c 1 python benchmarks/quick.py` is the other extreme.  The smallest and the largest ratio
of the rounds tell what a single round is worth.

The driver needs CPython 3.6+, as the stdlib's contexts do; the work is done by plain functions.
"""
import argparse
import faulthandler
import gc
import multiprocessing
import os
import statistics
import sys
import threading
import time
from collections import defaultdict

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

import shim     # noqa: E402

WORKERS = 2
DEADLINE = 300      # seconds after which a measurement hangs
SLOW = 0.3          # seconds of the one slow task among tiny ones
PAYLOAD = bytes(bytearray(range(250))) * 40000
clock = time.perf_counter


# ---- the work

def double(x):
    return 2 * x


def millisecond(x):
    # Busy, not asleep: what the pool itself costs is to be taken from the same cores.
    end = clock() + 0.001
    while clock() < end:
        pass
    return 2 * x


def echo(x):
    return x


def tiny_or_slow(x):
    if x < 0:
        time.sleep(SLOW)
    return 2 * x


# ---- the rows: run_*(pool, size) is measured, and returns what check_*() looks at afterwards

def doubles(size):
    return [2 * x for x in range(size)]


def check_doubles(got, size):
    return got == doubles(size)


def check_sorted(got, size):
    return sorted(got) == doubles(size)


def run_apply(pool, size):
    return [pool.apply(double, (x,)) for x in range(size)]


def run_apply_async(pool, size):
    results = [pool.apply_async(double, (x,)) for x in range(size)]
    return [result.get() for result in results]


def run_imap(pool, size):
    return list(pool.imap(double, range(size), chunksize=1))


def run_imap_generator(pool, size):
    return list(pool.imap(double, (x for x in range(size)), chunksize=1))


def run_imap_unordered(pool, size):
    return list(pool.imap_unordered(double, range(size), chunksize=1))


def run_map(pool, size):
    return pool.map(double, range(size))


def run_map_1ms(pool, size):
    return pool.map(millisecond, range(size))


def run_payload(pool, size):
    return [pool.apply(echo, (PAYLOAD,)) for _ in range(size)]


def check_payload(got, size):
    return got == [PAYLOAD] * size


def run_start(context, size):
    values = []
    for x in range(size):
        pool = context.Pool(WORKERS)
        values.append(pool.apply(double, (x,)))
        pool.close()
        pool.join()
    return values


def run_slow_async(pool, size):
    results = [pool.apply_async(tiny_or_slow, (x,)) for x in range(size // 2)]
    slow = pool.apply_async(tiny_or_slow, (-1,))
    results += [pool.apply_async(tiny_or_slow, (x,)) for x in range(size // 2, size)]
    return [result.get() for result in results], slow


def check_slow_async(got, size):
    values, slow = got
    return values == doubles(size) and slow.get() == -2


def run_slow_imap(pool, size):
    items = list(range(size))
    items.insert(size // 2, -1)
    rest = pool.imap_unordered(tiny_or_slow, items)
    # Without looking whether it is the slow one: that should be the last, and takes too long else.
    return [next(rest) for _ in range(size)], rest


def check_slow_imap(got, size):
    values, rest = got
    return sorted(values + list(rest)) == [-2] + doubles(size)


class Row:
    """demand: what issue 2 asks for, the largest ratio of times or the smallest one of rates."""

    def __init__(self, about, size, smoke, check=check_doubles, time=None, rate=None,
                 own_pool=False):
        self.about, self.size, self.smoke, self.check = about, size, smoke, check
        self.time, self.rate, self.own_pool = time, rate, own_pool

    def verdict(self, ratio):
        """What is demanded and whether this ratio, shim's time by the stdlib's, meets it."""
        if self.time is not None:
            return 'time <= %.2f: %s' % (self.time, 'ok' if ratio <= self.time else 'SHORT')
        if self.rate is not None:
            return 'rate >= %.1f: %s' % (self.rate, 'ok' if 1 / ratio >= self.rate else 'SHORT')
        return ''


ROWS = {
    'apply': Row('%d calls of apply(), one at a time', 3000, 50, time=1.0),
    'apply_async': Row('%d tiny tasks: submit all, then get all', 30000, 500, rate=5.0),
    'imap': Row('%d tiny tasks, chunksize=1', 30000, 500, rate=5.0),
    'imap_generator': Row('%d tiny tasks from a generator, chunksize=1', 30000, 500),
    'imap_unordered': Row('%d tiny tasks, chunksize=1', 30000, 500, check_sorted),
    'map': Row('%d tiny tasks, default chunksize', 10 ** 6, 10000, time=1.0),
    'map_1ms': Row('%d tasks of 1 ms, default chunksize', 1000, 20),
    'payload': Row('10 MB to a worker and back, %d times', 10, 1, check_payload),
    'start': Row('Pool(2), one apply(), close(), join(), %d times', 10, 2, own_pool=True),
    'slow_async': Row('%d tiny tasks, a slow one in the middle, apply_async()', 2000, 100,
                      check_slow_async),
    'slow_imap': Row('%d tiny tasks, a slow one in the middle, imap_unordered()', 2000, 100,
                     check_slow_imap),
}
SIDES = {'stdlib': multiprocessing.get_context('fork'), 'shim': shim.get_context('fork')}


# ---- measuring

def measure(name, context, size, watch=None):
    """The seconds one row takes once; SystemExit if the results are wrong."""
    row, run = ROWS[name], globals()['run_' + name]
    faulthandler.dump_traceback_later(DEADLINE, exit=True)
    pool = None
    if not row.own_pool:
        pool = context.Pool(WORKERS)
        pool.map(echo, range(16 * WORKERS), 1)
    gc.collect()
    if watch is not None:
        watch.begin()
    start = clock()
    got = run(pool or context, size)
    seconds = clock() - start
    if watch is not None:
        watch.end()
    if not row.check(got, size):
        sys.exit('%s: wrong results from %r' % (name, context))
    if pool is not None:
        pool.close()
        pool.join()
    faulthandler.cancel_dump_traceback_later()
    return seconds


def measure_all(names, rounds, smoke):
    """{row: {side: [seconds, one per round]}}"""
    times = {name: {side: [] for side in SIDES} for name in names}
    for number in range(rounds):
        order = list(SIDES)
        if number % 2:
            order.reverse()
        for name in names:
            size = ROWS[name].smoke if smoke else ROWS[name].size
            for side in order:
                times[name][side].append(measure(name, SIDES[side], size))
        if sys.stderr.isatty():
            sys.stderr.write('\rround %d of %d ' % (number + 1, rounds))
    return times


def describe():
    return 'CPython %s, %d cores, load %s, shim %s' % (
        sys.version.split()[0], os.cpu_count(), ' '.join('%.1f' % n for n in os.getloadavg()),
        shim.__version__)


def report(times, smoke):
    """Print the table: medians in seconds, and shim's against the stdlib's."""
    line = '%-15s %9s %9s %7s %7s  %-15s %-16s %s'
    print(line % ('row', 'stdlib s', 'shim s', 'time', 'rate', 'time, per round', 'demand', 'what'))
    for name, sides in times.items():
        row = ROWS[name]
        ours, theirs = statistics.median(sides['shim']), statistics.median(sides['stdlib'])
        ratios = sorted(a / b for a, b in zip(sides['shim'], sides['stdlib']))
        size = row.smoke if smoke else row.size
        print(line % (
            name, '%.4f' % theirs, '%.4f' % ours, 'x%.3f' % (ours / theirs),
            'x%.2f' % (theirs / ours), 'x%.3f - x%.3f' % (ratios[0], ratios[-1]),
            '' if smoke else row.verdict(ours / theirs), row.about % size))
    print('time, rate: the median of shim by the median of the stdlib.  Load after: %.1f'
          % os.getloadavg()[0])


class Watch:
    """Seconds of CPU per function, without what it calls, of each thread of this process.

    Not by cProfile: from 3.12 on that knows one profile for all threads, and mixes them up.
    The hooks' own time is in the numbers, mostly of functions that call many others: compare
    them with each other, not with the clock.
    """

    def __init__(self):
        self.threads = defaultdict(lambda: defaultdict(lambda: [0, 0.0]))
        self.local = threading.local()
        self.pid = os.getpid()
        self.on = False
        # Pools are made before begin(), and their threads take over what is set then.
        threading.setprofile(self.hook)

    def begin(self):
        self.on = True
        sys.setprofile(self.hook)

    def end(self):
        sys.setprofile(None)
        self.on = False

    def hook(self, frame, event, argument):
        if os.getpid() != self.pid:     # a worker
            sys.setprofile(None)
            threading.setprofile(None)
            return
        now, local = time.thread_time(), self.local
        if 'stack' not in local.__dict__:
            # It may be deep in calls already: those go without a name.
            local.stack, local.last = [], now
            local.seen = self.threads[threading.current_thread().name]
        stack, spent, local.last = local.stack, now - local.last, now
        if self.on:
            local.seen[stack[-1] if stack else 'before'][1] += spent
        if event in ('call', 'c_call'):
            if event == 'call':
                code = frame.f_code
                what = '%s:%d %s' % (os.path.relpath(code.co_filename, ROOT),
                                     code.co_firstlineno, code.co_name)
            else:
                what = getattr(argument, '__qualname__', repr(argument)) + ' (built in)'
            stack.append(what)
            if self.on:
                local.seen[what][0] += 1
        elif stack:
            stack.pop()
        local.last = time.thread_time()

    def report(self, size):
        for thread, seen in self.threads.items():
            total = sum(spent for calls, spent in seen.values())
            if not total:
                continue
            print('\n%s: %.2f us per task, hooks included\n   us/task  calls/task' % (
                thread, total / size * 1e6))
            for what, (calls, spent) in sorted(
                    seen.items(), key=lambda entry: -entry[1][1])[:25]:
                print('  %8.3f  %10.3f  %s' % (spent / size * 1e6, calls / size, what))


def profile(name):
    size, watch = ROWS[name].size, Watch()
    measure(name, SIDES['shim'], size, watch)
    threading.setprofile(None)
    print('%s: %s' % (name, ROWS[name].about % size))
    watch.report(size)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=7, metavar='N')
    parser.add_argument('--only', action='append', choices=list(ROWS), metavar='ROW',
                        help='this row (may be given again): ' + ', '.join(ROWS))
    parser.add_argument('--smoke', action='store_true',
                        help='a little of each: fails if a result is wrong, never for the time')
    parser.add_argument('--profile', choices=list(ROWS), metavar='ROW',
                        help='run the row on shim only; print where the time goes')
    options = parser.parse_args(argv)
    if options.rounds < 1:
        parser.error('--rounds must be at least 1')
    print(describe(), flush=True)
    if options.profile:
        return profile(options.profile)
    rounds = 1 if options.smoke else options.rounds
    times = measure_all(options.only or list(ROWS), rounds, options.smoke)
    report(times, options.smoke)


if __name__ == '__main__':
    main()
