"""What a caller holds while tasks run: AsyncResult, MapResult and the iterators of imap.

An engine settles them from one thread: `settle(index, outcome)`.  Outcomes are unpacked by the
caller who asks, once.  Nothing here takes a lock: a signal handler may raise between any two
bytecodes of get() or next().
"""
import time
import weakref
from collections import deque

from shim import compat, errors, logs, outcome, waiting
from shim.engines.base import Gate
from shim.waiting import Signal

PENDING = object()
LONG = 16384        # bytes of a chunk's results that are worth unpacking early


def call_back(function, value, call_out=None):
    """Call a callback: what it raises is logged, as nobody is there to catch it."""
    if function is not None:
        try:
            if call_out is None:
                function(value)
            else:
                call_out(function, value)
        except:     # noqa: E722
            logs.report('ERROR', 'shim: the callback %r raised; the result is delivered all the same',
                        function, exc_info=True)


class AsyncResult(Signal):
    """The result of apply_async(), as the stdlib's."""

    _content = None     # what settle() got
    _unpacked = None    # (True, value) or (False, exception)
    gate = None         # where a feed waits for results to be taken: nowhere

    def __init__(self, pool, callback=None, error_callback=None):
        self._pool = pool       # which is not collected before this is ready
        self._engine = pool._engine
        self._callback, self._error_callback = callback, error_callback

    def ready(self):
        """True if get() would not wait."""
        return self.happened

    def successful(self):
        """True if the call returned; False if it raised; ValueError if it is not ready (3.7)."""
        if not self.happened:
            raise ValueError('%r not ready' % (self,))
        return self._result()[0]

    def wait(self, timeout=None):
        """Wait until it is ready or `timeout` seconds have passed."""
        if not self.happened:
            self._engine.expect()
            self.wait_for(timeout)

    def get(self, timeout=None):
        """Return the value, or raise what the call raised.

        Raises TimeoutError if `timeout` seconds pass before it is ready.
        """
        self.wait(timeout)
        if not self.happened:
            raise errors.TimeoutError('no result after %s seconds' % timeout)
        return outcome.give(*self._result())

    def __await__(self):
        """`await result` in a program of asyncio: as get(), while its event loop goes on."""
        from shim.awaiting import future
        if not self.happened:
            self._engine.expect(False)
        return future(self).__await__()

    def deferred(self):
        """A Deferred of Twisted's, which fires in the thread of its reactor: as get() would end.

        No thread waits for it.  A task that has begun does not end if the Deferred is cancelled.
        """
        from shim.deferring import deferred
        if not self.happened:
            self._engine.expect(False)
        return deferred(self)

    def settle(self, index, content):
        """How it ended.  Called by the engine."""
        self._content = content
        self._finish()

    def _finish(self):
        try:
            if self._callback is not None or self._error_callback is not None:
                good, value = self._result()
                if good:
                    call_back(self._callback, value, self._engine.call_out)
                else:
                    call_back(self._error_callback, value, self._engine.call_out)
                self._callback = self._error_callback = None
        finally:
            self.fire()
            self._pool = None

    def _result(self):
        """(True, value) or (False, exception): unpacked by the first who asks."""
        if self._unpacked is None:
            self.__dict__.setdefault('_unpacked', self._unpack(self._content))
            self._content = None
        return self._unpacked

    def _unpack(self, content):
        return outcome.unpack(content)


ApplyResult = AsyncResult       # its other name in multiprocessing.pool


