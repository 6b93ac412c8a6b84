import json

import pytest

from formulas.market.bars import Bar
from formulas.upstream.tradingview.frames import Decoder
from formulas.upstream.tradingview.messages import (
    CriticalError,
    Hello,
    Malformed,
    ProtocolError,
    QuoteCompleted,
    QuoteData,
    SeriesCompleted,
    SeriesError,
    SeriesLoading,
    SymbolError,
    SymbolResolved,
    TimescaleUpdate,
    parse,
)


def said(name: str, *positions: object, **top: object) -> str:
    return json.dumps({"m": name, "p": positions, **top})


def update(*points: list[float], **more: object) -> str:
    series = {"s": [{"i": i, "v": v} for i, v in enumerate(points)], "t": "s1", **more}
    return said("timescale_update", "cs_1", {"sds_1": series}, {}, t=7, t_ms=7500)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ('{"session_id":"0.1"}', Hello(None)),
        ('{"redirect":"other.tradingview.com"}', Hello("other.tradingview.com")),
        (said("series_loading", "cs_1", "sds_1", "s1"), SeriesLoading("cs_1", "s1")),
        (
            said("series_completed", "cs_1", "sds_1", "streaming", "s1", {}, "more"),
            SeriesCompleted("cs_1", "sds_1", "streaming", "s1"),
        ),
        (
            said(
                "symbol_error", "cs_1", "sds_sym_1", "permission denied", "group", "x"
            ),
            SymbolError("cs_1", "sds_sym_1", "permission denied"),
        ),
        (
            said("series_error", "cs_1", "sds_1", "s1", "resolve error", "undefined"),
            SeriesError("cs_1", "sds_1", "s1", "resolve error"),
        ),
        (
            said("critical_error", "cs_1", "duplicate id", "method: resolve_symbol"),
            CriticalError("cs_1", "duplicate id", "method: resolve_symbol"),
        ),
        (said("critical_error", "cs_1", "odd"), CriticalError("cs_1", "odd", "")),
        (said("protocol_error", "wrong data"), ProtocolError("wrong data")),
        (
            said("qsd", "qs_1", {"n": "NSE:X", "s": "ok", "v": {"lp": 1.5}}),
            QuoteData("qs_1", "NSE:X", ok=True, values={"lp": 1.5}),
        ),
        (
            said("qsd", "qs_1", {"n": "NSE:X", "s": "error", "errmsg": "no"}),
            QuoteData("qs_1", "NSE:X", ok=False, values={}),
        ),
        (said("quote_completed", "qs_1", "NSE:X"), QuoteCompleted("qs_1", "NSE:X")),
    ],
)
def test_a_message_is_read(payload, message):
    assert parse(payload) == message


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{",
        "[]",
        "7",
        '"text"',
        "{}",
        '{"m":7,"p":["cs_1"]}',
        said("du", "cs_1", {}),
        said("qsd"),
    ],
)
def test_what_nobody_needs_is_ignored(payload):
    assert parse(payload) is None


@pytest.mark.parametrize(
    "payload",
    [
        said("series_completed", "cs_1"),
        said(
            "symbol_resolved",
            "cs_1",
            "sds_sym_1",
            {"pricescale": "many", "pro_name": "X"},
        ),
        said("symbol_resolved", "cs_1", "sds_sym_1", {}),
        said("timescale_update", "cs_1", []),
        said("timescale_update", "cs_1", {"sds_1": 5}),
        said(
            "timescale_update", "cs_1", {"sds_1": {"s": [{"v": ["a"] * 6}], "t": "s1"}}
        ),
        said("timescale_update", "cs_1", {"sds_1": {"s": 1, "t": "s1"}}),
        '{"m":"timescale_update","p":["cs_1",{"sds_1":{"s":[{"i":0,"v":[17',
    ],
)
def test_a_message_that_is_not_what_it_says_tells_its_session(payload):
    message = parse(payload)

    assert isinstance(message, Malformed)
    assert message.session == "cs_1"


def test_bars_come_with_the_end_of_the_last_and_the_clock():
    message = parse(update([60, 1, 3, 0.5, 2, 9], lbs={"bar_close_time": 119}))

    assert isinstance(message, TimescaleUpdate)
    assert message.sent_at == 7.5
    assert message.series["sds_1"].bars == (Bar(60, 1, 3, 0.5, 2, 9),)
    assert message.series["sds_1"].last_bar_closes_at == 119


@pytest.mark.parametrize("volume", [[], [None], [1e100], [-5]])
def test_a_volume_that_is_none_is_none(volume):
    message = parse(update([60, 1, 3, 0.5, 2, *volume]))

    assert isinstance(message, TimescaleUpdate)
    assert message.series["sds_1"].bars[0].volume is None


def test_a_point_without_prices_is_no_bar():
    message = parse(update([60, 1e100, 1, 1, 1, 1], [120, 1, 1, 1, 1, 1]))

    assert isinstance(message, TimescaleUpdate)
    assert [bar.time for bar in message.series["sds_1"].bars] == [120]


def test_studies_and_future_marks_hold_no_bars():
    study = said("timescale_update", "cs_1", {"st1": {"st": [], "t": "s1_st1"}}, {})
    marks = said("timescale_update", "cs_1", {}, {"index": 300})

    assert parse(study) == parse(marks) == TimescaleUpdate("cs_1", {}, None)


def test_the_captured_instrument_is_read(received):
    resolved = next(
        message
        for text in received
        for frame in Decoder().feed(text)
        if isinstance(frame, str)
        and isinstance(message := parse(frame), SymbolResolved)
    )

    instrument = resolved.instrument
    assert (instrument.symbol, instrument.description) == (
        "NSE:JUNIPER",
        "Juniper Hotels Limited",
    )
    assert (instrument.timezone, instrument.session) == ("Asia/Kolkata", "0915-1530")
    assert (instrument.price_scale, instrument.min_move) == (100, 5)
    assert (instrument.currency, instrument.exchange, instrument.kind) == (
        "INR",
        "NSE",
        "stock",
    )
    assert instrument.has_volume


def test_nothing_captured_is_malformed(received):
    for text in received:
        for frame in Decoder().feed(text):
            if isinstance(frame, str):
                assert not isinstance(parse(frame), Malformed)
