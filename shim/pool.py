"""The only Pool: what the stdlib's multiprocessing.pool offers, on any engine.

    pool.map(f, xs)
      a Feed cuts xs into chunks and packs them        feed.py, outcome.py
      the engine runs them somewhere                   engines/
      a MapResult hears how each ended                 results.py
      get() unpacks and returns, or raises             here and in results.py

Checks of arguments are here, at the call.
"""
import os
import warnings

from six import integer_types

from shim import compat, engines, errors, outcome, worker
from shim.feed import Feed
from shim.results import (
    ApplyResult, AsyncResult, IMapIterator, IMapUnorderedIterator, MapResult)

__all__ = ['Pool', 'ThreadPool']

RUN, CLOSE, TERMINATE = 'RUN', 'CLOSE', 'TERMINATE'     # the stdlib's words (from 3.8 on)
LONGEST = 1e9           # seconds, of a task_timeout: an int may be too large for a float


class Pool(object):
    """A pool of workers: `processes` of them (int; default: what this process may use).

    initializer(*initargs) runs in each worker as it starts.  After `maxtasksperchild` tasks (for
    map: chunks) a worker is replaced.  A task that runs longer than `task_timeout` seconds is
    ended with its worker and raises TaskTimeoutError; what the worker has to import for it counts,
    unless the initializer did.  `reseed`: each worker process gives
    `random` and, if the program has loaded it, `numpy.random` a seed of its own (multiprocessing
    does so for `random` alone: forked workers draw the same numbers from numpy).
    `context` is that of get_context(), shim's or multiprocessing's; None means the default one.

    Each call takes a task_timeout of its own, and `retries` (int): how many times more a task is
    begun whose worker died.  For map and the like a chunk is a task.  What ran longer than its
    task_timeout is not run again: it would be late again.

    Raises ValueError or TypeError for what it refuses, as CPython 3.14's Pool; task_timeout,
    retries and reseed are shim's own.
    """

    _state = _engine = None     # until it has been started

    def __init__(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
                 context=None, task_timeout=None, reseed=False):
        from shim.context import adopted
        context = adopted(context)
        if processes is not None:
            processes = compat.index(processes)
            if processes < 1:
                raise ValueError('Number of processes must be at least 1')
        if maxtasksperchild is not None and (
                not isinstance(maxtasksperchild, integer_types) or maxtasksperchild <= 0):
            raise ValueError('maxtasksperchild must be a positive int or None')
        if initializer is not None and not hasattr(initializer, '__call__'):
            raise TypeError('initializer must be a callable')
        if reseed:
            initializer, initargs = worker.reseed, (os.getpid(), initializer, tuple(initargs))
        kind = engines.engine_class(context.engine_name, context.options)
        self._ctx, self._unlimited = context, kind.unlimited
        self._limit = self._checked_limit(task_timeout)
        engine = kind(processes, initializer, tuple(initargs), maxtasksperchild, context.options)
        engine.start()
        self._engine, self._state = engine, RUN
        self._processes = min(engine.asked, engine.size)    # a scheduler has jobs in reserve, too

    # Running things.

    def apply(self, func, args=(), kwds={}, task_timeout=None, retries=0):
        """Call func(*args, **kwds) in a worker and return what it returns."""
        return self.apply_async(func, args, kwds, None, None, task_timeout, retries).get()

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None,
                    task_timeout=None, retries=0):
        """As apply(), but returns an AsyncResult at once.

        callback(value) or error_callback(exception) is called when it is ready, in the pool's own
        thread.  The arguments travel as they are now.
        """
        self._check_running()
        limit, retries = self._checked_limit(task_timeout), self._checked_retries(retries)
        result = AsyncResult(self, callback, error_callback)
        engine = self._engine
        engine.submit(engine.call(func, outcome.ONE), result, 0, func, tuple(args), kwds, limit,
                      retries)
        return result

    def map(self, func, iterable, chunksize=None, task_timeout=None, retries=0):
        """The list of func(x) for each x of the iterable, in its order."""
        return self._map_async(func, iterable, False, chunksize, task_timeout, retries).get()

    def starmap(self, func, iterable, chunksize=None, task_timeout=None, retries=0):
        """The list of func(*x) for each x of the iterable, in its order."""
        return self._map_async(func, iterable, True, chunksize, task_timeout, retries).get()

    def map_async(self, func, iterable, chunksize=None, callback=None, error_callback=None,
                  task_timeout=None, retries=0):
        """As map(), but returns a MapResult at once; callbacks as those of apply_async()."""
        return self._map_async(
            func, iterable, False, chunksize, task_timeout, retries, callback, error_callback)

    def starmap_async(self, func, iterable, chunksize=None, callback=None, error_callback=None,
                      task_timeout=None, retries=0):
        """As starmap(), but returns a MapResult at once; callbacks as those of apply_async()."""
        return self._map_async(
            func, iterable, True, chunksize, task_timeout, retries, callback, error_callback)

    def imap(self, func, iterable, chunksize=1, buffersize=None, task_timeout=None, retries=0):
        """An iterator over func(x) for each x of the iterable, in its order.

        The iterable is pulled in a thread of its own, as fast as workers take it; with
        `buffersize` (int), so that items pulled minus results taken never exceed it, as CPython
        3.14's Executor.map: then it may be endless.
        """
        return self._imap(
            IMapIterator, func, iterable, chunksize, buffersize, task_timeout, retries)

    def imap_unordered(self, func, iterable, chunksize=1, buffersize=None, task_timeout=None,
                       retries=0):
        """As imap(), in the order in which the results arrive."""
        return self._imap(
            IMapUnorderedIterator, func, iterable, chunksize, buffersize, task_timeout, retries)

    def _map_async(self, func, iterable, star, chunksize, task_timeout, retries, callback=None,
                   error_callback=None):
        self._check_running()
        limit, retries = self._checked_limit(task_timeout), self._checked_retries(retries)
        if chunksize is not None:
            chunksize = self._checked_chunk(chunksize)
        if type(iterable) in compat.SEQUENCES:
            items = iterable
        else:
            items = list(iterable)
        length = len(items)
        if chunksize is None:
            # A limit is for one task, and a quarter of a worker's share is the stdlib's choice.
            chunksize = 1
            if limit is None:
                chunksize = max(1, -(-length // (self._processes * 4)))
        result = MapResult(self, chunksize, length, callback, error_callback)
        if length:
            Feed(self._engine, result, func, items, chunksize, star, limit, retries).start(items)
        return result

    def _imap(self, kind, func, iterable, chunksize, buffersize, task_timeout, retries):
        self._check_running()
        limit, retries = self._checked_limit(task_timeout), self._checked_retries(retries)
        chunksize = self._checked_chunk(chunksize)
        if buffersize is not None:
            if not isinstance(buffersize, integer_types):
                raise TypeError('buffersize must be an integer or None')
            if buffersize < 1:
                raise ValueError('buffersize must be None or > 0')
            chunksize = min(chunksize, buffersize)
        made = kind(self, chunksize)
        feed = Feed(self._engine, made._job, func, iterable, chunksize, False, limit, retries,
                    buffersize)
        if self._engine.lazy:
            feed.register()
            made._step = feed.step
            made._job.ordered = False       # they come in order, and none waits for another
        else:
            feed.start(iterable)
        return made

    # Life and death.

    def close(self):
        """Take no more calls; the workers end when all is done."""
        self._engine.check_process()
        if self._state == RUN:
            self._state = CLOSE
            self._engine.close()
            for feed in list(self._engine.feeds):
                feed.stop()

    def terminate(self):
        """End the workers now; what is not done raises PoolTerminatedError."""
        self._engine.check_process()
        self._state = TERMINATE
        self._engine.terminate()

    def join(self):
        """Wait until the workers have ended; call close() or terminate() before."""
        self._engine.check_process()
        if self._state == RUN:
            raise ValueError('Pool is still running')
        if not self._engine.ended.happened:
            self._engine.expect()
        if not self._engine.serves():
            self._engine.wait()

    def __enter__(self):
        self._check_running()
        return self

    def __exit__(self, kind, value, traceback):
        self.terminate()

    # The modules may be gone by then; so is the engine, as the end of the program has ended it.
    def __del__(self, _warn=warnings.warn, _pid=os.getpid, _warning=compat.ResourceWarning):
        if self._engine is None or self._engine.pid != _pid():
            return
        if self._state == RUN and not self._engine.ended.happened:
            self._engine.abandon()      # a closed one ends by itself, when all is done
        if self._state == RUN and _warning is not None:     # last: a warning may be an error
            _warn('unclosed running multiprocessing pool %r' % (self,), _warning, source=self)

    def __reduce__(self):
        raise NotImplementedError(
            'pool objects cannot be passed between processes or pickled')

    def __repr__(self):
        return '<%s.%s state=%s pool_size=%s>' % (
            self.__class__.__module__, self.__class__.__name__, self._state, self._processes)

    # What programs read, too.

    _pool = property(lambda self: list(self._engine.workers), doc='The workers, as Processes.')

    def _check_running(self):
        self._engine.check_process()
        if self._state != RUN:
            raise ValueError('Pool not running')

    def _checked_chunk(self, size):
        size = compat.index(size)
        if size < 1:
            raise ValueError('Chunksize must be 1+, not %d' % size)
        return size

    def _checked_limit(self, limit):
        if limit is None:
            return getattr(self, '_limit', None)
        if self._unlimited:
            raise ValueError('task_timeout: the %s context cannot end a task: %s; use fork or'
                             ' subprocess' % (self._ctx.engine_name, self._unlimited))
        if isinstance(limit, bool) or not isinstance(limit, integer_types + (float,)) or not (
                limit > 0):
            raise ValueError('task_timeout must be a positive number of seconds, not %r' % (limit,))
        return min(limit, LONGEST)

    def _checked_retries(self, retries):
        if isinstance(retries, bool) or not isinstance(retries, integer_types) or retries < 0:
            raise ValueError('retries must be an integer, 0 or more, not %r' % (retries,))
        return retries


class ThreadPool(Pool):
    """A Pool of threads, as multiprocessing.pool.ThreadPool."""

    def __init__(self, processes=None, initializer=None, initargs=()):
        from shim.context import get_context
        Pool.__init__(self, processes, initializer, initargs, context=get_context('thread'))


def __getattr__(name):
    """MaybeEncodingError and RemoteTraceback are multiprocessing.pool's, which is slow to import."""
    if name in ('MaybeEncodingError', 'RemoteTraceback'):
        return errors.stdlib_class(getattr(errors, name))
    raise AttributeError('module %r has no attribute %r' % (__name__, name))


if not compat.LAZY_NAMES:
    MaybeEncodingError, RemoteTraceback = [
        __getattr__(_name) for _name in ('MaybeEncodingError', 'RemoteTraceback')]
