import json
from dataclasses import replace
from typing import Any

import pytest

from formulas.market.bars import Bar
from formulas.market.charts import Chart, ChartRequest, Freshness, Instrument
from formulas.upstream.errors import (
    NoDataError,
    SeriesRefusedError,
    SessionLostError,
    UnexpectedAnswerError,
    UnknownSymbolError,
)
from formulas.upstream.tradingview.frames import Decoder
from formulas.upstream.tradingview.messages import (
    CriticalError,
    Hello,
    Malformed,
    ProtocolError,
    SeriesCompleted,
    SeriesData,
    SeriesError,
    SeriesLoading,
    SessionMessage,
    SymbolError,
    SymbolResolved,
    TimescaleUpdate,
    parse,
)
from formulas.upstream.tradingview.session import Lane

REQUEST = ChartRequest("NSE:TCS", "1D", 3)
OTHER = ChartRequest("NSE:INFY", "1D", 3)
INSTRUMENT = Instrument(
    "NSE:TCS", "Tata", "NSE", "stock", "Asia/Kolkata", "0915-1530", "INR", 100, 5, True
)


def resolved(turn: int = 1) -> SymbolResolved:
    return SymbolResolved("cs_1", f"sds_sym_{turn}", INSTRUMENT)


def bars(
    *times: int, turn: int = 1, close: float = 1, ends: int | None = None
) -> TimescaleUpdate:
    points = tuple(Bar(time, 1, 1, 1, close, None) for time in times)
    return TimescaleUpdate(
        "cs_1", {"sds_1": SeriesData(f"s{turn}", points, ends)}, 50.0
    )


def completed(turn: int = 1, mode: str = "streaming") -> SeriesCompleted:
    return SeriesCompleted("cs_1", "sds_1", mode, f"s{turn}")


def begun(request: ChartRequest = REQUEST) -> Lane:
    lane = Lane("cs_1")
    lane.begin(request)
    return lane


def play(lane: Lane, *messages: SessionMessage) -> Any:
    *rest, last = messages
    assert [lane.receive(message) for message in rest] == [None] * len(rest)
    return lane.receive(last)


def named(messages: list[str]) -> list[str]:
    return [json.loads(message)["m"] for message in messages]


def test_the_first_chart_creates_the_session_and_its_series():
    assert named(Lane("cs_1").begin(REQUEST)) == [
        "chart_create_session",
        "resolve_symbol",
        "create_series",
    ]


def test_a_later_chart_modifies_the_series_with_a_new_slot_and_turnaround():
    lane = begun()
    play(lane, resolved(), bars(1), completed())

    resolve, modify = (json.loads(message) for message in lane.begin(OTHER))

    assert resolve["p"][:2] == ["cs_1", "sds_sym_2"]
    assert modify == {
        "m": "modify_series",
        "p": ["cs_1", "sds_1", "s2", "sds_sym_2", "1D", ""],
    }


def test_a_chart_ends_when_its_series_is_completed():
    chart = play(
        begun(),
        SeriesLoading("cs_1", "s1"),
        resolved(),
        bars(1, 2, ends=60),
        completed(),
    )

    assert isinstance(chart, Chart)
    assert (chart.request, chart.instrument) == (REQUEST, INSTRUMENT)
    assert [bar.time for bar in chart.bars] == [1, 2]
    assert (chart.last_bar_closes_at, chart.answered_at) == (60, 50.0)


def test_updates_are_merged_by_time_and_the_later_bar_holds():
    chart = play(begun(), resolved(), bars(2, 3), bars(1, 2, close=9), completed())

    assert [(bar.time, bar.close) for bar in chart.bars] == [(1, 9), (2, 9), (3, 1)]


def test_bars_beyond_those_asked_for_are_cut_from_the_left():
    chart = play(begun(), resolved(), bars(1, 2, 3, 4, 5), completed())

    assert [bar.time for bar in chart.bars] == [3, 4, 5]


@pytest.mark.parametrize(
    ("mode", "freshness", "delay"),
    [
        ("streaming", Freshness.STREAMING, 0),
        ("delayed_streaming_900", Freshness.DELAYED, 900),
        ("endofday", Freshness.END_OF_DAY, 0),
        ("something_new", Freshness.DELAYED, 0),
    ],
)
def test_the_mode_tells_how_fresh_a_chart_is(mode, freshness, delay):
    chart = play(begun(), resolved(), bars(1), completed(mode=mode))

    assert (chart.freshness, chart.delay_seconds) == (freshness, delay)


