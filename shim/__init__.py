"""shim: today's multiprocessing for every Python.

    context.py     ways of running work, by name: get_context('fork').Pool()
    pool.py        the only Pool: arguments checked, calls made tasks
    feed.py        chunks of what map and imap are given
    results.py     what the caller waits for
    engines/       fork, subprocess, thread, serial: the same contract (base.py), one loop (crew.py)
    worker.py      the far side of a process
    outcome.py     what is packed for a task, and for its result
    pickling.py    pickling what is the user's
    wire.py        frames
    waiting.py     waiting that a signal may end
    cpus.py        how many workers
    errors.py      the exceptions
    compat.py      what differs between interpreters, and why
"""
from shim.context import get_all_start_methods, get_context
from shim.cpus import cpu_count
from shim.errors import (
    MISSING, PoolBrokenError, PoolError, PoolTerminatedError, ProcessError, RemoteError,
    TaskTimeoutError, TimeoutError, WorkerLostError)
from shim.engines.main_module import current_process

__version__ = '0.1.0'


def Pool(processes=None, initializer=None, initargs=(), maxtasksperchild=None, task_timeout=None):
    """A pool of workers in the default context: see shim.pool.Pool."""
    return get_context().Pool(processes, initializer, initargs, maxtasksperchild, task_timeout)
