from collections.abc import Callable, Generator, Iterator
from typing import Any, Generic, TypeVar
from typing_extensions import Self

from shim.pool import Pool

_T = TypeVar("_T")

class AsyncResult(Generic[_T]):
    def __init__(
        self,
        pool: Pool,
        callback: Callable[[_T], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
    ) -> None: ...
    def ready(self) -> bool: ...
    def successful(self) -> bool: ...
    def wait(self, timeout: float | None = None) -> None: ...
    def get(self, timeout: float | None = None) -> _T: ...
    def __await__(self) -> Generator[Any, None, _T]: ...

ApplyResult = AsyncResult

class MapResult(AsyncResult[list[_T]]):
    def __init__(
        self,
        pool: Pool,
        chunksize: int,
        length: int,
        callback: Callable[[list[_T]], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
    ) -> None: ...

class IMapIterator(Iterator[_T]):
    def __init__(self, pool: Pool, size: int) -> None: ...
    def __iter__(self) -> Self: ...
    def next(self, timeout: float | None = None) -> _T: ...
    def __next__(self, timeout: float | None = None) -> _T: ...

class IMapUnorderedIterator(IMapIterator[_T]): ...
