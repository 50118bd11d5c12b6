"""Executors, as CPython 3.14's concurrent.futures has them, on the engines of shim's Pool.

An executor has no Pool but what a Pool has, an engine: submit() posts a task that a future hears of
(landing.py).

Future, wait() and so on are concurrent.futures' own from 3.2 on, and those of its backport before;
else, and what an older one lacks, backfill/future.py's.  The executors are subclasses of its
executors, so that whoever looks for those accepts them (asyncio's set_default_executor() does); they
use nothing of them.
"""
import itertools
import os
import threading
import weakref
from collections import deque

from six import integer_types
from six.moves import zip

from shim import compat, cpus, engines, outcome
from shim.backfill import future as backfill
from shim.context import adopted, get_context
from shim.errors import PoolBrokenError, PoolTerminatedError, WorkerLostError
from shim.landing import Landing, LandingHere, claim, give_up, run_here

try:
    from concurrent import futures as known
except ImportError:     # until 3.2
    known = backfill


def part(name):
    """A submodule of concurrent.futures, or what stands for it."""
    try:
        return __import__('concurrent.futures.' + name, None, None, [name])
    except ImportError:
        return backfill


def taken(name, module=known):
    """What concurrent.futures has under that name."""
    return getattr(module, name, None) or getattr(backfill, name)


FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED = (
    known.FIRST_COMPLETED, known.FIRST_EXCEPTION, known.ALL_COMPLETED)
Future, Executor, wait, as_completed = (
    known.Future, known.Executor, known.wait, known.as_completed)
CancelledError, TimeoutError = known.CancelledError, known.TimeoutError
InvalidStateError = taken('InvalidStateError')              # 3.8+
BrokenExecutor = taken('BrokenExecutor')                    # 3.7+
BrokenProcessPool = taken('BrokenProcessPool', part('process'))     # 3.3+
BrokenThreadPool = taken('BrokenThreadPool', part('thread'))        # 3.7+

__all__ = ['ALL_COMPLETED', 'BrokenExecutor', 'BrokenProcessPool', 'BrokenThreadPool',
           'CancelledError', 'Executor', 'FIRST_COMPLETED', 'FIRST_EXCEPTION', 'Future',
           'InvalidStateError', 'LostTaskError', 'ProcessPoolExecutor', 'ThreadPoolExecutor',
           'TimeoutError', 'as_completed', 'wait']


# Until 3.7 and in the backport the others are no BrokenExecutors.

class LostTaskError(WorkerLostError, BrokenProcessPool, BrokenExecutor):
    """The worker of this task died; the executor goes on, as do all other tasks."""


class BrokenPoolError(PoolBrokenError, BrokenProcessPool, BrokenExecutor):
    """No worker can be started: they raise in the initializer, or die as they start."""


class TerminatedPoolError(PoolTerminatedError, BrokenProcessPool, BrokenExecutor):
    """terminate_workers() or kill_workers() came while this task ran."""


class BrokenThreadsError(PoolBrokenError, BrokenThreadPool, BrokenExecutor):
    """The threads raise in the initializer."""


# How futures.* call what a pool says of a task.
OF_PROCESSES = {WorkerLostError: LostTaskError, PoolBrokenError: BrokenPoolError,
                PoolTerminatedError: TerminatedPoolError}
OF_THREADS = {PoolBrokenError: BrokenThreadsError}


_engines = weakref.WeakKeyDictionary()      # those of executors, until they have ended


def _program_ends():
    """Let them complete what was submitted, before the functions of atexit are called."""
    for engine in list(_engines):
        if engine.pid == compat.getpid() and not engine.ended.happened:
            engine.program_ends()


# As concurrent.futures does from 3.9 on.  Before, an engine that is patient does it among these.
if hasattr(threading, '_register_atexit'):
    threading._register_atexit(_program_ends)


