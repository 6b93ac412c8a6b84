"""Many viewers over several processes are served by one fetch of each chart."""

from formulas.simulator.screens import WIDE
from tests.processes.crowd import CHARTS, Crowd, has_all_charts_once
from tests.processes.site import Process, Surroundings, Visit, sign_in
from tests.processes.viewer import Viewer

_VIEWERS = 25


async def test_a_hundred_viewers_over_four_processes_share_one_fetch_of_each_chart(
    surroundings: Surroundings, processes: list[Process], visit: Visit
):
    crowd = Crowd()
    for process in processes * _VIEWERS:
        crowd.send(Viewer(visit), process)
    await crowd.ended()
    assert all(map(has_all_charts_once, crowd.viewers))
    assert surroundings.fetched == CHARTS
    assert surroundings.state()["sockets_at_most"] == 1


async def test_who_leaves_takes_nothing_from_the_viewers_of_other_processes(
    surroundings: Surroundings, processes: list[Process], visit: Visit
):
    leader, *others = processes
    crowd = await Crowd.watching(visit, processes, 2)
    await crowd.of(leader)[0].has_charts.wait()
    await crowd.leave(leader)
    for process in others:
        await crowd.left(process)
        assert all(map(has_all_charts_once, crowd.of(process)))
    assert surroundings.fetched == CHARTS


async def test_when_everybody_has_left_nothing_more_is_fetched(
    surroundings: Surroundings, processes: list[Process]
):
    visit = sign_in(processes[0], WIDE)
    crowd = await Crowd.watching(visit, processes, 2)
    await crowd.viewers[-1].has_charts.wait()
    for process in processes:
        await crowd.leave(process)
    await surroundings.stands_still()
    assert surroundings.fetched < 2 * len(WIDE.symbols) - 40
