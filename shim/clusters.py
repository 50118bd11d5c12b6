"""Contexts whose workers are somebody else's: opt-in, by name, address or executor.

    shim.get_context('dask', address='tcp://host:8786')     or SHIM_DASK=tcp://host:8786
    shim.get_context('ampoule', peers=['host:8787'], ...)   or SHIM_AMPOULE_PEERS=host:8787
    shim.get_context(executor=E)                            anything with concurrent.futures' submit()

Their workers import neither the program nor what it has; what is in __main__ travels whole, with
cloudpickle.  They reach no lock or queue of this machine, but those of a Manager.
"""
from shim import compat
from shim.context import Context, base
from shim.process import AmpouleProcess


class JobContext(Context, base('BaseContext')):
    """A scheduler's workers."""

    _library = None         # the module that it needs

    def _make(self, name, *args, **kwds):
        raise NotImplementedError(
            'the %s context has no %s that its workers reach: use that of its Manager(),'
            ' or a local context (fork, spawn, subprocess)' % (self._name, name))

    def Pipe(self, duplex=True):
        """Refuses: nothing of this process reaches the workers."""
        self._make('Pipe')


class ExecutorContext(JobContext):
    """Any executor as those of concurrent.futures (option: executor)."""

    _name = 'executor'
    _known_options = 'executor',


class DaskContext(JobContext):
    """A Dask cluster, by the address of its scheduler or a distributed.Client (option: client)."""

    _name, _library = 'dask', 'distributed'
    _known_options = 'address', 'client'


class RayContext(JobContext):
    """A Ray cluster: the one that the program is connected to, by its address, or a local one."""

    _name, _library = 'ray', 'ray'
    _known_options = 'address',


class MpiContext(JobContext):
    """The processes of MPI, by mpi4py.futures."""

    _name, _library = 'mpi', 'mpi4py'


class PeersContext(JobContext):
    """Workers on other computers, by Twisted and Ampoule: `python -m shim serve ampoule` there.

    Options: peers, a list of 'host:port'; the paths of certificate, key and authority.
    A Process is one of this computer.
    """

    _name, _library = 'ampoule', 'ampoule'
    engine_name = 'ampoule_remote'
    _known_options = 'peers', 'certificate', 'key', 'authority'
    Process = AmpouleProcess


KINDS = dict([(kind._name, kind) for kind in (
    ExecutorContext, DaskContext, RayContext, MpiContext, PeersContext)])


def make(method, options):
    """The context of that name with these options.

    Raises ValueError if its library is not there, TypeError for an option it has not.
    """
    kind = KINDS[method]
    if kind._library is not None and not compat.findable(kind._library):
        raise ValueError('cannot find context for %r: there is no module %s' % (
            method, kind._library))
    return kind(**options)
