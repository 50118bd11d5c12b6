"""Which contexts there are, and why one can't work here."""
import os
import sys

from shim import compat, frozen

CLUSTERS = 'dask', 'ray', 'mpi', 'executor'      # opt-in, never chosen by themselves
METHODS = ('fork', 'spawn', 'forkserver', 'subprocess', 'pp', 'ampoule', 'thread', 'interpreter',
           'serial')
inside = getattr(compat.multiprocessing, 'context', None)       # from 3.4 on


def unavailable(name):
    """Why that context can't work here, or None."""
    if compat.NO_THREADS and name in ('thread', 'interpreter'):
        return 'this interpreter starts no threads (%s)' % compat.NO_THREADS
    if compat.NO_THREADS and name != 'serial':
        return 'a pool of processes has a thread here, and this interpreter starts none (%s)' % (
            compat.NO_THREADS)
    if name == 'forkserver' and inside is None:
        return 'it is in multiprocessing from Python 3.4 on'
    if name in ('spawn', 'forkserver') and inside is not None and without_tracker():
        return "multiprocessing can't import what its new interpreters need (%s)" % without_tracker()
    if name in ('fork', 'forkserver') and not hasattr(os, 'fork'):
        return 'this platform has no os.fork()'
    if name == 'fork' and not compat.DAEMONS:
        return 'a sub-interpreter can not fork'
    if name == 'interpreter' and not compat.INTERPRETERS:
        return 'it needs concurrent.interpreters, which is in CPython from 3.14 on'
    if name == 'interpreter' and frozen.is_frozen():
        return "a sub-interpreter does not find a frozen program's modules"
    if name == 'fork' and compat.multiprocessing is None:
        return 'it needs the multiprocessing module, which this interpreter lacks'
    if name in ('spawn', 'subprocess', 'pp', 'ampoule') and not hasattr(os, 'kill'):
        return 'this platform starts no processes'
    if frozen.is_frozen() and (
            name in ('subprocess', 'pp', 'ampoule') or name == 'spawn' and inside is None):
        return ('a frozen program has no interpreter to start; it forks its workers, or from'
                ' Python 3.4 on spawns them after freeze_support()')
    if name == 'ampoule' and not (compat.findable('ampoule') and compat.findable('twisted')):
        return 'there are no modules twisted and ampoule'
    if name == 'pp':
        return without_pp()
    return None


def without_tracker():
    """Why multiprocessing starts no new interpreters, or None (3.4 on)."""
    if not _tracked:
        try:
            compat.helper('spawn')
            _tracked.append(None)
        except ImportError:
            _tracked.append(str(sys.exc_info()[1]))
    return _tracked[0]


def without_pp():
    """Why Parallel Python can't be had, or None.

    Where it would be the default it is imported to see; elsewhere only when it is used.
    """
    if not compat.findable('pp'):
        return 'there is no module pp, of Parallel Python'
    if compat.multiprocessing is None and not _tried:
        _tried.append(None)
        try:
            __import__('pp')
        except Exception:       # one for another version may be a SyntaxError
            _tried[:] = ["the module pp can't be imported: %s" % (sys.exc_info()[1],)]
    return (_tried or [None])[0]


_tried, _tracked = [], []       # what came of importing pp, and the tracker


def known():
    """The stdlib's own methods, its default first, and after them shim's."""
    found = ['fork']
    if inside is not None:
        found = list(compat.multiprocessing.get_all_start_methods())
    elif compat.multiprocessing is None:
        found = ['pp', 'subprocess']
    return found + [name for name in METHODS if name not in found]
