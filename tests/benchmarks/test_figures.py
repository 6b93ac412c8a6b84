import pytest

from benchmarks.earlier import Batch
from benchmarks.figures import Figures, Medians, comparison, promises
from benchmarks.viewer import Arrival, View

_CHART = b'data: <candle-chart label="a">\ndata: <candle-chart label="b">'


def _view(*, results: float, charts: float) -> View:
    return View(
        (
            Arrival(results, b'data: <hx-partial hx-target="#results">'),
            Arrival(charts, _CHART),
            Arrival(charts, b"event: done"),
        )
    )


def _medians(*, results: float = 0.3, charts: float = 0.5) -> Medians:
    figures = Figures()
    for slower in (0.0, 0.1, 9.0):
        view = _view(results=results + slower, charts=charts + slower)
        figures.add_view("cold", view, cpu_seconds=0.2)
    figures.add_view("second_view", _view(results=0, charts=0.2), cpu_seconds=0)
    figures.add_earlier([Batch(3.0, ()), Batch(9.0, ())])
    return figures.medians()


def test_a_figure_is_the_median_of_its_samples() -> None:
    cold = _medians()["cold"]
    assert (cold["results_ms"], cold["last_chart_ms"]) == (400, 600)
    assert cold["bytes_per_chart"] == len(_CHART) / 2


def test_a_cold_view_is_compared_with_marketinout_and_the_earlier_strategy() -> None:
    assert comparison(_medians()) == {
        "results_after_screen_ms": 150,
        "times_faster_to_first_chart": 5,
        "times_faster_to_last_chart": 15,
    }


@pytest.mark.parametrize(
    ("results", "charts", "broken"),
    [
        (0.2, 0.6, []),
        (0.3, 0.6, [150]),
        (0.2, 0.651, [751, 3.99]),
        (0.2, 1.5, [1600, 1600, 1.88, 5.62]),
    ],
)
def test_a_promise_is_broken_by_its_figure(
    results: float, charts: float, broken: list[float]
) -> None:
    checked = promises(_medians(results=results, charts=charts))
    assert [each.value for each in checked if not each.is_kept] == broken
