from datetime import UTC, date, datetime
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formulas.simulator.day import Bar
from formulas.simulator.exchange import Exchange, closing_time, coming_times
from formulas.simulator.listing import listings
from formulas.simulator.trading_days import IST
from tests.simulator import capture
from tests.simulator.conftest import MONDAY

EXCHANGE = Exchange()
SATURDAY = datetime(2025, 12, 20, 12, tzinfo=UTC).timestamp()
SYMBOLS = st.sampled_from(
    [symbol for symbol, one in listings().items() if one.price is not None]
)
MOMENTS = st.integers(
    int(datetime(2019, 1, 1, tzinfo=IST).timestamp()), int(SATURDAY) + 10**8
)


def together(bars: list[Bar]) -> tuple[float, ...]:
    """Return open, high, low, close and volume of several bars as one."""
    volume = sum(bar.volume or 0 for bar in bars)
    highs, lows = [bar.high for bar in bars], [bar.low for bar in bars]
    return (bars[0].open, max(highs), min(lows), bars[-1].close, volume)


def day_of(bar: Bar) -> date:
    return datetime.fromtimestamp(bar.time, IST).date()


@given(SYMBOLS, MOMENTS, st.sampled_from(["1", "15", "188", "1D", "1W", "1M"]))
@settings(max_examples=60)
def test_every_bar_is_well_formed_and_in_whole_ticks(symbol, now, resolution):
    bars = EXCHANGE.bars(symbol, resolution, 40, now)
    assert [bar.time for bar in bars] == sorted({bar.time for bar in bars})
    for bar in bars:
        assert bar.time <= now
        assert (
            0
            < bar.low
            <= min(bar.open, bar.close)
            <= max(bar.open, bar.close)
            <= bar.high
        )
        assert all(round(price * 20) / 20 == price for price in bar[1:5])
        assert (bar.volume is None) == (listings()[symbol].kind == "index")
        assert bar.volume is None or bar.volume >= 0


@given(SYMBOLS, MOMENTS, st.sampled_from([1, 7, 75, 188, 375]))
@settings(max_examples=40)
def test_intraday_bars_add_up_to_the_daily_bar(symbol, now, minutes):
    *_, day = EXCHANGE.bars(symbol, "1D", 1, now) or [None]
    if day is None:
        return
    parts = [
        b
        for b in EXCHANGE.bars(symbol, str(minutes), 375, now)
        if day_of(b) == day_of(day)
    ]
    assert together(parts) == (*day[1:5], day.volume or 0)


@given(SYMBOLS, MOMENTS, st.sampled_from(["1W", "1M"]))
@settings(max_examples=40)
def test_weeks_and_months_add_up_from_the_same_days(symbol, now, resolution):
    days = EXCHANGE.bars(symbol, "1D", 120, now)
    period = (
        (lambda bar: day_of(bar).isocalendar()[:2])
        if resolution == "1W"
        else (lambda bar: (day_of(bar).year, day_of(bar).month))
    )
    grouped = [list(group) for _, group in groupby(days, key=period)][1:]
    bars = EXCHANGE.bars(symbol, resolution, len(grouped), now)
    assert [together(group) for group in grouped] == [
        (*bar[1:5], bar.volume or 0) for bar in bars
    ]


@given(SYMBOLS, MOMENTS)
@settings(max_examples=30)
def test_a_shorter_answer_is_the_end_of_a_longer_one(symbol, now):
    longer = EXCHANGE.bars(symbol, "1D", 60, now)
    assert EXCHANGE.bars(symbol, "1D", 10, now) == longer[-10:]
    assert EXCHANGE.bars(symbol, "1D", 10, now, skip=5) == longer[-15:-5]


def test_the_seed_alone_decides_the_prices():
    one, same, other = Exchange("a"), Exchange("a"), Exchange("b")
    bars = one.bars("NSE:TCS", "1D", 50, SATURDAY)
    assert same.bars("NSE:TCS", "1D", 50, SATURDAY) == bars
    assert other.bars("NSE:TCS", "1D", 50, SATURDAY) != bars


