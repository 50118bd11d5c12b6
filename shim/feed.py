"""Cutting what the user gives to map and imap into chunks, and posting them.

A list, tuple or range is cut in the caller, as far as there is room; the rest of it and every
other iterable is pulled by a thread of its own, as the user's iterator may take its time, or wait
for results of this very pool.  It pulls no faster than the workers take, and with a window
(`buffersize`) no further ahead than that of what the user has taken.
"""
from itertools import islice

from shim import compat, errors, outcome
from shim.engines.base import Task


class Feed(object):
    """Posts the chunks of one call of map or imap."""

    def __init__(self, engine, job, func, items, size, star=False, limit=None, window=None):
        self.engine, self.job, self.func = engine, job, func
        self._items, self._size, self._star = iter(items), size, star
        self._limit, self._window = limit, window
        self._pulled = self._posted = 0
        self._mode = outcome.ONE
        if size > 1:
            self._mode = [outcome.MAP, outcome.STAR][star]
        self._call = engine.call(func, self._mode, size)
        engine.feeds[self] = True

    def start(self, items):
        """Post what there is room for, and go on in the background."""
        if self.engine.lazy or type(items) in compat.SEQUENCES:
            while self.engine.room(self._call) > 0:
                if not self.step():
                    return
        if type(items) is list:     # the caller may change it from here on
            self._items = iter(list(self._items))
        compat.thread(self._run, (), 'shim-feed')

    def step(self):
        """Post the next chunk; returns False when that was all."""
        index = self._posted
        if self.engine.error is not None:
            return self._end(self.engine.error)
        if self.engine.closing and self._window is not None:
            return self._end(ValueError('the pool was closed before all items were pulled: without'
                                        ' buffersize, close() lets imap go on to the end'))
        try:
            chunk = tuple(islice(self._items, self._size))
        except:     # noqa: E722  the user's iterator raised: in the place of an item, as the stdlib
            self._posted += 1
            self.engine.report(self.job, index, (outcome.RAISE, errors.current()))
            return self._end(None)
        if not chunk:
            return self._end(None)
        self._pulled += len(chunk)
        self._posted += 1
        if len(chunk) < self._size and hasattr(self.job, 'short'):
            self.job.short[index] = len(chunk)
        try:
            args = chunk
            if self._star and self._size == 1:
                args = tuple(chunk[0])
            item = self.engine.pack(self._call, self.func, args)
        except:     # noqa: E722  it can't be pickled: the others go on
            self.engine.report(self.job, index, (outcome.RAISE, errors.current()))
            return True
        task = Task(self._call, item, self.job, index, self._limit)
        if self.engine.post(task) is False and self.job.gate is None:
            return self._end(KeyboardInterrupt())
        return True

    def _run(self):
        compat.mask_interrupts()
        while True:
            if self._full():
                self.job.gate.wait(0, self._full)
            elif self.engine.room(self._call) <= 0:
                self.engine.gate.wait(self.engine.backlog() // 2, self._no_room)
            elif not self.step():
                return

    def _full(self):
        """True while as many items were pulled as the window allows."""
        if self._window is None or self.engine.error is not None or self.engine.closing:
            return False
        return self._pulled - self.job.taken + self._size > self._window

    def _no_room(self):
        return self.engine.room(self._call) <= 0

    def _end(self, error):
        self.engine.finish_feed(self, self._posted, error)
        return False
