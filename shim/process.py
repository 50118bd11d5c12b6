"""Process, current_process(), active_children(), parent_process(): as multiprocessing's of today.

Where multiprocessing has all of 3.15's, they are its own. An older Process is given what it
lacks; where there is no multiprocessing, backfill/process.py has one.
"""
from shim import alias, available, compat
from shim.backfill import process as backfill
from shim.backfill.older_process import lacking, today
from shim.backfill.process import current_process


if hasattr(compat.multiprocessing, 'parent_process'):
    parent_process = compat.multiprocessing.parent_process
else:
    def parent_process():
        """The process that started this one: a Process-like object; None in the program itself."""
        from shim.backfill.parent import Parent
        me = current_process()
        if me._parent_pid is None:
            return None
        method = getattr(me, '_start_method', None)
        if method is None and hasattr(compat.multiprocessing, 'get_start_method'):
            method = compat.multiprocessing.get_start_method()
        return Parent(getattr(me, '_parent_name', 'MainProcess'), me._parent_pid,
                      method == 'forkserver')


if hasattr(compat.multiprocessing, 'get_context'):
    # Later ones, too, are in multiprocessing's own list: those of `subprocess` are spawn's.
    active_children = compat.multiprocessing.active_children
else:
    def active_children():
        """The list of the children that run; joins those that have ended."""
        found = backfill.active_children()
        if compat.multiprocessing is not None:
            found += compat.multiprocessing.active_children()
        return found


class ThreadProcess(backfill.BaseProcess):
    """A function that runs in a thread of this process."""

    _start_method = 'thread'

    def _Popen(self):
        from shim.backfill import thread_server
        from shim.engines.thread import Popen
        thread_server.adapt(self)
        return Popen(self)


class InterpreterProcess(backfill.BaseProcess):
    """A function that runs in a sub-interpreter of this process."""

    _start_method = 'interpreter'

    def _Popen(self):
        from shim.backfill import thread_server
        from shim.engines import subinterp, thread
        if thread_server.adapt(self):       # a sub-interpreter has no say about Ctrl-C
            return thread.Popen(self)
        return subinterp.Popen(self)


class SerialProcess(backfill.BaseProcess):
    """A function that start() runs to its end."""

    _start_method = 'serial'

    def _Popen(self):
        from shim.backfill import thread_server
        from shim.engines import serial, thread
        if thread_server.adapt(self):       # start() would wait for its end
            return thread.Popen(self)
        return serial.Popen(self)


if hasattr(compat.multiprocessing, 'context'):      # 3.4 on
    inside = compat.multiprocessing.context
    Process = today(inside.Process)
    SpawnProcess = today(inside.SpawnProcess)
    if hasattr(inside, 'ForkProcess'):
        ForkProcess = today(inside.ForkProcess)
        ForkServerProcess = today(inside.ForkServerProcess)

    class SubprocessProcess(SpawnProcess):
        """A function that runs in a new interpreter."""

        _start_method = 'subprocess'

        @staticmethod
        def _Popen(process):
            from shim.engines import main_module
            if not main_module.chosen and available.without_tracker() is None:
                return SpawnProcess._Popen(process)
            from shim.engines.subproc import started
            return started(process)

        def _bootstrap(self, *args, **kwds):
            backfill.inherit(self._start_method)
            self._start_method = None   # multiprocessing has none of that name
            return SpawnProcess._bootstrap(self, *args, **kwds)
else:
    class SubprocessProcess(backfill.BaseProcess):
        """A function that runs in a new interpreter."""

        _start_method = 'subprocess'

        def _Popen(self):
            from shim.engines.subproc import started
            made = started(self)
            # It may be big, or hold what only the child should.
            del self._target, self._args, self._kwargs
            return made

    class SpawnProcess(SubprocessProcess):
        """The same, under the name that multiprocessing has for it from 3.4 on."""

        _start_method = 'spawn'

    class ForkServerProcess(SpawnProcess):
        """The same: there is no server to fork it, so that it takes longer to start."""

    if compat.multiprocessing is not None:
        Process = ForkProcess = today(compat.multiprocessing.Process)
    else:
        Process = SubprocessProcess

        class ForkProcess(backfill.BaseProcess):
            """A function that runs in a child made by fork."""

            def _Popen(self):
                from shim.engines.forked import Popen
                return Popen(self)


class ParallelProcess(SubprocessProcess):
    """The same; pools in there are of Parallel Python."""

    _start_method = 'pp'


class AmpouleProcess(SubprocessProcess):
    """The same; pools in there are of Twisted and Ampoule."""

    _start_method = 'ampoule'


BaseProcess = backfill.BaseProcess
if hasattr(compat.multiprocessing, 'context'):      # multiprocessing.process has more names
    BaseProcess = compat.multiprocessing.process.BaseProcess
    if lacking(BaseProcess):
        BaseProcess = alias.standing_for(
            BaseProcess, 'shim.process.BaseProcess', *lacking(BaseProcess))
    alias.take(globals(), 'process')
