"""shim: today's multiprocessing for every Python.

    context.py     ways of running work, by name: get_context('fork').Pool()
    available.py   which there are, and why one can't work here
    clusters.py    those on somebody else's workers; reaching.py, a Manager that these reach
    process.py     Process and what goes with it
    primitives.py  which locks and queues a context has
    pool.py        the only Pool: arguments checked, calls made tasks
    feed.py        chunks of what map and imap are given
    results.py     what the caller waits for
    futures.py     executors, as concurrent.futures'; not loaded by `import shim`
    landing.py     their futures, as the engine sees them
    awaiting.py    the same for a program of asyncio
    engines/       one file per way of running work: the same contract (base.py), one loop (crew.py)
    worker.py      the far side of a process; job.py, that of a job, and batch.py, of many tasks in
                   one; running.py, what all do
    outcome.py     what is packed for a task, and for its result
    pickling.py    pickling what is the user's
    wire.py        frames
    waiting.py     waiting that a signal may end
    retrying.py    calls that no signal ends
    threads.py     threads that a signal does not keep from starting
    ending.py      what is called as the program ends
    cpus.py        how many workers
    providers.py   which library runs the work, and why
    installing.py  multiprocessing itself becomes shim, for programs that can't be edited
    stats.py       a line for each pool, where SHIM_STATS asks for it
    frozen.py      programs that are one file of their own
    errors.py      the exceptions
    compat.py      what differs between interpreters, and why
    backfill/      what newer versions of multiprocessing have and an older one lacks
    commands/      python -m shim

Every other public name is multiprocessing's own, and so are the submodules connection, managers,
queues and so on.
"""
from shim import context as _context
from shim.alias import NAMES as __all__, fill as _fill, later as _later
from shim.context import get_all_start_methods, get_context, get_start_method, set_start_method
from shim.cpus import cpu_count
from shim.errors import (
    MISSING, AuthenticationError, BufferTooShort, PoolBrokenError, PoolError,
    PoolTerminatedError, ProcessError, RemoteError, TaskTimeoutError, TimeoutError,
    WorkerLostError)
from shim.process import Process, active_children, current_process, parent_process
from shim.providers import provider

__version__ = '0.1.0'


def Pool(processes=None, initializer=None, initargs=(), maxtasksperchild=None, task_timeout=None,
         reseed=False):
    """A pool of workers in the default context: see shim.pool.Pool."""
    return get_context().Pool(processes, initializer, initargs, maxtasksperchild, task_timeout,
                              reseed)


def install(executors=False):
    """Let multiprocessing itself be shim: see shim.installing."""
    from shim import installing
    installing.install(executors)


def uninstall():
    """Take back what install() did."""
    from shim import installing
    installing.uninstall()


_fill(globals(), _context.source())
__getattr__ = _later(globals())


def __dir__():
    return sorted(set(list(globals()) + __all__))


_context.follow()
