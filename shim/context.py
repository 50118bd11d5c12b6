"""Contexts: a way of running work each, as the stdlib's; get_context() finds them.

From 3.4 on they are subclasses of multiprocessing's own, so that whoever asks for one of those
accepts them. Before, a context hands on to multiprocessing what it has not itself, where there is
one.
"""
import os

from shim import alias, compat, cpus, process
from shim.available import CLUSTERS, METHODS, inside, known, unavailable    # noqa: F401
from shim.errors import AuthenticationError, BufferTooShort, ProcessError, TimeoutError
from shim.primitives import Primitives
from shim.process import Process



class Delegate(object):
    """Has whatever multiprocessing has; until 3.4."""

    ProcessError, BufferTooShort = ProcessError, BufferTooShort
    TimeoutError, AuthenticationError = TimeoutError, AuthenticationError

    def set_executable(self, executable, path=()):
        """Start that interpreter for pools and processes from now on.

        executable: its path, or its name where PATH has it; None: this one again.  If it is another
        one (PyPy), it has a sys.path of its own; path: folders to be there, too.  Pool() raises
        ValueError if it is none.  See docs/other-interpreters.rst.
        """
        from shim.engines import main_module
        main_module.choose(executable, path)

    def __getattr__(self, name):
        if name.startswith('_') or not hasattr(compat.multiprocessing, name):
            raise AttributeError('the %r context has no %s here: %s' % (
                self._name, name, compat.why_missing(name)))
        return getattr(compat.multiprocessing, name)

    def freeze_support(self):
        """In a program frozen into one file: be a worker, if it was started as one."""
        getattr(compat.multiprocessing, 'freeze_support', int)()

    def allow_connection_pickling(self):
        """Have those of multiprocessing's own be pickled, too, and sockets, where it can."""
        alias.found('reduction')

    def cpu_count(self):
        """The number of processors of this machine."""
        return cpus.cpu_count()


def base(name):
    """multiprocessing's class for that start method; until 3.4 there is none."""
    return getattr(inside, name, getattr(inside, 'BaseContext', object))


class Context(Primitives, [object, Delegate][inside is None]):
    """What all contexts of shim have, beside what multiprocessing's have."""

    _name = None            # the start method
    options, _known_options = {}, ()    # for the engine; their names
    engine_name = property(lambda self: self._name, doc='A key of shim.engines.ENGINES.')

    def __init__(self, **options):
        for name in options:
            if name not in self._known_options:
                raise TypeError('the %s context has no option %r; it has %s' % (
                    self._name, name, ', '.join(self._known_options) or 'none'))
        if options:
            self.options = options

    current_process = staticmethod(process.current_process)
    parent_process = staticmethod(process.parent_process)
    active_children = staticmethod(process.active_children)
    if not hasattr(base('BaseContext'), 'reducer'):     # until 3.6
        reducer = property(lambda self: __import__('shim.reduction', None, None, ['reduction']),
                           doc='The module shim.reduction.')

    def Pool(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
             task_timeout=None, reseed=False):
        """A shim.pool.Pool whose workers are of this context."""
        from shim.pool import Pool
        return Pool(processes, initializer, initargs, maxtasksperchild, self, task_timeout, reseed)

    def ThreadPool(self, processes=None, initializer=None, initargs=()):
        """A pool of threads, as multiprocessing.pool.ThreadPool."""
        from shim.pool import ThreadPool
        return ThreadPool(processes, initializer, initargs)

    def Pipe(self, duplex=True):
        """Two connected Connections; if not duplex, (one that receives, one that sends)."""
        from shim.connection import Pipe
        return Pipe(duplex)

    def Manager(self):
        """A started shim.managers.SyncManager, whose server is a process of this context."""
        from shim.managers import SyncManager
        return started(SyncManager(ctx=self))

    def set_forkserver_preload(self, module_names, on_error='ignore'):
        """See shim.backfill.preload.set_forkserver_preload."""
        from shim.backfill.preload import set_forkserver_preload
        set_forkserver_preload(module_names, on_error)

    def get_logger(self):
        """The logger of multiprocessing."""
        from shim.util import get_logger
        return get_logger()

    def log_to_stderr(self, level=None):
        """Have that logger write to stderr; returns it."""
        from shim.util import log_to_stderr
        return log_to_stderr(level)

    def get_context(self, method=None):
        """The context of that name; None means this one."""
        if method is None:
            return self
        return get_context(method)

    def get_start_method(self, allow_none=False):
        """The name of this context."""
        return self._name

    def set_start_method(self, method, force=False):
        """Refuses: shim.set_start_method() is what sets it."""
        raise ValueError('cannot set start method of concrete context')


