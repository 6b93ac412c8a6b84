"""Bars out of TradingView's numbers."""

import pytest

from formulas.market.bars import Bar, bar_from_values, in_order

_NO_NUMBER = 1e100


def test_six_values_are_a_bar():
    values = [1766029500.0, 260.0, 262.07, 253.38, 253.42, 2851.0]
    assert bar_from_values(values) == Bar(
        1766029500, 260.0, 262.07, 253.38, 253.42, 2851.0
    )


def test_an_index_has_five_values_and_no_volume():
    bar = bar_from_values([1766029500.0, 260.0, 262.0, 253.0, 253.5])
    assert bar is not None
    assert bar.volume is None


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize(
    "nonsense", [_NO_NUMBER, -_NO_NUMBER, None, float("nan"), float("inf")]
)
def test_a_point_without_its_time_or_a_price_is_no_bar(place, nonsense):
    values: list[float | None] = [1766029500.0, 260.0, 262.07, 253.38, 253.42, 2851.0]
    values[place] = nonsense
    assert bar_from_values(values) is None


@pytest.mark.parametrize("volume", [_NO_NUMBER, None, float("nan"), -1.0])
def test_a_volume_that_makes_no_sense_is_none(volume):
    bar = bar_from_values([1766029500.0, 260.0, 262.07, 253.38, 253.42, volume])
    assert bar is not None
    assert bar.volume is None


def test_a_volume_of_zero_is_kept():
    bar = bar_from_values([1766029500.0, 260.0, 262.07, 253.38, 253.42, 0.0])
    assert bar is not None
    assert bar.volume == 0.0


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0, 4.0]])
def test_too_few_values_are_no_bar(values):
    assert bar_from_values(values) is None


def _bar(time: int, close: float) -> Bar:
    return Bar(time, 1.0, 9.0, 0.5, close, None)


def test_bars_are_put_in_order_of_time():
    assert in_order([_bar(3, 1), _bar(1, 2), _bar(2, 3)]) == (
        _bar(1, 2),
        _bar(2, 3),
        _bar(3, 1),
    )


def test_of_two_bars_of_one_time_the_later_one_counts():
    assert in_order([_bar(1, 1), _bar(2, 2), _bar(1, 3)]) == (_bar(1, 3), _bar(2, 2))
