import concurrent.futures
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    ALL_COMPLETED as ALL_COMPLETED,
    FIRST_COMPLETED as FIRST_COMPLETED,
    FIRST_EXCEPTION as FIRST_EXCEPTION,
    BrokenExecutor as BrokenExecutor,
    CancelledError as CancelledError,
    Executor as Executor,
    Future as Future,
    InvalidStateError as InvalidStateError,
    TimeoutError as TimeoutError,
    as_completed as as_completed,
    wait as wait,
)
from concurrent.futures.process import BrokenProcessPool as BrokenProcessPool
from concurrent.futures.thread import BrokenThreadPool as BrokenThreadPool
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

from shim.errors import PoolBrokenError, PoolTerminatedError, WorkerLostError

__all__ = [
    "ALL_COMPLETED",
    "BrokenExecutor",
    "BrokenProcessPool",
    "BrokenThreadPool",
    "CancelledError",
    "Executor",
    "FIRST_COMPLETED",
    "FIRST_EXCEPTION",
    "Future",
    "InvalidStateError",
    "LostTaskError",
    "ProcessPoolExecutor",
    "ThreadPoolExecutor",
    "TimeoutError",
    "as_completed",
    "wait",
]

_T = TypeVar("_T")

class LostTaskError(WorkerLostError, BrokenProcessPool): ...
class BrokenPoolError(PoolBrokenError, BrokenProcessPool): ...
class TerminatedPoolError(PoolTerminatedError, BrokenProcessPool): ...
class BrokenThreadsError(PoolBrokenError, BrokenThreadPool): ...

class ProcessPoolExecutor(concurrent.futures.ProcessPoolExecutor):
    def __init__(
        self,
        max_workers: int | None = None,
        mp_context: BaseContext | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        max_tasks_per_child: int | None = None,
    ) -> None: ...
    def map(
        self,
        fn: Callable[..., _T],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> Iterator[_T]: ...
    def terminate_workers(self) -> None: ...
    def kill_workers(self) -> None: ...

class ThreadPoolExecutor(concurrent.futures.ThreadPoolExecutor):
    def __init__(
        self,
        max_workers: int | None = None,
        thread_name_prefix: str = "",
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
    ) -> None: ...
    def map(
        self,
        fn: Callable[..., _T],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> Iterator[_T]: ...
