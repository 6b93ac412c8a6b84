import json

import pytest

from formulas.simulator.answers import Answer
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.replay import read_recording
from formulas.simulator.server import serve
from tests.simulator import capture
from tests.simulator.client import dial
from tests.simulator.script import Script, names, points, read


def replayed(symbol: str = "NSE:JUNIPER", resolution: str = "1D") -> list[Answer]:
    recording = read_recording(capture.lines())
    slot, turnaround = "slot_7", "s5"
    script = Script()
    script.say("chart_create_session", "cs_mine")
    answers = [
        *script.answers("resolve_symbol", "cs_mine", slot, symbol),
        *script.answers(
            "create_series", "cs_mine", "sds_1", turnaround, slot, resolution, 300, ""
        ),
    ]
    return [recording.replayed(answer) for answer in answers]


def test_the_captured_bars_come_under_the_client_s_own_ids():
    messages = read(replayed())
    assert names(messages) == [
        "symbol_resolved",
        "series_loading",
        "timescale_update",
        "series_completed",
    ]
    assert {parameters[0] for _, parameters in messages} == {"cs_mine"}
    assert messages[0][1][1] == "slot_7"
    assert messages[2][1][1]["sds_1"]["t"] == messages[3][1][3] == "s5"
    captured = capture.first("timescale_update")["p"]
    assert points(messages) == captured[1]["sds_1"]["s"]
    assert messages[2][1][2] == captured[2]


def test_the_captured_clock_stays():
    [resolved, _] = replayed()
    assert json.loads(resolved.messages[0].sent_at(5.0))["t"] == capture.NOW


@pytest.mark.parametrize(
    ("symbol", "resolution"), [("NSE:TCS", "1D"), ("NSE:JUNIPER", "1W")]
)
def test_other_series_are_the_simulator_s_own(symbol, resolution):
    captured = capture.first("timescale_update")["p"][1]["sds_1"]["s"]
    assert points(read(replayed(symbol, resolution))) != captured


def test_a_capture_without_a_series_is_refused():
    line = json.dumps({"direction": "receive", "at": 0, "data": "~m~4~m~~h~1"})
    with pytest.raises(ValueError, match="no series"):
        read_recording([line])


async def test_a_simulator_answers_from_the_capture_it_is_given():
    recording = read_recording(capture.lines())
    config = Config(latency=INSTANT, replay=recording)
    async with serve(config) as simulator, dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:JUNIPER")
        messages = await client.until("series_completed")
        captured = capture.first("timescale_update")["p"][1]["sds_1"]["s"]
        assert messages[2]["p"][1]["sds_1"]["s"] == captured