class Pooled(object):
    """What executors are, whatever runs the work.

    The workers start with the first task, all of them.  shutdown(), the end of the program and the
    collection of an executor let what was submitted complete.
    """

    _engine = None          # until the first task
    _down = False           # shutdown() came
    _words = OF_PROCESSES

    def _prepare(self, context, size, initializer, initargs, maxtasks=None):
        if size <= 0:
            raise ValueError('max_workers must be greater than 0')
        if initializer is not None and not hasattr(initializer, '__call__'):
            raise TypeError('initializer must be a callable')
        self._mp_context, self._max_workers = context, compat.index(size)
        self._initializer, self._initargs, self._maxtasks = initializer, tuple(initargs), maxtasks
        self._lock = threading.Lock()

    def submit(*args, **kwargs):
        """submit(fn, *args, **kwargs): call fn(*args, **kwargs) in a worker; returns a Future.

        The arguments travel as they are now.  Raises RuntimeError after shutdown(), BrokenExecutor
        if no worker can be started.
        """
        # As self and fn may be among the keywords.
        if len(args) < 2:
            raise TypeError("submit() missing 1 required positional argument: 'fn'")
        return args[0]._submit(outcome.ONE, 1, args[1], args[2:], kwargs)

    _ours = submit

    def map(self, fn, *iterables, **options):
        """map(fn, *iterables, timeout=None, chunksize=1, buffersize=None): an iterator over
        fn(*items) for the items of all iterables.

        `chunksize` items are one task.  They are submitted at once; with `buffersize` (int) no more
        than that many tasks are, whose results were not taken yet.  next() raises TimeoutError when
        `timeout` seconds have passed since the call; what was not begun then is cancelled.
        """
        values = [options.pop(name, default) for name, default in (
            ('timeout', None), ('chunksize', 1), ('buffersize', None))]
        if options:
            raise TypeError('map() got an unexpected keyword argument %r' % list(options)[0])
        timeout, chunksize, buffersize = values
        size = self._chunk(chunksize)
        if buffersize is not None and not isinstance(buffersize, integer_types):
            raise TypeError('buffersize must be an integer or None')
        if buffersize is not None and buffersize < 1:
            raise ValueError('buffersize must be None or > 0')
        return Results(self, fn, zip(*iterables), size, timeout, buffersize)

    def _chunk(self, size):
        if size < 1:
            raise ValueError('chunksize must be >= 1.')
        return size

    def shutdown(self, wait=True, cancel_futures=False):
        """Take no more tasks; those there are complete, or with `cancel_futures` those that run.

        wait: return when that is done and the workers have ended; not in a callback, nor in a task
        that runs in a thread of the executor's: these would wait for themselves.
        """
        self._down = True
        engine = self._engine
        if engine is None or engine.pid != compat.getpid():
            return
        if cancel_futures:
            engine.sift(give_up)
        engine.close()
        if wait and not engine.serves() and not engine.runs():
            engine.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.shutdown(True)
        return False

    def __del__(self, _pid=os.getpid):      # the modules may be gone by then
        engine = self._engine
        if engine is not None and engine.pid == _pid() and not engine.ended.happened:
            engine.close()

    def _submit(self, mode, size, func, args, kwds):
        """The future of a task: of a call, or with the mode STAR of a chunk of them."""
        engine = self._engine
        if self._down or engine is None or engine.error is not None or engine.closing:
            engine = self._checked()
        engine.check_process()
        future = Future()
        if not engine.here:
            call = engine.call(func, mode, size)
        else:       # the tasks run in this process
            call = engine.call(func, outcome.ONE, size)
            func, args, kwds = run_here, (future, mode, (func, args, kwds)), {}
        engine.submit(call, self._landing, future, func, args, kwds)
        return future

    def _checked(self):
        """The engine, which runs; RuntimeError if there is none to have any more."""
        error = getattr(self._engine, 'error', None)
        if isinstance(error, PoolBrokenError):
            raise self._words[PoolBrokenError](*error.args)
        if self._down:
            raise RuntimeError('cannot schedule new futures after shutdown')
        self._lock.acquire()
        try:
            if self._engine is None:
                self._engine = self._started()
        finally:
            self._lock.release()
        if self._engine.closing:
            raise RuntimeError('cannot schedule new futures after interpreter shutdown')
        return self._engine

    def _started(self):
        kind = engines.engine_class(self._mp_context.engine_name, self._mp_context.options)
        engine = kind(self._max_workers, self._initializer, self._initargs, self._maxtasks,
                      self._mp_context.options)
        engine.patient = True
        if not engine.here:
            engine.claim, self._landing = claim, Landing(self._words, engine.call_out)
        else:
            self._landing = LandingHere(self._words, engine.call_out)
        self._name(engine)
        engine.start()
        _engines[engine] = True
        return engine

    def _name(self, engine):
        """Choose what the workers are called."""