def test_yesterday_stays_what_it_was_when_time_passes():
    before = EXCHANGE.bars("NSE:TCS", "1D", 10, SATURDAY)
    after = EXCHANGE.bars("NSE:TCS", "1D", 10, SATURDAY + 7 * 86400)
    # Christmas leaves four sessions in the week between.
    assert after[:6] == before[4:]


def test_188_minutes_make_a_long_and_a_short_bar_a_day():
    bars = EXCHANGE.bars("NSE:TCS", "188", 4, SATURDAY)
    clock = [f"{datetime.fromtimestamp(bar.time, IST):%H:%M}" for bar in bars]
    assert clock == ["09:15", "12:23"] * 2


def test_the_last_bar_grows_while_the_session_runs():
    early = EXCHANGE.bars("NSE:TCS", "1D", 1, MONDAY)[0]
    late = EXCHANGE.bars("NSE:TCS", "1D", 1, MONDAY + 3600)[0]
    assert early.time == late.time
    assert early.high <= late.high
    assert late.low <= early.low
    assert (early.volume or 0) < (late.volume or 0)


def test_weeks_and_months_start_at_0915_of_their_first_session():
    for resolution in ("1W", "1M"):
        for bar in EXCHANGE.bars("NSE:TCS", resolution, 40, SATURDAY):
            assert f"{datetime.fromtimestamp(bar.time, IST):%H:%M}" == "09:15"


def test_a_young_listing_has_no_bars_before_its_first_day():
    bars = EXCHANGE.bars("NSE:LGEINDIA", "1D", 300, SATURDAY)
    assert day_of(bars[0]).isoformat() == "2025-10-14"
    assert len(bars) < 60


def test_a_listing_that_never_traded_has_no_bars_and_no_quote():
    assert EXCHANGE.bars("NSE:SGBDE31III", "1D", 300, SATURDAY) == ()
    assert EXCHANGE.quote("NSE:SGBDE31III", SATURDAY) is None


def test_what_is_not_listed_or_no_resolution_is_refused():
    with pytest.raises(KeyError):
        EXCHANGE.bars("NSE:M_M", "1D", 1, SATURDAY)
    for resolution in ("1h", "15m", "1d", "", "0", "5000"):
        with pytest.raises(ValueError, match="no resolution"):
            EXCHANGE.bars("NSE:TCS", resolution, 1, SATURDAY)


def test_bars_since_a_moment_are_counted():
    bars = EXCHANGE.bars("NSE:TCS", "1D", 30, SATURDAY)
    assert EXCHANGE.count_since("NSE:TCS", "1D", bars[0].time, SATURDAY) == 30
    assert EXCHANGE.count_since("NSE:TCS", "1D", bars[0].time + 1, SATURDAY) == 29


@pytest.mark.parametrize(
    ("resolution", "closes"),
    [("1D", 1766051999), ("188", 1766040780), ("1W", 1766138399), ("1M", 1767175199)],
)
def test_the_newest_bar_closes_as_the_captured_one_did(resolution, closes):
    assert closing_time(resolution, capture.NOW) == closes


def test_after_hours_the_last_minutes_of_the_session_have_closed():
    assert closing_time("15", SATURDAY) == 1766138400
    assert closing_time("188", SATURDAY) == 1766138400


def test_coming_days_skip_the_holiday_as_the_captured_ones_did():
    # The second captured update answers `request_more_tickmarks` with ten days.
    future = [
        each["p"][2]["changes"]
        for each in capture.received()
        if each.get("m") == "timescale_update" and each["p"][1] == {}
    ]
    assert coming_times("1D", 10, capture.NOW) == future[0]


def test_coming_times_of_other_resolutions_follow_the_calendar():
    minutes = coming_times("188", 3, capture.NOW)
    assert minutes == [1766040780, 1766115900, 1766127180]
    weeks = coming_times("1W", 2, capture.NOW)
    assert weeks == [1766375100, 1766979900]
