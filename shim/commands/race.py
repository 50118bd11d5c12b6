"""The same tasks done serially and by pools, each timed, the results compared.

The serial run goes on until its time is over; the pools then get exactly what it did.
"""
import sys

import shim
from shim import compat
from shim.commands import counting, terminal

WARM = 0.1          # seconds before the serial run: caches and compilers get warm
CROWD = 20.0        # seconds for all workers of a pool to start
IN_HERE = {'interpreter': 'sub-interpreters'}   # what is in this process and no mere thread


class Row(object):
    """One way of doing it, and how that went."""

    speedup = same = error = start = seconds = None

    def __init__(self, label, method=None, workers=1):
        self.label, self.method, self.workers, self.kind = label, method, workers, 'workers'


class Race(object):
    """Tasks, function(item) each, whose results are put together by a `total()`.

    `prepare(item)`, once before the item is done, takes no part in the time.  Of some `rounds`
    the fastest counts: whatever else the machine does makes them slower only.
    """

    def __init__(self, name, function, total, prepare=None, rounds=1):
        self.name, self.function, self.total = name, function, total
        self.prepare, self.rounds = prepare, rounds
        self.items, self.rows, self.complete = [], [], True

    def serially(self, items, limit=None, number=None):
        """Do as many of the items (at most `number`) as take `limit` seconds.

        items() is called for an iterator.
        """
        end = compat.monotonic() + WARM
        for item in items():
            if compat.monotonic() > end:
                break
            self.function(item)
        row = Row('serial')
        row.seconds = 0.0
        self.result = self.total()
        shown = terminal.progress('%s, serial' % self.name, number)
        try:
            for item in items():
                if limit is not None and row.seconds >= limit:
                    self.complete = False
                    break
                if self.prepare is not None:
                    self.prepare(item)
                start = compat.monotonic()
                self.result.add(self.function(item))
                row.seconds += compat.monotonic() - start
                self.items.append(item)
                shown.step()
        finally:
            shown.close()
        self.bytes = self.result.serialised()
        self.rows.append(row)

    def pooled(self, pool, row):
        """Do the same items by the workers of the pool."""
        rounds = [self._round(row.label, pool.imap_unordered) for _round in range(self.rounds)]
        row.seconds = min([seconds for seconds, _result in rounds])
        row.same = [result for _seconds, result in rounds] == [self.bytes] * self.rounds

    def finish(self):
        """The other serial rounds, at another time than the first; and who was how much faster."""
        serial = self.rows[0]
        for _round in range(1, self.rounds):
            seconds, _result = self._round(serial.label, one_by_one)
            serial.seconds = min(serial.seconds, seconds)
        for row in self.rows:
            if row.seconds is not None:     # a clock may stand still for 15 ms
                row.speedup = serial.seconds / max(row.seconds, 1e-6)
        serial.speedup = 1.0

    def _round(self, label, imap):
        """(seconds from the call of imap until all results are put together, these as bytes)."""
        total = self.total()
        shown = terminal.progress('%s, %s' % (self.name, label), len(self.items))
        start = compat.monotonic()
        try:
            for each in imap(self.function, self.items):
                total.add(each)
                shown.step()
            return compat.monotonic() - start, total.serialised()
        finally:
            shown.close()


def one_by_one(function, items):
    """imap of the caller itself: the builtin one makes a list on 2.x."""
    for item in items:
        yield function(item)


def in_a_pool(method, workers, races):
    """One pool of that context does all the races: a row in each, whatever happens."""
    rows = [Row(method, method, workers) for _race in races]
    start = compat.monotonic()
    try:
        pool = shim.get_context(method).Pool(workers)
        try:
            kind, workers = crowd(pool, method)
            started = compat.monotonic() - start
            for race, row in zip(races, rows):
                row.start, row.kind, row.workers = started, kind, workers
                row.label = '%s x %d (%s)' % (kind, workers, method)
                race.pooled(pool, row)
        finally:
            pool.terminate()
            pool.join()
    except (KeyboardInterrupt, SystemExit):
        raise
    except Exception:
        kind, error = sys.exc_info()[:2]
        for row in rows:
            if row.same is None:
                row.error = '%s: %s' % (kind.__name__, error)
    for race, row in zip(races, rows):
        race.rows.append(row)


def crowd(pool, method):
    """(what its workers are, how many): asked until each has answered once."""
    end = compat.monotonic() + CROWD
    seen = set()
    while len(seen) < pool._processes and compat.monotonic() < end:
        seen.update(pool.map(counting.who, [0.01] * pool._processes, 1))
    here = counting.who(0)
    kind = 'processes'
    if here in seen:
        kind = 'caller'
    elif here[0] in [pid for pid, _thread in seen]:
        kind = IN_HERE.get(method, 'threads')
    return kind, len(seen)
