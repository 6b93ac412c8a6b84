"""Resolutions: what passes, and what people read."""

import pytest

from formulas.market.errors import InvalidValueError
from formulas.market.resolutions import describe, is_intraday, parse_resolution


@pytest.mark.parametrize(
    ("text", "resolution"),
    [
        ("1D", "1D"),
        ("1w", "1W"),
        (" 1M ", "1M"),
        ("D", "1D"),
        ("w", "1W"),
        ("M", "1M"),
        ("15", "15"),
        ("188", "188"),
        ("15s", "15S"),
        ("12M", "12M"),
    ],
)
def test_a_resolution_is_spelled_as_tradingview_spells_it(text, resolution):
    assert parse_resolution(text) == resolution


@pytest.mark.parametrize(
    "text", ["", " ", "0", "0D", "1h", "5min", "1H", "S", "-1", "1.5", "99999", "1D,1W"]
)
def test_another_text_is_no_resolution(text):
    with pytest.raises(InvalidValueError):
        parse_resolution(text)


@pytest.mark.parametrize("text", ["5m", "15m"])
def test_small_m_is_taken_for_months(text):
    assert parse_resolution(text) == text.upper()


@pytest.mark.parametrize(
    ("resolution", "words"),
    [
        ("1W", "Weekly"),
        ("1D", "Daily"),
        ("1M", "Monthly"),
        ("3M", "3 months"),
        ("2D", "2 days"),
        ("1", "1 minute"),
        ("15", "15 minutes"),
        ("60", "1 hour"),
        ("180", "3 hours"),
        ("188", "188 minutes"),
        ("15S", "15 seconds"),
    ],
)
def test_people_read_a_resolution_in_words(resolution, words):
    assert describe(resolution) == words


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [("15", True), ("240", True), ("30S", True), ("1D", False), ("1W", False)],
)
def test_minutes_and_seconds_are_within_a_day(resolution, expected):
    assert is_intraday(resolution) is expected