class ProcessPoolExecutor(Pooled, getattr(part('process'), 'ProcessPoolExecutor', Executor)):
    """An executor whose workers are processes: `max_workers` of them (int; default: what this
    process may use).

    mp_context: of shim.get_context(), or multiprocessing's; None means the default one.
    initializer(*initargs) runs in each worker as it starts; if it raises in all of them, the executor
    is broken.  After `max_tasks_per_child` tasks a worker is replaced, on every context.

    When a worker dies, the task it ran raises LostTaskError, which is a BrokenProcessPool and a
    WorkerLostError; unlike the standard library's, the executor goes on, as do all other tasks.

    Raises ValueError or TypeError for what it refuses, as CPython 3.14's.
    """

    def __init__(self, max_workers=None, mp_context=None, initializer=None, initargs=(),
                 max_tasks_per_child=None):
        mp_context = adopted(mp_context)
        if max_workers is None:
            max_workers = cpus.usable()
        if max_tasks_per_child is not None:
            if not isinstance(max_tasks_per_child, integer_types):
                raise TypeError('max_tasks_per_child must be an integer')
            if max_tasks_per_child <= 0:
                raise ValueError('max_tasks_per_child must be >= 1')
        self._prepare(mp_context, max_workers, initializer, initargs, max_tasks_per_child)

    def terminate_workers(self):
        """End now: what runs raises TerminatedPoolError, the rest is cancelled."""
        self._down = True
        if self._engine is not None:
            self._engine.check_process()
            self._engine.abandon()

    def kill_workers(self):
        """The same, by SIGKILL."""
        slots = list(getattr(self._engine, 'slots', ()))
        self.terminate_workers()
        for slot in slots:
            slot.worker.kill()

    # What programs read, too.
    _processes = property(lambda self: dict([
        (worker.pid, worker) for worker in getattr(self._engine, 'workers', ()) if worker.pid]),
        doc='The workers: {pid: process}; one on another machine has yet to tell its own.')


class ThreadPoolExecutor(Pooled, getattr(part('thread'), 'ThreadPoolExecutor', Executor)):
    """An executor whose workers are threads: `max_workers` of them (int; default: four more than
    this process may use processors, at most 32), called `thread_name_prefix`_0 and so on.

    initializer(*initargs) runs in each of them as it starts; if it raises, the executor is broken.

    Raises ValueError or TypeError for what it refuses, as CPython 3.14's.
    """

    _words = OF_THREADS
    _numbers = itertools.count()

    def __init__(self, max_workers=None, thread_name_prefix='', initializer=None, initargs=()):
        if max_workers is None:
            max_workers = min(32, cpus.usable() + 4)
        self._prepare(get_context('thread'), max_workers, initializer, initargs)
        self._prefix = thread_name_prefix or (
            'ThreadPoolExecutor-%d' % compat.next(self._numbers))

    def _chunk(self, size):
        return 1        # nothing travels; as in the standard library it may be anything

    def _name(self, engine):
        engine.worker_name = self._prefix.replace('%', '%%') + '_%d'
        engine.hired = -1       # the standard library counts from 0

    # What programs read, too.
    _threads = property(lambda self: set([
        slot.worker.thread for slot in list(getattr(self._engine, 'slots', ()))]),
        doc='The workers, as threads.')


class Results(object):
    """The results of Executor.map(), in the order of the items."""

    _begun = False      # somebody asked for one

    def __init__(self, executor, func, items, size, timeout, buffersize):
        self._func, self._items, self._size = func, items, size
        self._end, self._executor = None, lambda: None
        # Else by way of what a subclass has, as in the standard library.
        self._direct = executor.submit == executor._ours
        if buffersize is not None:
            self._executor = weakref.ref(executor)      # it may be collected, as in the stdlib
        if timeout is not None:
            self._end = compat.monotonic() + timeout
        self._futures, self._values = deque(), deque()
        while (buffersize is None or len(self._futures) < buffersize) and self._pull(executor):
            pass

    def _pull(self, executor):
        """Submit one task more; returns False if there is none."""
        chunk = tuple(itertools.islice(self._items, self._size))
        if not chunk:
            return False
        if not self._direct:
            if self._size == 1:
                made = executor.submit(self._func, *chunk[0])
            else:
                made = executor.submit(outcome.call_all, self._func, outcome.STAR, chunk)
        elif self._size == 1:
            made = executor._submit(outcome.ONE, 1, self._func, chunk[0], {})
        else:
            made = executor._submit(outcome.STAR, self._size, self._func, chunk, None)
        self._futures.append(made)
        return True

    def __iter__(self):
        return self

    def next(self):
        """Return the next result, or raise what its call raised."""
        self._begun = True
        while not self._values:
            if not self._futures:
                raise StopIteration
            try:
                executor = self._executor()
                if executor is not None:
                    self._pull(executor)
                value = self._taken(self._futures.popleft())
            except:     # noqa: E722
                self.close()
                raise
            if self._size == 1:
                return value
            self._values.extend(value)
        return self._values.popleft()

    __next__ = next

    def _taken(self, future):
        left = None
        if self._end is not None:
            left = self._end - compat.monotonic()
        try:
            return future.result(left)
        finally:
            future.cancel()

    def close(self):
        """Cancel what was not begun; there are no more results."""
        while self._futures:
            self._futures.popleft().cancel()
        self._items = iter(())

    def __del__(self):
        if self._begun:     # else the calls may be what was wanted, as in the stdlib
            self.close()