def started(manager):
    """Start a SyncManager whose Pool is shim's: the stdlib's would reach into the queues of the
    server's context, which may be ours."""
    from shim.pool import Pool
    manager._registry = dict(manager._registry)
    manager._registry['Pool'] = (Pool,) + tuple(manager._registry['Pool'][1:])
    manager.start()
    return manager


class ForkContext(Context, base('ForkContext')):
    """Processes forked from this one: they have all that it has."""

    _name = 'fork'
    Process = getattr(process, 'ForkProcess', None)


class SpawnContext(Context, base('SpawnContext')):
    """New interpreters, which import the program; before 3.4 as the context 'subprocess'."""

    _name = 'spawn'
    Process = process.SpawnProcess

    def _get_engine_name(self):
        if inside is None:
            return 'subprocess'
        return 'spawn'

    engine_name = property(_get_engine_name)
    if inside is None:
        _make = Primitives.of_cells


class ForkServerContext(Context, base('ForkServerContext')):
    """Processes forked from a server that has no threads (3.4 on)."""

    _name = 'forkserver'
    Process = getattr(process, 'ForkServerProcess', None)


class SubprocessContext(Context, base('SpawnContext')):
    """New interpreters by the subprocess module: wherever that works.

    They may be others than this one: PyPy has a JIT.
    """

    _name = 'subprocess'
    Process = process.SubprocessProcess
    _make = Primitives.of_cells
    # Not multiprocessing's, whose choice is for its spawn.
    set_executable = Delegate.__dict__['set_executable']


class ParallelContext(SubprocessContext):
    """New interpreters that Parallel Python starts (its pp or ppft); a Process is subprocess's."""

    _name = 'pp'
    _known_options = 'ppservers', 'secret', 'path'
    Process = process.ParallelProcess

    def set_executable(self, executable, path=()):
        """As subprocess's, for a Process; ValueError for another interpreter: pp starts its own."""
        from shim.engines.interpreter import another
        if executable is not None and another(executable) is not None:
            raise ValueError("Parallel Python starts the interpreter that it runs in;"
                             " get_context('subprocess').set_executable() chooses another one")
        SubprocessContext.set_executable(self, executable, path)


class AmpouleContext(SubprocessContext):
    """New interpreters that Twisted and Ampoule start; a Process is subprocess's."""

    _name = 'ampoule'
    Process = process.AmpouleProcess


class ThreadContext(Context, base('BaseContext')):
    """Threads of this process; its Lock, Queue and so on are those of threads."""

    _name = 'thread'
    Process = process.ThreadProcess
    active_children = staticmethod(process.backfill.active_children)
    _make = Primitives.of_threads

    def Pipe(self, duplex=True):
        """Two connected Connections whose messages stay in memory."""
        return self._make('Pipe', duplex)

    def Manager(self):
        """A started SyncManager whose server is a thread of this process.

        Where none can be started: what multiprocessing.dummy has for one.
        """
        if compat.NO_THREADS:
            return compat.submodule('dummy').Manager()
        made = super(ThreadContext, self).Manager()
        made._registry['Pool'] = (self.Pool,) + tuple(made._registry['Pool'][1:])
        return made


class InterpreterContext(Context, base('SpawnContext')):
    """Sub-interpreters of this process, one GIL each; its locks are those of spawn."""

    _name = 'interpreter'
    Process = process.InterpreterProcess
    active_children = staticmethod(process.backfill.active_children)


class SerialContext(ThreadContext):
    """Everything runs in the caller, at once."""

    _name = 'serial'
    Process = process.SerialProcess


_contexts = dict([(kind._name, kind()) for kind in (
    ForkContext, SpawnContext, ForkServerContext, SubprocessContext, ParallelContext,
    AmpouleContext, ThreadContext, InterpreterContext, SerialContext)])
_chosen = []            # what set_start_method() set: the name, and multiprocessing's context for it


def get_all_start_methods():
    """The names of all contexts that work here, the default one first."""
    first = os.environ.get('SHIM_START_METHOD')
    names = [name for name in known() if unavailable(name) is None]
    if first in names:
        names.remove(first)
        names.insert(0, first)
    return names


