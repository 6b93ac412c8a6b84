from datetime import date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.simulator.trading_days import (
    IST,
    Session,
    sessions_after,
    sessions_back,
    sessions_of,
)
from tests.simulator import capture

MOMENTS = st.integers(
    int(datetime(2000, 1, 1, tzinfo=IST).timestamp()),
    int(datetime(2030, 1, 1, tzinfo=IST).timestamp()),
)


def session_of(day: date) -> Session | None:
    return next((each for each in sessions_of(day.year) if each.day == day), None)


def test_a_regular_day_opens_at_0345_utc_and_lasts_375_minutes():
    session = session_of(date(2025, 12, 18))
    assert session is not None
    assert session.opens == 1766029500
    assert session.minutes == 375


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        (date(2024, 11, 1), "18:00", "19:00"),
        (date(2025, 10, 21), "13:45", "14:45"),
        (date(2025, 2, 1), "09:15", "15:30"),
    ],
)
def test_special_sessions_keep_their_own_hours(day, opens, closes):
    session = session_of(day)
    assert session is not None
    clock = [f"{datetime.fromtimestamp(t, IST):%H:%M}" for t in session[1:]]
    assert clock == [opens, closes]


@pytest.mark.parametrize(
    "day",
    [
        date(2023, 1, 26),
        date(2024, 1, 22),
        date(2025, 8, 27),
        date(2026, 11, 24),
        date(2025, 12, 20),
        date(2025, 12, 21),
    ],
)
def test_nothing_trades_on_holidays_and_weekends(day):
    assert session_of(day) is None


def test_the_days_are_those_of_the_captured_series():
    captured = [int(t) for t in capture.first("timescale_update")["p"][2]["changes"]]
    ours = [s.opens for s in islice(sessions_back(capture.NOW), 300)]
    assert ours[::-1] == captured


@given(MOMENTS)
def test_sessions_follow_one_another_around_any_moment(now):
    before = list(islice(sessions_back(now), 5))[::-1]
    after = list(islice(sessions_after(now), 5))
    assert before[-1].opens <= now < after[0].opens
    for earlier, later in pairwise([*before, *after]):
        assert earlier.closes < later.opens
        assert earlier.day < later.day <= earlier.day + timedelta(days=7)
