"""How far a run is, in numbers that are true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.streams.progress import Progress


@pytest.mark.parametrize(
    ("loaded", "failed", "total", "percentage"),
    [
        (0, 0, 88, 0),
        (18, 0, 88, 20),
        (18, 2, 88, 22),
        (87, 0, 88, 98),
        (0, 88, 88, 100),
        (199, 0, 200, 99),
        (999, 0, 1000, 99),
        (0, 0, 0, 100),
    ],
)
def test_the_percentage_is_of_the_charts_that_ended(loaded, failed, total, percentage):
    progress = Progress(loaded=loaded, failed=failed, total=total)
    assert progress.percentage == percentage


@given(st.integers(1, 10_000), st.data())
def test_a_hundred_percent_means_all(total, data):
    ended = data.draw(st.integers(0, total))
    is_full = Progress(loaded=ended, total=total).percentage == 100
    assert is_full is (ended == total)
