"""Contexts whose workers are somebody else's: opt-in, by name, address or executor.

    shim.get_context('dask', address='tcp://host:8786')     or SHIM_DASK=tcp://host:8786
    shim.get_context('ampoule', peers=['host:8787'], ...)   or SHIM_AMPOULE_PEERS=host:8787
    shim.get_context(executor=E)                            anything with concurrent.futures' submit()

Their workers import neither the program nor what it has; what is in __main__ travels whole, with
cloudpickle.  They reach no lock or queue of this machine, but those of a Manager.
"""
import os

from shim import compat
from shim.backfill import process
from shim.context import Context, base, get_context, started
from shim.process import AmpouleProcess, active_children


class JobProcess(process.BaseProcess):
    """A function that runs as one job: there it finds the worker's own current_process()."""

    _context = None         # whose scheduler runs it; None: that of the default

    def _Popen(self):
        from shim.engines.errands import Popen
        return Popen(self, self._context or get_context(self._start_method))

    def __reduce__(self):
        kind, state = type(self), dict(self.__dict__)
        if '_context' in vars(kind):        # made by the context, and known to nobody else
            kind = kind.__base__
        state['_popen'] = None
        return restored, (kind, state)


def restored(kind, state):
    """A process, where it runs."""
    made = kind.__new__(kind)
    made.__dict__.update(state)
    return made


def process_class(method):
    return type(method.title() + 'Process', (JobProcess,), {
        '__module__': __name__, '__doc__': JobProcess.__doc__, '_start_method': method})


ExecutorProcess, DaskProcess, RayProcess, MpiProcess = [
    process_class(_name) for _name in ('executor', 'dask', 'ray', 'mpi')]


class JobContext(Context, base('BaseContext')):
    """A scheduler's workers."""

    _library = None         # the module that it needs
    _process_class = None
    active_children = staticmethod(process.active_children)

    def _get_process(self):
        kind = self._process_class
        if not self.options:
            return kind
        if '_bound' not in vars(self):
            self._bound = type(kind.__name__, (kind,), {
                '__module__': __name__, '__doc__': kind.__doc__, '_context': self})
        return self._bound

    Process = property(_get_process, doc='The class of Processes that are jobs of this scheduler.')

    def Manager(self, address=('127.0.0.1', 0), authkey=None):
        """A started SyncManager, whose server is a process of this machine.

        Workers that get one of its proxies connect to it: on other machines they can if `address`
        is (a name of this machine that they know, 0).  The authkey (bytes; default: a new one)
        travels in each pickle of a proxy.
        """
        from shim.reaching import ReachingManager
        # Not by fork: a scheduler's client has threads, which may hold a lock just then.
        return started(ReachingManager(address, authkey or os.urandom(32), ctx=get_context('spawn')))

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
    _process_class = ExecutorProcess
    _known_options = 'executor', 'host'


class DaskContext(JobContext):
    """A Dask cluster, by the address of its scheduler or a distributed.Client (option: client)."""

    _name, _library = 'dask', 'distributed'
    _process_class = DaskProcess
    _known_options = 'address', 'client', 'host'


class RayContext(JobContext):
    """A Ray cluster: the one that the program is connected to, by its address, or a local one."""

    _name, _library = 'ray', 'ray'
    _process_class = RayProcess
    _known_options = 'address', 'host'


class MpiContext(JobContext):
    """The processes of MPI, by mpi4py.futures."""

    _name, _library = 'mpi', 'mpi4py'
    _process_class = MpiProcess
    _known_options = 'host',


class PeersContext(JobContext):
    """Workers on other computers, by Twisted and Ampoule: `python -m shim serve ampoule` there.

    Options: peers, a list of 'host:port'; the paths of certificate, key and authority.
    A Process is one of this computer.
    """

    _name, _library = 'ampoule', 'ampoule'
    engine_name = 'ampoule_remote'
    _known_options = 'peers', 'certificate', 'key', 'authority'
    Process = AmpouleProcess
    active_children = staticmethod(active_children)


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
