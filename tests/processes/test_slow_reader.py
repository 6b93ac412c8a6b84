"""Viewers that take nothing in hold up neither their process nor anybody else."""

from contextlib import AsyncExitStack
from dataclasses import replace

from tests.processes.crowd import CHARTS
from tests.processes.site import Process, Visit
from tests.processes.viewer import Viewer, requested

_SLOW = 10


async def test_readers_who_read_nothing_hold_up_only_themselves(
    processes: list[Process], visit: Visit
):
    process, long = processes[0], f"{visit.stream}?format=json&bars=2000"
    viewer = Viewer(replace(visit, stream=long))
    before = process.memory
    async with AsyncExitStack() as slow:
        for _ in range(_SLOW):
            await slow.enter_async_context(
                requested(process, viewer.visit, buffer=4096)
            )
        await viewer.watch(process)
        assert process.memory - before < _SLOW * viewer.received
    assert viewer.end
    assert viewer.end["data"]["loaded"] == CHARTS
