"""A program with annotations: what a type checker has to make of shim's calls.

mypy checks it (.ci/run); it is run by nobody, and has the syntax of today.
"""
from __future__ import annotations

from collections.abc import Iterator
from multiprocessing.managers import SyncManager
from typing import assert_type

import shim
from shim import futures
from shim.clusters import DaskContext, ExecutorContext
from shim.context import Context, ForkContext
from shim.pool import Pool, ThreadPool
from shim.results import AsyncResult, IMapIterator, MapResult


def square(x: int) -> int:
    return x * x


def name(x: int, y: str = '') -> str:
    return y + str(x)


with shim.Pool(2) as p:
    assert_type(p, Pool)
    assert_type(p.map(square, [1, 2]), list[int])
    assert_type(p.map(name, range(3), chunksize=1, task_timeout=1.5), list[str])
    assert_type(p.starmap(name, [(1, 'a')]), list[str])
    assert_type(p.apply(name, (1,), {'y': 'a'}), str)
    assert_type(p.apply_async(square, (1,)), AsyncResult[int])
    assert_type(p.apply_async(square, (1,)).get(timeout=1), int)
    assert_type(p.map_async(square, [1]), MapResult[int])
    assert_type(p.map_async(square, [1]).get(), list[int])
    assert_type(p.starmap_async(name, [(1,)], callback=print).get(), list[str])
    assert_type(p.imap(square, iter([1]), buffersize=4), IMapIterator[int])
    results: Iterator[int] = p.imap_unordered(square, [1])
    assert_type(next(results), int)
    assert_type(p.map(square, [1], retries=2), list[int])
    p.map(square, ['a'])  # type: ignore[arg-type]
    p.map(square, [1], task_timeout='soon')  # type: ignore[arg-type]


fork = shim.get_context('fork')
with futures.ProcessPoolExecutor(2, fork, max_tasks_per_child=3) as executor:
    assert_type(executor.submit(square, 3).result(), int)
    assert_type(executor.submit(name, 3, y=''), futures.Future[str])
    assert_type(executor.map(name, [1], buffersize=3), Iterator[str])
    executor.submit(square, 'a')  # type: ignore[arg-type]


async def later() -> int:
    return await shim.Pool().apply_async(square, (3,))


assert_type(fork, ForkContext)
assert_type(shim.get_context(), Context)
assert_type(fork.Pool(2, reseed=True), Pool)
assert_type(shim.get_context('thread').ThreadPool(), ThreadPool)
assert_type(shim.get_context(executor=futures.ThreadPoolExecutor()), ExecutorContext)
cluster = shim.get_context('dask', address='tcp://host:8786')
assert_type(cluster, DaskContext)
assert_type(cluster.Manager(('host', 0)), SyncManager)
process = shim.get_context('subprocess').Process(target=square, args=(1,), daemon=True)
process.interrupt()
assert_type(process.exitcode, int | None)
assert_type(shim.Process(target=square).is_alive(), bool)
assert_type(shim.get_start_method(), str)
assert_type(shim.provider().reason, str)

try:
    shim.Pool().map(square, [1])
except shim.WorkerLostError as error:
    assert_type(error.exitcode, int | None)
    if error.results is not None:
        print([each for each in error.results if each is not shim.MISSING])

queue = shim.Queue[int]()
queue.put(3)
lock = shim.Lock()
with lock:
    pass
shim.util.info('not a name of shim')  # type: ignore[attr-defined]