def settled():
    """The start method that has been set, or None.

    In its children multiprocessing sets it by itself, to what they were started by.
    """
    actual = getattr(getattr(inside, '_default_context', None), '_actual_context', None)
    if _chosen and actual is not _chosen[1]:
        return getattr(type(actual), '_name', None)
    return (_chosen or [None])[0]


def default_name():
    """The start method: set_start_method()'s, SHIM_START_METHOD, the stdlib's, what works."""
    if settled():
        return settled()
    name = os.environ.get('SHIM_START_METHOD')
    if not name and inside is not None:
        name = compat.multiprocessing.get_start_method(allow_none=True)
        if name and unavailable(name):      # it has them wherever there is os.fork, working or not
            name = None
    return name or first()


def first():
    """The default start method, unless somebody chooses another one."""
    for name in known():
        if unavailable(name) is None:
            return name


def get_context(method=None, **options):
    """The context of that name; None means the default one, or with `executor` that of jobs.

    options: of that context; see docs/scaling-out.rst.

    Raises ValueError for a name that there is not, or that can't work here, TypeError for an option
    that the context has not.
    """
    if method is None:
        method = 'executor'
        if method not in options:
            method = default_name()
    if method in CLUSTERS or method == 'ampoule' and (
            options or os.environ.get('SHIM_AMPOULE_PEERS')):
        from shim import clusters
        return clusters.make(method, options)
    if method not in _contexts:
        raise ValueError('cannot find context for %r; there are %s' % (
            method, ', '.join(get_all_start_methods())))
    reason = unavailable(method)
    if reason:
        raise ValueError('cannot find context for %r: %s; there are %s' % (
            method, reason, ', '.join(get_all_start_methods())))
    if options:
        return type(_contexts[method])(**options)
    return _contexts[method]


def adopted(context):
    """shim's own context for one of multiprocessing's; None means the default one.

    Raises TypeError for what is no context.
    """
    if context is not None and not isinstance(context, (Context, getattr(
            inside, 'BaseContext', Context))):
        raise TypeError('a context must be what get_context() returns, not %r' % (context,))
    name = getattr(type(context), '_name', None)    # the default one has none
    if isinstance(context, Context) and context._name == name:
        return context      # not a stand_in()
    return get_context(name)


def get_start_method(allow_none=False):
    """The name of the default context; None if it is not settled yet and `allow_none` is true."""
    if settled() is None and not allow_none:
        set_start_method(default_name(), True)
    return settled()


def set_start_method(method, force=False):
    """Choose the default context, once; with `force` again.  None with `force` takes it back.

    It is multiprocessing's own, too: its Process and the like follow (3.4 on).

    Raises RuntimeError if it is settled already, ValueError for a name there is not.
    """
    if settled() and not force:
        raise RuntimeError('context has already been set')
    if method is not None or not force:
        get_context(method)
    default = getattr(inside, '_default_context', None)
    if method is None:
        del _chosen[:]
        if default is not None:
            default._actual_context = None
        return
    if default is not None and method in compat.multiprocessing.get_all_start_methods():
        if default.get_start_method(allow_none=True) != method:
            default.set_start_method(method, force)
    elif default is not None and method in _contexts:
        default._actual_context = stand_in(method)
    _chosen[:] = [method, getattr(default, '_actual_context', None)]


def stand_in(method):
    """That context under a name that multiprocessing knows, and tells its new interpreters."""
    made = type(_contexts[method])()
    made._name = 'spawn'
    return made


def source():
    """What the public names are taken from: multiprocessing, or the one context that works."""
    if compat.NO_THREADS:
        return _contexts['serial']
    return compat.multiprocessing


def follow():
    """Let multiprocessing's own Process, too, start as SHIM_START_METHOD says, unless it is set.

    Where but one context works, as that one does.
    """
    name = os.environ.get('SHIM_START_METHOD')
    if not name and compat.NO_THREADS:
        name = 'serial'
    if inside is not None and name in _contexts and unavailable(name) is None:
        made = _contexts[name]
        if name not in compat.multiprocessing.get_all_start_methods():
            made = stand_in(name)
        inside._default_context._default_context = made


if inside is not None:      # multiprocessing.context has more names
    if compat.dated('set_forkserver_preload'):      # a method of its contexts
        BaseContext = alias.standing_for(inside.BaseContext, 'shim.context.BaseContext', Context)
    alias.take(globals(), 'context')
else:
    BaseContext = Context
    ForkProcess, SpawnProcess = process.ForkProcess, process.SpawnProcess
    ForkServerProcess = process.ForkServerProcess
