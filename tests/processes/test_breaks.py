"""Processes that die or hang in the middle of a run cost a viewer no chart."""

import asyncio

import pytest

from tests.processes.crowd import CHARTS, Crowd, has_all_charts_once
from tests.processes.site import Process, Surroundings, Visit

_VIEWERS = 5


@pytest.mark.parametrize("victim", [0, 2], ids=["the leader", "another"])
async def test_viewers_of_a_process_that_is_killed_go_on_at_another(
    surroundings: Surroundings, processes: list[Process], visit: Visit, victim: int
):
    crowd = await Crowd.watching(visit, processes, _VIEWERS)
    mourners = crowd.of(processes[victim])
    for viewer in mourners:
        await viewer.has_charts.wait()
    processes[victim].kill()
    in_flight = surroundings.fetched - surroundings.landed
    await crowd.left(processes[victim])
    assert not any(viewer.end for viewer in mourners), "it was over before"
    for viewer in mourners:
        crowd.send(viewer, processes[victim - 1])
    await crowd.ended()
    for viewer in crowd.viewers:
        assert has_all_charts_once(viewer)
    assert surroundings.fetched <= CHARTS + in_flight


async def test_a_leader_that_hangs_is_replaced_and_doubles_nothing(
    surroundings: Surroundings, processes: list[Process], visit: Visit
):
    leader, *others = processes
    crowd = await Crowd.watching(visit, processes, _VIEWERS)
    await crowd.of(leader)[0].has_charts.wait()
    with leader.hanging():
        for process in others:
            await crowd.left(process)
            assert all(map(has_all_charts_once, crowd.of(process)))
        assert not any(viewer.end for viewer in crowd.of(leader))
    await crowd.ended()
    assert all(map(has_all_charts_once, crowd.viewers))
    await surroundings.has_sockets(at_most=1)


async def test_a_store_that_is_killed_and_comes_back_costs_no_chart(
    surroundings: Surroundings, processes: list[Process], visit: Visit
):
    crowd = await Crowd.watching(visit, processes, _VIEWERS)
    await crowd.viewers[-1].has_charts.wait()
    surroundings.valkey.kill()
    await crowd.ended()
    assert all(map(has_all_charts_once, crowd.viewers))
    surroundings.valkey.start()
    await _is_shared_again(surroundings, processes, visit)


async def _is_shared_again(
    surroundings: Surroundings, processes: list[Process], visit: Visit
) -> None:
    """Check that a chart fetched by one process is there for all, once it rests no more."""
    async with asyncio.timeout(20):
        while True:
            surroundings.count_anew()
            crowd = await Crowd.watching(visit, processes, 1)
            await crowd.ended()
            assert all(map(has_all_charts_once, crowd.viewers))
            if surroundings.fetched == 0:
                return
