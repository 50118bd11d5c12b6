from collections.abc import Callable, Iterable
from multiprocessing import (
    Array as Array,
    Barrier as Barrier,
    BoundedSemaphore as BoundedSemaphore,
    Condition as Condition,
    Event as Event,
    JoinableQueue as JoinableQueue,
    Lock as Lock,
    Manager as Manager,
    Pipe as Pipe,
    Queue as Queue,
    RLock as RLock,
    RawArray as RawArray,
    RawValue as RawValue,
    Semaphore as Semaphore,
    SimpleQueue as SimpleQueue,
    Value as Value,
    allow_connection_pickling as allow_connection_pickling,
    cpu_count as cpu_count,
    freeze_support as freeze_support,
    get_logger as get_logger,
    log_to_stderr as log_to_stderr,
    reducer as reducer,
    set_executable as set_executable,
    set_forkserver_preload as set_forkserver_preload,
)
from typing import Any

from shim import cpus as cpus, pool
from shim.context import (
    get_all_start_methods as get_all_start_methods,
    get_context as get_context,
    get_start_method as get_start_method,
    set_start_method as set_start_method,
)
from shim.errors import (
    MISSING as MISSING,
    AuthenticationError as AuthenticationError,
    BufferTooShort as BufferTooShort,
    PoolBrokenError as PoolBrokenError,
    PoolError as PoolError,
    PoolTerminatedError as PoolTerminatedError,
    ProcessError as ProcessError,
    RemoteError as RemoteError,
    TaskTimeoutError as TaskTimeoutError,
    TimeoutError as TimeoutError,
    WorkerLostError as WorkerLostError,
)
from shim.process import (
    Process as Process,
    active_children as active_children,
    current_process as current_process,
    parent_process as parent_process,
)
from shim.providers import provider as provider

__version__: str

def Pool(
    processes: int | None = None,
    initializer: Callable[..., object] | None = None,
    initargs: Iterable[Any] = (),
    maxtasksperchild: int | None = None,
    task_timeout: float | None = None,
    reseed: bool = False,
) -> pool.Pool: ...
def install(executors: bool = False) -> None: ...
def uninstall() -> None: ...

__all__ = [
    "Array", "AuthenticationError", "Barrier", "BoundedSemaphore", "BufferTooShort", "Condition",
    "Event", "JoinableQueue", "Lock", "Manager", "Pipe", "Pool", "Process", "ProcessError",
    "Queue", "RLock", "RawArray", "RawValue", "Semaphore", "SimpleQueue", "TimeoutError", "Value",
    "active_children", "allow_connection_pickling", "cpu_count", "current_process",
    "freeze_support", "get_all_start_methods", "get_context", "get_logger", "get_start_method",
    "log_to_stderr", "parent_process", "reducer", "set_executable", "set_forkserver_preload",
    "set_start_method",
    "MISSING", "PoolBrokenError", "PoolError", "PoolTerminatedError", "RemoteError",
    "TaskTimeoutError", "WorkerLostError", "install", "provider", "uninstall",
]
