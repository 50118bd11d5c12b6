"""Cutting what the user gives to map and imap into chunks, and posting them.

A list, tuple or range is cut in the caller, as far as there is room; the rest of it and every
other iterable is pulled by a thread of its own, as the user's iterator may take its time, or wait
for results of this very pool.  It pulls no faster than the workers take, and with a window
(`buffersize`) no further ahead than that of what the user has taken.
"""
from collections import deque
from itertools import islice

from shim import compat, errors, outcome, pickling, threads
from shim.engines.base import Task


def closed():
    """What next() raises when there might have been more."""
    return ValueError('the pool was closed before all items were pulled: without buffersize,'
                      ' close() lets imap go on to the end')


def read(arguments):
    """(True, a chunk of them) or (False, what they raise): packed twice, they might be read twice."""
    good, items = pickling.attempt(iter, arguments)
    if good:
        try:
            return True, (tuple(items),)
        except Exception:
            return False, errors.current()
    return False, items


class Feed(object):
    """Posts the chunks of one call of map or imap."""

    def __init__(self, engine, job, func, items, size, star=False, limit=None, retries=0,
                 window=None):
        self.engine, self.job, self.func = engine, job, func
        self._items, self._size, self._star = iter(items), size, star
        self._limit, self._retries, self._window = limit, retries, window
        self._pulled = self._posted = 0
        self._chunk = None          # pulled, but not posted yet
        self._exact = type(items) in compat.SEQUENCES
        self._owner = deque([True])     # who pops it may go on, or give up
        self._mode = outcome.ONE
        if size > 1:
            self._mode = [outcome.MAP, outcome.STAR][star]
        self._call = engine.call(func, self._mode, size)

    def register(self):
        """The engine does not end before this does."""
        self.engine.feeds[self] = True

    def start(self, items):
        """Post what there is room for, and go on in the background."""
        # No loop in this frame: what a signal handler raises at the jump back of a loop passes by
        # an except clause around it in the same frame (seen on 3.13: dis shows the hole).
        try:
            self._start(items)
        except:     # noqa: E722  a signal handler raised, or there can be no thread more
            if self._own():
                self._end(errors.current())
            raise

    def _start(self, items):
        self.register()
        if self.engine.lazy or self._exact:
            while self.engine.room(self._call) > 0 and not self._full():
                if not self.step():
                    return
        if type(items) is list:     # the caller may change it from here on
            self._items = iter(list(self._items))
        threads.start(self._run, (), 'shim-feed')

    def _own(self):
        try:
            return self._owner.pop()
        except IndexError:
            return False

    def stop(self):
        """The pool was closed: with a window, pull no more, even if the source blocks right now."""
        if self._window is not None:
            if self._own():
                self._end(closed())
            self.job.gate.open()

    def abort(self, error):
        """The engine has ended: nobody waits for a source that blocks right now."""
        if self._own():
            self._end(error)

    def step(self, share=False):
        """Post the next chunk; returns False when that was all.

        share: another thread may stop() this while the source is asked.
        """
        index = self._posted
        if self not in self.engine.feeds:
            return False
        if self.engine.error is not None:
            return self._end(self.engine.error)
        if self._unwanted():
            if share and not self._own():
                return False
            return self._end(closed())
        try:
            # Kept until it is posted: a signal handler may raise before that, and a lazy engine
            # be asked for the next one all the same.
            chunk = self._chunk = self._chunk or tuple(islice(self._items, self._size))
        except:     # noqa: E722
            if self._exact:             # a signal handler raised, as these iterators do not
                raise
            if not share or self._own():
                # In the place of an item, as the stdlib.
                self._posted += 1
                self.engine.report(Task(None, None, self.job, index), outcome.of_raised())
                self._end(None)
            return False
        if share and not self._own():
            return False
        if not chunk:
            return self._end(None)
        if len(chunk) < self._size and hasattr(self.job, 'short'):
            self.job.short[index] = len(chunk)
        good, item = True, chunk
        if self._star and self._size == 1 and type(chunk[0]) not in compat.SEQUENCES:
            good, item = read(chunk[0])
        if good:
            chunk = self._chunk = item
            good, item = pickling.attempt(self._pack, chunk)
        task = Task(self._call, item, self.job, index, self._limit, self._retries)
        going = True
        try:
            self._posted += 1
            self._pulled += len(chunk)
            self._chunk = None
            if good:
                going = self.engine.post(task)
            else:                       # it can't be pickled: the others go on
                self.engine.report(task, (outcome.RAISE, item))
        except:     # noqa: E722  as above: if it has been posted, the first answer counts
            self.engine.report(task, outcome.of_raised())
            raise
        if going is False and self.job.gate is None:
            return self._end(KeyboardInterrupt())
        if share:
            self._owner.append(True)
        return True

    def _pack(self, chunk):
        if self._star and self._size == 1:
            chunk = tuple(chunk[0])
        return self.engine.pack(self._call, self.func, chunk)

    def _run(self):
        # A source of the user's may start programs, which should hear Ctrl-C as ever.
        if self._exact:
            compat.mask_interrupts()
        going = True
        # Whoever takes the token ends this; between two steps it is there, or somebody else did.
        while going and self._owner:
            if self._full():
                self.job.gate.wait(0, self._full)
                continue
            many = self.engine.room(self._call)
            if many <= 0:
                self.engine.gate.wait(self.engine.backlog() // 2, self._no_room)
            elif self._window is not None:
                many = 1
            while many > 0 and going:
                going = self.step(True)
                many -= 1

    def _full(self):
        """True while as many items were pulled as the window allows."""
        if self._window is None or self.engine.error is not None or self._unwanted():
            return False
        return self._pulled - self.job.taken() + self._size > self._window

    def _unwanted(self):
        """True if a window is not to move on: the pool was closed, or nobody has the iterator."""
        return self._window is not None and (self.engine.closing or self.job.reader() is None)

    def _no_room(self):
        return self.engine.room(self._call) <= 0

    def _end(self, error):
        self.engine.finish_feed(self, self._posted, error)
        return False
