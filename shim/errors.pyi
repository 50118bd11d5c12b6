from multiprocessing.context import (
    AuthenticationError as AuthenticationError,
    BufferTooShort as BufferTooShort,
    ProcessError as ProcessError,
    TimeoutError as TimeoutError,
)
from typing import Any, Final, final

@final
class Missing: ...

MISSING: Final[Missing]

class PoolError(RuntimeError): ...

class WorkerLostError(PoolError):
    pid: int | None
    exitcode: int | None
    started: bool | None
    results: list[Any] | None
    tries: int
    reason: str | None
    def __init__(
        self,
        pid: int | None = None,
        exitcode: int | None = None,
        started: bool | None = True,
        results: list[Any] | None = None,
        tries: int = 1,
        reason: str | None = None,
    ) -> None: ...

class TaskTimeoutError(TimeoutError):
    limit: float | None
    pid: int | None
    results: list[Any] | None
    def __init__(
        self, limit: float | None = None, pid: int | None = None, results: list[Any] | None = None
    ) -> None: ...

class PoolBrokenError(PoolError): ...
class PoolTerminatedError(PoolError): ...

class RemoteError(Exception):
    type_name: str
    text: str
    traceback: str
    def __init__(self, type_name: str, text: str, traceback: str = "") -> None: ...

class RemoteTraceback(Exception):
    tb: str
    def __init__(self, tb: str) -> None: ...

class MaybeEncodingError(Exception):
    exc: str
    value: str
    def __init__(self, exc: object, value: object) -> None: ...