class MapResult(AsyncResult):
    """The result of map_async(): ready when all chunks are.

    The first chunk that failed is what get() raises; of a WorkerLostError or TaskTimeoutError,
    `results` has what the other chunks returned.
    """

    def __init__(self, pool, chunksize, length, callback=None, error_callback=None):
        AsyncResult.__init__(self, pool, callback, error_callback)
        self._size, self._length = chunksize, length
        self._content = [PENDING] * -(-length // chunksize)
        self._chunks = self._left = len(self._content)
        self._failed = None
        self._long, self._parts = deque(), {}
        if not length:      # no callback then, as the stdlib
            self._callback = None
            self._finish()

    def settle(self, index, content):
        if self.happened or self._content[index] is not PENDING:
            return      # a call that a signal handler cut short may settle its last chunk twice
        self._content[index] = content
        if type(content) is tuple and content[0] == outcome.VALUE and len(content[1]) > LONG:
            self._long.append(index)
            self.stir()
        if self._failed is None and outcome.failed(content):
            self._failed = index
        self._left -= 1
        if not self._left:
            self._finish()

    def end(self, total, error):
        """The feed has posted all chunks, or ends with an error for the others."""
        for index in range(total, self._chunks):
            self.settle(index, (outcome.RAISE, error or errors.PoolError(
                'the list has become shorter while it was cut into chunks')))

    def _unpack(self, content):
        if content is None:     # another thread has unpacked it meanwhile
            return None
        parts = [self._parts.get(index) or outcome.unpack(packed)
                 for index, packed in enumerate(content)]
        self._parts = {}
        if self._failed is None:
            bad = [number for number, part in enumerate(parts) if not part[0]]
            if not bad:
                return True, self._flat(parts)
            self._failed = bad[0]
        error = parts[self._failed][1]
        if isinstance(error, (errors.WorkerLostError, errors.TaskTimeoutError)):
            error.results = self._flat(parts)
        return False, error

    def look(self):
        """Unpack long chunks while the others are on their way."""
        while self._long:
            try:
                index = self._long.popleft()
            except IndexError:      # another thread does
                break
            content = self._content
            if content is None:         # another thread has unpacked all of them meanwhile
                break
            self._parts[index] = outcome.unpack(content[index])

    def _flat(self, parts):
        """The results of all chunks, MISSING where there are none."""
        if self._size == 1 and self._failed is None:
            return [value for good, value in parts]
        values = []
        for number, (good, value) in enumerate(parts):
            if not good:
                left = self._length - number * self._size
                values.extend([errors.MISSING] * min(self._size, left))
            elif self._size == 1:
                values.append(value)
            else:
                values.extend(value)
        return values


class Arrivals(object):
    """The job behind an imap iterator: what has arrived and was not taken yet.

    The iterator is the user's and keeps the pool; this is the engine's, and does not: so an
    iterator that nobody has any more keeps nothing alive.
    """

    def __init__(self, size, ordered):
        self.size, self.ordered = size, ordered
        self.ready = deque()        # outcomes and Elements, in the order of next()
        self.early = {}             # {index: outcome} that others have to precede
        self.short = {}             # {index: elements}, where it is not `size`
        self.index, self.total = 0, None    # chunks passed on; chunks there are, once known
        self.over = None            # what next() raises once all have been passed on
        self.error = None
        self.passed = 0             # how many entries have been in `ready`
        # A failed chunk is one of them: (how many were before it, what it has besides), not taken yet.
        self.lumps, self.lumped = deque(), 0
        self.reader = None          # a weak reference to the iterator
        self.waiting = []
        self.gate = Gate()          # where a feed waits for elements to be taken

    # Called in the thread that settles.

    def settle(self, index, content):
        """How a chunk ended."""
        if index != self.index and self.ordered:
            self.early[index] = content
            return
        self.pass_on(index, content)
        while self.early and self.index in self.early:
            self.pass_on(self.index, self.early.pop(self.index))
        if self.waiting or self.total is not None:
            self.tell()

    def end(self, total, error):
        """The feed posted `total` chunks; behind them comes the error, if there is one."""
        self.total, self.error = total, error
        self.tell()

    def pass_on(self, index, content):
        self.index += 1
        many = self.short.pop(index, self.size)
        if self.size == 1 or outcome.failed(content):
            if many > 1:
                self.lumps.append((self.passed, many - 1))
            many = 1
            self.ready.append(content)
        else:
            chunk = Chunk(content)
            for number in range(many):
                self.ready.append(Element(chunk, number))
        self.passed += many

    def taken(self):
        """How many elements next() has taken: not counted there, where it could be cut short."""
        taken = self.passed - len(self.ready)
        while self.lumps and self.lumps[0][0] < taken:
            self.lumped += self.lumps.popleft()[1]
        return taken + self.lumped

    def leave(self, waiter):
        """Somebody waits no longer."""
        if waiter in self.waiting:      # else it has been woken
            try:
                self.waiting.remove(waiter)
            except ValueError:
                pass

    def tell(self):
        if self.total is not None and self.index >= self.total and self.over is None:
            self.over = self.error or StopIteration
        while self.waiting:
            try:
                self.waiting.pop().wake()
            except IndexError:      # who waited has gone
                break


class Chunk(object):
    """The outcome of a chunk, unpacked when its first element is taken."""

    def __init__(self, content):
        self.content = content

    def unpack(self):
        if 'unpacked' not in self.__dict__:
            self.__dict__.setdefault('unpacked', outcome.unpack(self.content))
        return self.unpacked


class Element(object):
    """One of the results of a chunk."""

    __slots__ = ('chunk', 'number')

    def __init__(self, chunk, number):
        self.chunk, self.number = chunk, number


def unpack(entry):
    """(True, value) or (False, exception) of what is in Arrivals.ready."""
    if type(entry) is not Element:
        return outcome.unpack(entry)
    good, value = entry.chunk.unpack()
    if good:
        return True, value[entry.number]
    return False, value     # it did not unpickle: the error for each of them


class IMapIterator(object):
    """The results of imap(), in the order of the items, as the stdlib's."""

    _ordered = True

    def __init__(self, pool, size):
        self._pool, self._engine = pool, pool._engine
        self._job = Arrivals(size, self._ordered)
        self._job.reader = weakref.ref(self)
        self._step = None           # of a lazy engine: run one chunk more

    def __iter__(self):
        return self

    def next(self, timeout=None):
        """Return the next result, or raise what its call raised.

        Raises TimeoutError if none comes within `timeout` seconds, StopIteration at the end.
        """
        ready, job = self._job.ready, self._job
        while True:
            if not ready:
                self._wait(timeout)
            try:
                # Unpack first, as that takes long, and take it last: an exception in between, by a
                # signal handler, loses nothing.
                entry = ready[0]
                good, value = unpack(entry)
                taken = ready.popleft()
            except IndexError:          # another thread took it
                continue
            if taken is not entry:
                good, value = unpack(taken)
            if job.gate.waiting:
                job.gate.open()
            if good:
                return value
            raise value

    __next__ = next

    def _wait(self, timeout):
        job, deadline = self._job, None
        if timeout is not None:
            deadline = compat.monotonic() + timeout
        while not job.ready:
            if job.over is not None:
                if job.ready:           # it came just before
                    break
                self._pool = None
                raise job.over
            if self._step is not None:
                if self._one_step() is False and not job.ready:
                    # Also if a signal handler cut an earlier step short, and a chunk is missing.
                    job.over = job.over or job.error or StopIteration
                continue
            self._engine.expect()
            left = None
            if deadline is not None:
                left = deadline - compat.monotonic()
                if not left > 0:        # nan, too
                    raise errors.TimeoutError('no result after %s seconds' % timeout)
            waiter = waiting.take()
            try:
                job.waiting.append(waiter)
                if not job.ready and job.over is None:
                    waiter.wait(left)
            finally:
                job.leave(waiter)
            waiting.give_back(waiter)

    def _one_step(self):
        """Run a chunk in this thread, unless another thread is at it."""
        # No lock: a signal handler that raises right behind acquire() would leave it held.  What it
        # leaves here is the thread's own.
        me = compat.get_ident()
        if self.__dict__.setdefault('_stepping', me) != me:
            time.sleep(0.001)
            return None
        try:
            return self._step()
        finally:
            self.__dict__.pop('_stepping', None)


class IMapUnorderedIterator(IMapIterator):
    """The results of imap_unordered(), as they come."""

    _ordered = False
