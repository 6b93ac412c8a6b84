"""Bars as compact text: nothing is lost, and HTML reads nothing into it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.market.bars import Bar
from formulas.market.errors import InvalidValueError
from formulas.market.polyline import decode, encode

_VECTORS = orjson.loads(
    Path(__file__).parents[1].joinpath("vectors/polyline.json").read_bytes()
)

# The digits of the encoding, and what stands between its parts.
_DIGITS = {chr(code) for code in range(63, 127)}
_HEADER = set("0123456789;")


def _bars(rows: Sequence[Sequence[Any]]) -> tuple[Bar, ...]:
    return tuple(Bar(*row) for row in rows)


@st.composite
def bars(draw: st.DrawFn) -> tuple[Bar, ...]:
    """Bars by ascending time, on one grid of decimals, as an exchange has them."""
    decimals = draw(st.integers(0, 6))
    price = st.integers(-(10**9), 10**9).map(lambda n: n / 10**decimals)
    decimals_traded = draw(st.integers(0, 5))
    traded = st.integers(0, 10**10).map(lambda n: n / 10**decimals_traded)
    volume = draw(st.sampled_from([st.none(), traded, st.none() | traded]))
    times = draw(
        st.lists(st.integers(-(10**9), 4 * 10**9), unique=True, max_size=12).map(sorted)
    )
    return tuple(
        Bar(time, draw(price), draw(price), draw(price), draw(price), draw(volume))
        for time in times
    )


@given(bars())
def test_decoded_bars_equal_those_that_were_encoded(given_bars):
    assert decode(encode(given_bars)) == given_bars


@given(bars())
def test_the_text_holds_nothing_that_html_would_read(given_bars):
    text = encode(given_bars)
    header, columns = text.rpartition(";")[::2]
    assert set(header) <= _HEADER
    assert set(columns) <= _DIGITS | {" "}
    assert not set(text) & set("<>&\"'\n\r")


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: vector["name"])
def test_the_text_is_the_one_that_the_browser_reads(vector):
    given_bars = _bars(vector["bars"])
    assert decode(vector["encoded"]) == given_bars
    if given_bars:
        assert encode(given_bars) == vector["encoded"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(0, 1.1, 1.1, 1.1, 1.1, None)], id="no volume"),
        pytest.param(
            [(0, 1.0, 2.0, 0.5, 1.5, None), (60, 1.5, 2.0, 1.0, 1.2, 7)],
            id="a volume here and there",
        ),
        pytest.param([(0, -5.5, -1.25, -9.75, -2.0, 1)], id="negative prices"),
        pytest.param([(0, 0.1, 0.300000004, 0.1, 0.25, 1)], id="odd decimals"),
        pytest.param([(0, 100.0, 99.0, 101.0, 100.5, 1)], id="a high below its low"),
        pytest.param([(0, 1e-9, 3e-9, 1e-9, 2e-9, 0)], id="many decimals"),
        pytest.param([(0, 0.0, 0.0, 0.0, 0.0, 0)], id="nothing but zeros"),
        pytest.param([(5, 3.0, 9e14, 1.0, 2.0, 9e14)], id="very large numbers"),
    ],
)
def test_odd_bars_come_back_equal(rows):
    assert decode(encode(_bars(rows))) == _bars(rows)


def test_regular_bars_take_a_few_characters_each():
    rows = [
        (1766029500 + 86400 * day, 260.05, 262.1, 258.9, 261.0 + day / 20, 90_000 + day)
        for day in range(300)
    ]
    assert len(encode(_bars(rows))) / 300 < 16


def test_no_bars_are_no_text():
    assert encode(()) == ""
    assert decode("") == ()


def test_prices_on_a_tick_are_counted_in_ticks():
    [header] = {encode(_bars([(0, 10.05, 10.1, 10.0, 10.05, 1)]))[:6]}
    assert header == "1;2;5;"


def test_a_high_within_the_body_takes_the_second_version():
    assert encode(_bars([(0, 10.0, 9.0, 8.0, 11.0, 1)])).startswith("2;")


def test_a_number_of_all_a_float_s_digits_is_rounded_to_eight_decimals():
    price = 1 / 3
    [bar] = decode(encode([Bar(0, price, price, price, price, 1 / 3)]))
    assert bar.close == 0.33333333
    assert bar.volume == 0.33333333


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "1;2;1;0",
        "3;2;1;0;2700;A A A A A A",
        "1;2;1;0;2700;A A A A A",
        "1;2;1;0;2700;AA A A A A A",
        "1;a;1;0;2700;A A A A A A",
        '{"bars": []}',
    ],
)
def test_another_text_is_refused(text):
    with pytest.raises(InvalidValueError):
        decode(text)
