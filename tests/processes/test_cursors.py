"""A run that is cut anywhere goes on at any process, and no chart comes or costs twice."""

from itertools import count, cycle

from tests.processes.crowd import CHARTS, has_all_charts_once
from tests.processes.site import Process, Surroundings, Visit
from tests.processes.viewer import Viewer


async def test_a_run_that_is_cut_after_any_event_goes_on_at_the_next_process(
    surroundings: Surroundings, processes: list[Process], visit: Visit
):
    place = cycle(processes)
    for events in count(1):
        surroundings.forget_charts()
        viewer = Viewer(visit)
        await viewer.watch(next(place), events=events)
        if viewer.end:
            return
        await viewer.watch(next(place))
        assert has_all_charts_once(viewer)
        assert surroundings.fetched == CHARTS, f"cut after event {events}"


async def test_a_run_that_is_cut_after_every_event_comes_to_its_end(
    surroundings: Surroundings, processes: list[Process], visit: Visit
):
    viewer, place = Viewer(visit), cycle(processes)
    while not viewer.end:
        await viewer.watch_until_new(next(place))
    assert has_all_charts_once(viewer)
    assert surroundings.fetched == CHARTS