def test_what_belongs_to_an_earlier_turnaround_is_dropped():
    lane = begun()
    play(lane, resolved(), bars(1), completed())
    lane.begin(OTHER)

    chart = play(
        lane,
        bars(7, turn=1),
        completed(turn=1),
        SymbolError("cs_1", "sds_sym_1", "invalid symbol"),
        SeriesError("cs_1", "sds_1", "s1", "resolve error"),
        bars(turn=2),
        replace(resolved(), slot="sds_sym_2"),
        bars(8, turn=2),
        completed(turn=2),
    )

    assert (chart.request, [bar.time for bar in chart.bars]) == (OTHER, [8])


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (completed(), NoDataError),
        (SymbolError("cs_1", "sds_sym_1", "invalid symbol"), UnknownSymbolError),
        (SymbolError("cs_1", "sds_sym_1", "permission denied"), SeriesRefusedError),
        (SeriesError("cs_1", "sds_1", "s1", "resolve error"), UnknownSymbolError),
        (SeriesError("cs_1", "sds_1", "s1", "custom_resolution"), SeriesRefusedError),
        (
            SeriesError("cs_1", "sds_1", "s1", "seconds_not_entitled"),
            SeriesRefusedError,
        ),
        (
            SeriesError("cs_1", "sds_1", "s1", "unsupported resolution: X"),
            SeriesRefusedError,
        ),
        (SeriesError("cs_1", "sds_1", "s1", "anything"), SeriesRefusedError),
        (
            CriticalError(
                "cs_1", "invalid parameters", "method: modify_series. args: []"
            ),
            SeriesRefusedError,
        ),
        (
            CriticalError("cs_1", "exceed limit of series in the session", ""),
            SessionLostError,
        ),
        (CriticalError("cs_1", "invalid parameters", "method: x"), SessionLostError),
        (Malformed("cs_1", "timescale_update"), UnexpectedAnswerError),
    ],
)
def test_a_failure_is_named_and_ends_the_lane(failure, error):
    lane = begun()

    assert type(play(lane, resolved(), failure)) is error
    assert not lane.is_usable
    assert not lane.can_take(OTHER)


def test_bars_without_a_symbol_are_no_chart():
    assert isinstance(play(begun(), bars(1), completed()), UnexpectedAnswerError)


def test_a_session_that_dies_while_idle_is_not_used_again():
    lane = begun()
    play(lane, resolved(), bars(1), completed())

    assert play(lane, CriticalError("cs_1", "any", "")) is None
    assert not lane.can_take(OTHER)


def test_a_lane_takes_what_it_does_not_hold_with_the_same_count_of_bars():
    lane = begun()
    assert not lane.can_take(OTHER)
    play(lane, resolved(), bars(1), completed())

    assert lane.can_take(OTHER)
    assert lane.can_take(replace(REQUEST, resolution="1W"))
    assert lane.can_take(replace(REQUEST, adjustment="splits"))
    assert not lane.can_take(REQUEST)
    assert not lane.can_take(replace(OTHER, bars=4))


def test_a_busy_lane_refuses_another_chart():
    with pytest.raises(ValueError, match="cannot take"):
        begun().begin(OTHER)


def test_a_failed_lane_deletes_its_session_once():
    lane = begun()
    play(lane, SymbolError("cs_1", "sds_sym_1", "invalid symbol"))

    assert named(lane.farewell()) == ["chart_delete_session"]
    assert lane.farewell() == []


def test_a_session_that_tradingview_ended_is_not_named_again():
    lane = begun()
    play(lane, CriticalError("cs_1", "any", ""))

    assert lane.farewell() == []


def test_a_lane_that_never_began_has_no_session_to_end():
    assert Lane("cs_1").farewell() == []


def test_the_captured_session_gives_its_three_hundred_bars(received):
    lane = Lane("cs_2iRcv6K6V6wl")
    lane.begin(ChartRequest("NSE:JUNIPER", "1D", 300))

    frames = (frame for text in received for frame in Decoder().feed(text))
    messages = (parse(frame) for frame in frames if isinstance(frame, str))
    outcomes = (
        lane.receive(message)
        for message in messages
        if message is not None
        and not isinstance(message, Hello | ProtocolError)
        and message.session == lane.session
    )
    chart = next(filter(None, outcomes))

    assert isinstance(chart, Chart)
    assert len(chart.bars) == 300
    assert chart.bars[0] == Bar(1728272700, 361.5, 363.7, 351.0, 354.1, 90305.0)
    assert chart.bars[-1] == Bar(1766029500, 260.0, 262.07, 253.38, 253.42, 2851.0)
    assert chart.instrument.symbol == "NSE:JUNIPER"
    assert chart.freshness is Freshness.STREAMING
    assert chart.is_forming
