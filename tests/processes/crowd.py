"""Viewers of several processes at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from tests.processes.site import Process, Visit
from tests.processes.viewer import Viewer

CHARTS = 88
_PATIENCE_SECONDS = 30


@dataclass
class Crowd:
    """Viewers, each watching at some process."""

    _places: list[tuple[Viewer, Process]] = field(default_factory=list)
    _watching: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    @classmethod
    async def watching(
        cls, visit: Visit, processes: Sequence[Process], each: int
    ) -> Self:
        """Send so many viewers to each process; the first process leads the account."""
        crowd = cls()
        first = Viewer(visit)
        crowd.send(first, processes[0])
        await first.has_results.wait()
        for process in processes:
            for _ in range(each - (process is processes[0])):
                crowd.send(Viewer(visit), process)
        return crowd

    @property
    def viewers(self) -> list[Viewer]:
        return [viewer for viewer, _ in self._places]

    def of(self, process: Process) -> list[Viewer]:
        """Return the viewers of the process."""
        return [viewer for viewer, place in self._places if place is process]

    def send(self, viewer: Viewer, process: Process) -> None:
        """Have the viewer watch at the process, from where they are."""
        self._places = [each for each in self._places if each[0] is not viewer]
        self._places.append((viewer, process))
        self._watching[id(viewer)] = asyncio.create_task(viewer.watch(process))

    async def left(self, process: Process) -> None:
        """Return once nobody watches at the process any more."""
        await self._ended(self.of(process))

    async def ended(self) -> None:
        """Return once nobody watches any more."""
        await self._ended(self.viewers)

    async def leave(self, process: Process) -> None:
        """Have the viewers of the process leave in the middle."""
        tasks = [self._watching[id(viewer)] for viewer in self.of(process)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ended(self, viewers: Sequence[Viewer]) -> None:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.gather(*(self._watching[id(each)] for each in viewers))


def has_all_charts_once(viewer: Viewer) -> bool:
    """Say whether the viewer got every chart, none of them twice, and was told so."""
    assert viewer.end is not None
    assert sorted(viewer.charts.values()) == [1] * CHARTS, viewer.failures
    assert (viewer.end["loaded"], viewer.end["failed"]) == (CHARTS, 0)
    return True
