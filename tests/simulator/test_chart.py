import json
from typing import Any

import pytest

from formulas.simulator.accounts import BASIC
from formulas.simulator.conversation import Limits
from formulas.simulator.day import Bar
from tests.simulator import capture
from tests.simulator.script import Script, names, points

SERIES = ["series_loading", "timescale_update", "series_completed"]


def bars(
    script: Script, symbol: str, resolution: str, count: int, skip: int = 0
) -> tuple[Bar, ...]:
    exchange = script.conversation.timescale.exchange
    return exchange.bars(symbol, resolution, count, script.now, skip=skip)


def values(messages: list[tuple[str, list[Any]]]) -> list[tuple[float, ...]]:
    return [tuple(point["v"]) for point in points(messages)]


def test_a_series_brings_the_exchange_s_own_bars():
    script = Script()
    messages = script.load("NSE:TCS", "1W", 300)
    assert names(messages) == SERIES
    assert values(messages) == list(bars(script, "NSE:TCS", "1W", 300))
    assert [point["i"] for point in points(messages)] == list(range(300))


def test_a_series_is_answered_in_the_shape_of_the_captured_one():
    captured = capture.first("timescale_update")["p"]
    script = Script(now=capture.NOW)
    update = dict(script.load("NSE:TCS"))["timescale_update"]
    ours, theirs = update[1]["sds_1"], captured[1]["sds_1"]
    assert ours.keys() == theirs.keys()
    assert (ours["ns"], ours["t"], ours["lbs"]) == (theirs["ns"], "s1", theirs["lbs"])
    assert update[2] == captured[2]
    assert all(isinstance(number, float) for number in ours["s"][0]["v"])


def test_a_symbol_is_resolved_with_the_keys_of_the_captured_one():
    script = Script()
    script.say("chart_create_session", "cs_1", "")
    descriptor = '={"adjustment":"dividends","symbol":"NSE:JUNIPER"}'
    [(name, (session, slot, info))] = script.say(
        "resolve_symbol", "cs_1", "sds_sym_1", descriptor
    )
    captured = capture.first("symbol_resolved")["p"][2]
    assert (name, session, slot) == ("symbol_resolved", "cs_1", "sds_sym_1")
    assert info.keys() == captured.keys()
    same = (
        "name",
        "description",
        "timezone",
        "pricescale",
        "minmov",
        "session",
        "type",
    )
    assert [info[key] for key in same] == [captured[key] for key in same]


def test_completion_tells_freshness_turnaround_and_period():
    completed = dict(Script().load())["series_completed"]
    assert completed == ["cs_1", "sds_1", "streaming", "s1", {"rt_update_period": 0}]


@pytest.mark.parametrize("token", ["unauthorized_user_token", None])
def test_without_the_exchange_s_data_a_series_is_delayed(token):
    script = Script(token=token or BASIC.token(1_765_787_400))
    completed = dict(script.load())["series_completed"]
    assert completed[2] == "delayed_streaming_900"
    assert completed[4] == {"rt_update_period": 5}


def test_an_unknown_symbol_fails_twice():
    script = Script()
    script.say("chart_create_session", "cs_1", "")
    refused = script.say("resolve_symbol", "cs_1", "sym_1", "NSE:NONESUCH")
    assert refused == [("symbol_error", ["cs_1", "sym_1", "invalid symbol"])]
    messages = script.say("create_series", "cs_1", "sds_1", "s1", "sym_1", "1D", 300)
    assert names(messages) == ["series_loading", "series_error"]
    assert messages[1][1][:4] == ["cs_1", "sds_1", "s1", "resolve error"]


def test_what_never_traded_completes_without_bars():
    messages = Script().load("NSE:SGBDE31III")
    assert names(messages) == ["series_loading", "series_completed"]
    assert messages[1][1][4]["data_completed"] == "end"


def test_a_young_listing_brings_fewer_bars_and_says_that_is_all():
    messages = Script().load("NSE:LGEINDIA")
    assert 0 < len(points(messages)) < 300
    assert dict(messages)["series_completed"][4]["data_completed"] == "end"


def test_an_index_has_five_values_and_says_so():
    script = Script()
    assert {len(value) for value in values(script.load("NSE:NIFTY"))} == {5}
    script.say("chart_create_session", "cs_2")
    [(_, resolved)] = script.say("resolve_symbol", "cs_2", "x", "NSE:NIFTY")
    assert resolved[2]["visible_plots_set"] == "ohlc"


