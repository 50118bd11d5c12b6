"""multiprocessing.dummy: its names, but for Pool, which is shim's."""
from shim.alias import take

take(globals(), 'dummy')


def Pool(processes=None, initializer=None, initargs=()):
    """A pool of threads: see shim.pool.ThreadPool."""
    from shim.pool import ThreadPool
    return ThreadPool(processes, initializer, initargs)
