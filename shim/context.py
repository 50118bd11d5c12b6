"""Contexts: a way of running work each, as the stdlib's; get_context() finds them.

Where multiprocessing has contexts (3.4 on), those of its start methods are subclasses of its own,
so that libraries that ask for one accept them; elsewhere a context hands everything but Pool on
to multiprocessing, where there is one.
"""
import os

from shim import compat, cpus, engines


def bases(name):
    """The class in multiprocessing for that start method, or what stands in for it."""
    if compat.multiprocessing is not None and hasattr(compat.multiprocessing, 'context'):
        inside = compat.multiprocessing.context
        return getattr(inside, name.capitalize() + 'Context', inside.BaseContext)
    return Delegate


class Delegate(object):
    """Has whatever multiprocessing has."""

    def __getattr__(self, name):
        if compat.multiprocessing is None or name.startswith('_'):
            raise AttributeError('there is no multiprocessing here that has %r' % name)
        return getattr(compat.multiprocessing, name)

    def cpu_count(self):
        return cpus.cpu_count()


def make_pool(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
              task_timeout=None):
    """A shim.pool.Pool whose workers are of this context."""
    from shim.pool import Pool
    return Pool(processes, initializer, initargs, maxtasksperchild, self, task_timeout)


def make_thread_pool(self, processes=None, initializer=None, initargs=()):
    """A pool of threads, as multiprocessing.pool.ThreadPool."""
    from shim.pool import ThreadPool
    return ThreadPool(processes, initializer, initargs)


def make_context(name):
    return type(name.capitalize() + 'Context', (bases(name), object), {
        'engine_name': name, 'Pool': make_pool, 'ThreadPool': make_thread_pool,
        '__module__': __name__,
        '__doc__': 'The context %r: see shim.engines.' % name})()


_contexts = {}


def default_name():
    """The start method of get_context(): SHIM_START_METHOD, else the first that works."""
    chosen = os.environ.get('SHIM_START_METHOD')
    if chosen:
        return chosen
    for name in ('fork', 'subprocess', 'thread'):
        if works(name):
            return name
    return 'serial'


def works(name):
    """True if the means of that context are here."""
    if name == 'fork':
        return compat.multiprocessing is not None and hasattr(os, 'fork')
    if name == 'subprocess':
        return hasattr(os, 'kill')
    return True


def get_context(method=None):
    """The context of that name; None means the default one.

    Raises ValueError for a name that there is not, or that can't work here.
    """
    if method is None:
        method = default_name()
    if method not in engines.ENGINES:
        raise ValueError('cannot find context for %r; there are %s' % (
            method, ', '.join(get_all_start_methods())))
    if not works(method):
        raise ValueError('the context %r needs the multiprocessing module, which this interpreter'
                         ' lacks; there are %s' % (method, ', '.join(get_all_start_methods())))
    if method not in _contexts:
        _contexts.setdefault(method, make_context(method))
    return _contexts[method]


def get_all_start_methods():
    """The names of all contexts that work here, the default one first."""
    first = default_name()
    return [first] + [name for name in ('fork', 'subprocess', 'thread', 'serial')
                      if name != first and works(name)]