def test_the_local_description_is_sent_as_it_is_written():
    script = Script()
    script.say("chart_create_session", "cs_1")
    [answer] = script.answers("resolve_symbol", "cs_1", "x", "NSE:SBIN")
    assert '"local_description":"भारतीय' in answer.messages[0].text


def test_the_range_may_be_left_out():
    script = Script()
    script.open_chart()
    messages = script.say("create_series", "cs_1", "sds_1", "s1", "sym_1", "1D", 10)
    assert len(points(messages)) == 10


@pytest.mark.parametrize("count", [10, -10])
def test_a_count_may_refer_to_a_moment(count):
    script = Script()
    newest = bars(script, "NSE:TCS", "1D", 60)
    messages = script.load(count=["bar_count", newest[29].time, count])
    expected = newest[20:30] if count > 0 else newest[30:40]
    assert values(messages) == list(expected)


def test_a_bad_resolution_ends_the_session_in_the_server_s_words():
    script = Script()
    script.open_chart()
    messages = script.say(
        "create_series", "cs_1", "sds_1", "s1", "sym_1", "1h", 300, ""
    )
    detail = 'method: create_series. args: "[sds_1, s1, sym_1, 1h, 300, ]"'
    assert messages == [("critical_error", ["cs_1", "invalid parameters", detail])]
    # What was sent before the error was read is passed over.
    assert script.say("create_series", "cs_1", "sds_1", "s1", "sym_1", "1D", 300) == []


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (("resolve_symbol", "cs_1", "sym_1", "NSE:INFY"), "duplicate id"),
        (("create_series", "cs_1", "sds_1", "s2", "sym_1", "1D", 300), "duplicate id"),
        (
            ("create_series", "cs_1", "sds_2", "s2", "sym_1", "1D", 300),
            "exceed limit of series in the session",
        ),
        (("remove_series", "cs_1", "sds_9"), "unknown series id"),
        (("create_study", "cs_1", "st1", "st1", "sds_9", "x", {}), "unknown parent id"),
        (("switch_timezone", "cs_1", "Mars/Olympus"), "invalid timezone"),
        (
            ("modify_series", "cs_1", "sds_9", "s2", "sym_1", "1D", ""),
            "invalid parameters",
        ),
        (("create_series", "cs_1"), "invalid parameters"),
    ],
)
def test_a_mistake_ends_the_session(call, reason):
    script = Script()
    script.load()
    [(name, parameters)] = script.say(*call)
    assert (name, *parameters[:2]) == ("critical_error", "cs_1", reason)
    assert script.conversation.charts_open == 0


def test_the_limit_of_series_is_a_setting():
    script = Script(limits=Limits(series_per_session=2))
    script.load()
    messages = script.say("create_series", "cs_1", "sds_2", "s1", "sym_1", "1W", 10, "")
    assert names(messages) == SERIES


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Etc/UTC", "exchange"])
def test_a_time_zone_changes_nothing(zone):
    script = Script()
    script.open_chart()
    assert script.say("switch_timezone", "cs_1", zone) == []


def test_older_bars_have_negative_indices():
    script = Script()
    script.load(count=300)
    messages = script.say("request_more_data", "cs_1", "sds_1", 232)
    assert names(messages) == SERIES
    scale = dict(messages)["timescale_update"][2]
    assert [point["i"] for point in points(messages)] == list(range(-232, 0))
    assert (scale["index"], scale["zoffset"]) == (-232, 232)
    assert values(messages) == list(bars(script, "NSE:TCS", "1D", 232, skip=300))
    further = script.say("request_more_data", "cs_1", "sds_1", 5)
    assert points(further)[-1]["i"] == -233


def test_another_symbol_clears_the_series_and_keeps_its_count():
    script = Script()
    script.load(count=50)
    script.say("resolve_symbol", "cs_1", "sym_2", "NSE:INFY")
    messages = script.say("modify_series", "cs_1", "sds_1", "s2", "sym_2", "1W", "")
    assert names(messages) == ["series_loading", "timescale_update", *SERIES[1:]]
    cleared = messages[1][1][1]["sds_1"]
    assert (cleared["s"], cleared["t"]) == ([], "s2")
    assert values(messages) == list(bars(script, "NSE:INFY", "1W", 50))


