import multiprocessing.context
import sys
from multiprocessing.process import (
    BaseProcess as BaseProcess,
    active_children as active_children,
    current_process as current_process,
    parent_process as parent_process,
)

if sys.version_info >= (3, 14):
    from multiprocessing.context import (
        ForkProcess as ForkProcess,
        ForkServerProcess as ForkServerProcess,
        Process as Process,
        SpawnProcess as SpawnProcess,
    )
else:
    class Process(multiprocessing.context.Process):
        def interrupt(self) -> None: ...

    class SpawnProcess(multiprocessing.context.SpawnProcess):
        def interrupt(self) -> None: ...

    class ForkProcess(multiprocessing.context.ForkProcess):
        def interrupt(self) -> None: ...

    class ForkServerProcess(multiprocessing.context.ForkServerProcess):
        def interrupt(self) -> None: ...

class SubprocessProcess(SpawnProcess): ...
class ParallelProcess(SubprocessProcess): ...
class AmpouleProcess(SubprocessProcess): ...

# Not BaseProcess, but with all that it has.
class InterpreterProcess(BaseProcess): ...

class ThreadProcess(BaseProcess):
    def interrupt(self) -> None: ...

class SerialProcess(BaseProcess):
    def interrupt(self) -> None: ...
