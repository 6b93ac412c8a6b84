"""Work that is done once for all who want it while it is under way, in one process."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class _Work[T]:
    task: asyncio.Task[T]
    waiters: int = 0


class Shared[T]:
    """Work under way, by its name. One for an event loop."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, _Work[T]] = {}

    async def get(
        self, name: Hashable, work: Callable[[], Coroutine[Any, Any, T]]
    ) -> T:
        """Return what the work of that name gives; start it unless it is under way.

        It stops when everybody who waits for it has been cancelled.
        """
        shared = self._under_way.get(name)
        if shared is None:
            shared = self._start(name, work)
        shared.waiters += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.waiters -= 1
            if not shared.waiters:
                await self._stop(name, shared)

    def _start(
        self, name: Hashable, work: Callable[[], Coroutine[Any, Any, T]]
    ) -> _Work[T]:
        shared = self._under_way[name] = _Work(asyncio.create_task(work()))
        shared.task.add_done_callback(lambda _: self._forget(name, shared))
        return shared

    def _forget(self, name: Hashable, shared: _Work[T]) -> None:
        if self._under_way.get(name) is shared:
            del self._under_way[name]

    async def _stop(self, name: Hashable, shared: _Work[T]) -> None:
        self._forget(name, shared)  # Who comes now starts another.
        shared.task.cancel()
        await asyncio.wait({shared.task})