def test_the_same_series_again_brings_no_bars():
    script = Script()
    script.load()
    messages = script.say("modify_series", "cs_1", "sds_1", "s2", "sym_1", "1D", "")
    assert names(messages) == ["series_loading", "series_completed"]
    assert messages[1][1][3] == "s2"


def test_a_range_within_what_is_loaded_brings_two_timeframes_and_no_bars():
    script = Script()
    script.load()
    first, last = (
        bars(script, "NSE:TCS", "1D", 100)[0],
        bars(script, "NSE:TCS", "1D", 1)[0],
    )
    span = f"r,{first.time}:{last.time}"
    messages = script.say("modify_series", "cs_1", "sds_1", "s1", "sym_1", "1D", span)
    frames = ["series_timeframe", "series_timeframe"]
    assert names(messages) == ["series_loading", *frames, "series_completed"]
    parts = ["cs_1", "sds_1", "s1", 200, 299, span]
    assert [parameters for _, parameters in messages[1:3]] == [
        [*parts, False],
        [*parts, True],
    ]


def test_a_range_beyond_what_is_loaded_brings_the_bars_that_are_missing():
    script = Script()
    script.load(count=50)
    first = bars(script, "NSE:TCS", "1D", 60)[0]
    messages = script.say(
        "modify_series",
        "cs_1",
        "sds_1",
        "s1",
        "sym_1",
        "1D",
        f"r,{first.time}:{script.now}",
    )
    assert [point["i"] for point in points(messages)] == list(range(-10, 0))


def test_named_ranges_reach_back_from_now():
    script = Script()
    script.open_chart()
    args = ("cs_1", "sds_1", "s1", "sym_1", "1D", 5, "12M")
    assert 240 < len(points(script.say("create_series", *args))) < 255


def test_more_tick_marks_carry_no_series():
    script = Script()
    script.load()
    [(name, parameters)] = script.say("request_more_tickmarks", "cs_1", "sds_1", 10)
    assert (name, parameters[1]) == ("timescale_update", {})
    assert parameters[2]["index"] == 300
    assert len(parameters[2]["changes"]) == 10


def test_a_study_is_refused_in_its_own_way():
    script = Script()
    script.load()
    messages = script.say("create_study", "cs_1", "st_1", "st1", "sds_1", "Volume", {})
    assert names(messages) == ["study_loading", "study_error"]
    assert messages[1][1][:3] == ["cs_1", "st_1", "s1_st1"]


@pytest.mark.parametrize(
    ("token", "resolution", "reason"),
    [
        (None, "15S", "seconds_not_entitled"),
        ("unauthorized_user_token", "188", "custom_resolution"),
    ],
)
def test_a_resolution_beyond_the_plan_is_a_series_error(token, resolution, reason):
    messages = Script(token=token).load(resolution=resolution)
    assert names(messages) == ["series_loading", "series_error"]
    assert messages[1][1][3] == reason


def test_the_newest_bar_is_sent_again_when_it_has_changed():
    script = Script()
    script.load()
    assert script.conversation.live(script.now) == []
    script.now += 60
    [answer] = script.conversation.live(script.now)
    update = json.loads(answer.messages[0].text)
    [point] = update["p"][1]["sds_1"]["s"]
    assert update["m"] == "du"
    assert point == {"i": 299, "v": list(bars(script, "NSE:TCS", "1D", 1)[0])}


def test_a_new_bar_is_appended():
    script = Script()
    script.load(resolution="1")
    script.now += 60
    [answer] = script.conversation.live(script.now)
    [point] = json.loads(answer.messages[0].text)["p"][1]["sds_1"]["s"]
    assert point["i"] == 300


@pytest.mark.parametrize("symbol", ["NSE:NONESUCH", "NSE:SGBDE31III"])
def test_a_series_without_bars_has_nothing_to_send_again(symbol):
    script = Script()
    script.load(symbol)
    assert script.conversation.live(script.now + 60) == []


def test_a_series_that_lost_its_symbol_is_silent():
    script = Script()
    script.load()
    script.say("resolve_symbol", "cs_1", "sym_2", "NSE:NONESUCH")
    script.say("modify_series", "cs_1", "sds_1", "s2", "sym_2", "1D", "")
    assert script.conversation.live(script.now + 60) == []
