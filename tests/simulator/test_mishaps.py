import json
from typing import Any

import pytest

from formulas.simulator.answers import Answer
from formulas.simulator.faults import Fault
from formulas.simulator.mishaps import NO_NUMBER, spoiled
from tests.simulator.script import Script, names, points, read

SERIES = ("cs_1", "sds_1", "s1", "sym_1", "1D", 50, "")


def answer() -> Answer:
    script = Script()
    script.open_chart()
    [loaded] = script.answers("create_series", *SERIES)
    return loaded


def after(do: str, **parts: Any) -> Answer:
    endured = spoiled(answer(), Fault("series", do, **parts))
    assert endured is not None
    return endured


def test_silence_is_no_answer():
    assert spoiled(answer(), Fault("series", "silence")) is None


def test_a_delay_comes_on_top():
    assert after("delay", seconds=2.5).extra_seconds == 2.5


@pytest.mark.parametrize("do", ["drop", "garbage", "split"])
def test_deeds_on_the_connection_are_noted(do):
    endured = after(do)
    assert endured.mishap == do
    assert endured.messages == answer().messages


def test_a_symbol_error_names_the_slot_and_is_followed_by_a_series_error():
    messages = read([after("symbol_error")])
    assert names(messages) == ["series_loading", "symbol_error", "series_error"]
    assert messages[1][1] == ["cs_1", "sym_1", "invalid symbol"]
    assert messages[2][1][:4] == ["cs_1", "sds_1", "s1", "resolve error"]


def test_a_series_error_gives_its_reason():
    messages = read([after("series_error", reason="resolution_not_entitled")])
    assert messages[-1][1][3] == "resolution_not_entitled"


def test_critical_and_protocol_errors_end_session_and_socket():
    critical, fatal = after("critical_error", reason="oh"), after("protocol_error")
    assert read([critical]) == [("critical_error", ["cs_1", "oh"])]
    assert read([fatal]) == [("protocol_error", ["banned"])]
    assert (critical.closes, fatal.closes) == (False, True)


def test_no_data_leaves_completion_alone():
    assert names(read([after("no_data")])) == ["series_loading", "series_completed"]


def test_fewer_bars_are_the_newest():
    fewer = points(read([after("fewer", bars=7)]))
    assert fewer == points(read([answer()]))[-7:]


def test_absurd_prices_are_the_sentinel():
    absurd = points(read([after("absurd")]))
    assert absurd[1]["v"][1:5] == [NO_NUMBER] * 4
    assert absurd[0] == points(read([answer()]))[0]


def test_stale_bars_come_first_under_another_turnaround():
    messages = read([after("stale")])
    updates = [p[1]["sds_1"] for name, p in messages if name == "timescale_update"]
    assert [update["t"] for update in updates] == ["s0", "s1"]
    assert updates[0]["s"][0]["v"][1] == 2 * updates[1]["s"][0]["v"][1]
    times = [{point["v"][0] for point in update["s"]} for update in updates]
    assert times[0].isdisjoint(times[1])
    assert names(messages)[0] == "series_loading"


def test_a_description_goes_beyond_ascii():
    script = Script()
    script.say("chart_create_session", "cs_1")
    [resolved] = script.answers("resolve_symbol", "cs_1", "sym_1", "NSE:TCS")
    endured = spoiled(resolved, Fault("symbol", "non_ascii"))
    assert endured is not None
    text = endured.messages[0].text
    assert "🚀" in text
    assert json.loads(text)["p"][2]["name"] == "TCS"
