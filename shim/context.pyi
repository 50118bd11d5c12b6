import multiprocessing.context
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.context import (
    AuthenticationError as AuthenticationError,
    BaseContext as BaseContext,
    BufferTooShort as BufferTooShort,
    ProcessError as ProcessError,
    TimeoutError as TimeoutError,
)
from typing import Any, ClassVar, Literal, Protocol, overload

from shim import clusters, pool
from shim.process import (
    AmpouleProcess,
    BaseProcess,
    ForkProcess as ForkProcess,
    ForkServerProcess as ForkServerProcess,
    ParallelProcess,
    Process as Process,
    SerialProcess,
    SpawnProcess as SpawnProcess,
    SubprocessProcess,
    InterpreterProcess,
    ThreadProcess,
)

# What shim's contexts have otherwise than multiprocessing's; beside BaseContext a base of each.
class Context(BaseContext):
    Process: ClassVar[type[BaseProcess]]
    options: dict[str, Any]
    @property
    def engine_name(self) -> str: ...
    def Pool(  # type: ignore[override]
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        task_timeout: float | None = None,
        reseed: bool = False,
    ) -> pool.Pool: ...
    def set_forkserver_preload(self, module_names: list[str], on_error: str = "ignore") -> None: ...
    def ThreadPool(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
    ) -> pool.ThreadPool: ...
    def get_start_method(self, allow_none: bool = False) -> str: ...
    def set_start_method(self, method: str | None, force: bool = False) -> None: ...

# What get_context(executor=...) takes: whatever has concurrent.futures' submit().
class Submits(Protocol):
    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Any: ...

class ForkContext(Context, multiprocessing.context.ForkContext):
    Process: ClassVar[type[ForkProcess]]

class SpawnContext(Context, multiprocessing.context.SpawnContext):
    Process: ClassVar[type[SpawnProcess]]

class ForkServerContext(Context, multiprocessing.context.ForkServerContext):
    Process: ClassVar[type[ForkServerProcess]]

class SubprocessContext(Context, multiprocessing.context.SpawnContext):
    Process: ClassVar[type[SubprocessProcess]]
    def set_executable(self, executable: str | None, path: Iterable[str] = ()) -> None: ...

class ParallelContext(SubprocessContext):
    Process: ClassVar[type[ParallelProcess]]

class AmpouleContext(SubprocessContext):
    Process: ClassVar[type[AmpouleProcess]]

class ThreadContext(Context):
    Process: ClassVar[type[ThreadProcess]]

class InterpreterContext(Context):
    Process: ClassVar[type[InterpreterProcess]]

class SerialContext(ThreadContext):
    Process: ClassVar[type[SerialProcess]]  # type: ignore[assignment]

@overload
def get_context(method: Literal["fork"]) -> ForkContext: ...
@overload
def get_context(method: Literal["spawn"]) -> SpawnContext: ...
@overload
def get_context(method: Literal["forkserver"]) -> ForkServerContext: ...
@overload
def get_context(method: Literal["subprocess"]) -> SubprocessContext: ...
@overload
def get_context(method: Literal["pp"]) -> ParallelContext: ...
@overload
def get_context(
    method: Literal["ampoule"],
    *,
    peers: Sequence[str] | str | None = None,
    certificate: str | None = None,
    key: str | None = None,
    authority: str | None = None,
) -> Context: ...
@overload
def get_context(method: Literal["thread"]) -> ThreadContext: ...
@overload
def get_context(method: Literal["interpreter"]) -> InterpreterContext: ...
@overload
def get_context(method: Literal["serial"]) -> SerialContext: ...
@overload
def get_context(
    method: Literal["executor"] | None = None, *, executor: Submits
) -> clusters.ExecutorContext: ...
@overload
def get_context(method: Literal["executor"]) -> clusters.ExecutorContext: ...
@overload
def get_context(
    method: Literal["dask"], *, address: str | None = None, client: Any = None
) -> clusters.DaskContext: ...
@overload
def get_context(method: Literal["ray"], *, address: str | None = None) -> clusters.RayContext: ...
@overload
def get_context(method: Literal["mpi"]) -> clusters.MpiContext: ...
@overload
def get_context(method: str | None = None, **options: Any) -> Context: ...
def get_all_start_methods() -> list[str]: ...
@overload
def get_start_method(allow_none: Literal[False] = False) -> str: ...
@overload
def get_start_method(allow_none: bool) -> str | None: ...
def set_start_method(method: str | None, force: bool = False) -> None: ...
