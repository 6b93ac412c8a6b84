import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.typing import Origin

from formulas.simulator.accounts import BASIC
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.conversation import Limits
from formulas.simulator.server import Simulator, serve
from tests.simulator import capture
from tests.simulator.client import ORIGIN, dial
from tests.simulator.conftest import MONDAY

OPEN = Limits(sockets=None, dial_gap_seconds=0)


def instant(**parts: Any) -> Config:
    return Config(latency=INSTANT, clock=lambda: MONDAY, **parts)


def url(simulator: Simulator) -> str:
    return simulator.settings()["TRADINGVIEW_WS_URL"]


async def status(simulator: Simulator, origin: Origin | None = ORIGIN) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        async with connect(url(simulator), origin=origin):
            pass
    return refusal.value.response.status_code


def ours(messages: list[dict[str, Any]], session: str) -> list[str]:
    return [each["m"] for each in messages if each["p"][0] == session]


async def test_the_hello_comes_first_and_has_the_captured_keys(simulator):
    async with dial(simulator) as client:
        assert client.hello.keys() == capture.received()[0].keys()


async def test_the_handshake_does_without_compression(simulator):
    async with dial(simulator) as client:
        assert client.headers["Server"] == "tv"
        assert "Sec-WebSocket-Extensions" not in client.headers


async def test_compression_can_be_allowed():
    async with (
        serve(instant(allows_deflate=True)) as simulator,
        dial(simulator) as client,
    ):
        assert "permessage-deflate" in client.headers["Sec-WebSocket-Extensions"]
        await client.ask_bars("cs_1", "NSE:TCS")
        await client.until("series_completed")


@pytest.mark.parametrize("origin", [None, Origin("https://example.org")])
async def test_a_foreign_origin_is_forbidden(simulator, origin):
    assert await status(simulator, origin) == 403


async def test_dials_in_a_hurry_are_too_many():
    limits = Limits(dial_gap_seconds=60)
    async with serve(instant(limits=limits)) as simulator, dial(simulator):
        assert await status(simulator) == 429
        assert (simulator.state.dials, simulator.state.refused) == (2, 1)


async def test_sockets_beyond_the_limit_are_too_many():
    limits = Limits(sockets=1, dial_gap_seconds=0)
    async with serve(instant(limits=limits)) as simulator:
        async with dial(simulator):
            assert await status(simulator) == 429
        async with dial(simulator) as client:
            assert client.hello


async def test_a_series_is_the_exchange_s_and_is_counted(simulator):
    async with dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:M&M", "1W")
        messages = await client.until("series_completed")
        assert ours(messages, "cs_1") == [
            "series_loading",
            "symbol_resolved",
            "timescale_update",
            "series_completed",
        ]
        values = [tuple(point["v"]) for point in messages[2]["p"][1]["sds_1"]["s"]]
        assert values == list(simulator.exchange.bars("NSE:M&M", "1W", 300, MONDAY))
        assert messages[2]["t_ms"] == int(MONDAY * 1000)
        state = simulator.state
        assert (state.sessions_open, state.series_created, state.sockets_open) == (
            1,
            1,
            1,
        )
    assert simulator.state.sessions_at_most == 1


async def test_many_sessions_are_answered_on_one_socket(simulator):
    async with dial(simulator) as client:
        for number in range(12):
            await client.ask_bars(f"cs_{number}", "NSE:TCS", count=number + 1)
        completed: dict[str, int] = {}
        while len(completed) < 12:
            for message in await client.until("series_completed"):
                if message["m"] == "timescale_update":
                    completed[message["p"][0]] = len(message["p"][1]["sds_1"]["s"])
        assert completed == {f"cs_{number}": number + 1 for number in range(12)}


async def test_the_raw_local_description_is_counted_in_characters(simulator):
    async with dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:SBIN")
        messages = await client.until("series_completed")
        assert messages[1]["p"][2]["local_description"] == "भारतीय स्टेट बैंक"


async def test_a_bad_frame_ends_the_socket(simulator):
    async with dial(simulator) as client:
        await client.connection.send("hello")
        assert (await client.message())["p"] == ["wrong data"]
        with pytest.raises(ConnectionClosed):
            await client.message()


async def test_a_bad_token_ends_the_socket(simulator):
    async with dial(simulator, token="eyJ.not.ours") as client:
        assert (await client.message())["p"] == ["bad auth token"]
        with pytest.raises(ConnectionClosed):
            await client.message()


async def test_the_oldest_socket_beyond_a_plan_s_number_is_closed():
    token = BASIC.token(MONDAY)
    async with (
        serve(instant(limits=OPEN)) as simulator,
        dial(simulator, token) as oldest,
        dial(simulator, token),
        dial(simulator, token) as newest,
    ):
        assert (await oldest.message())["p"] == ["user connections limit reached"]
        await newest.ask_bars("cs_1", "NSE:TCS")
        await newest.until("series_completed")


async def test_heartbeats_are_numbered_and_an_echo_keeps_the_socket():
    async with (
        serve(instant(heartbeat_seconds=0.05)) as simulator,
        dial(simulator) as client,
    ):
        for number in range(1, 7):
            assert await client.payload() == f"~h~{number}"
            await client.connection.send(f"~m~4~m~~h~{number}")
        assert simulator.state.heartbeats_echoed >= 5


async def test_a_socket_without_echoes_is_closed():
    async with (
        serve(instant(heartbeat_seconds=0.01)) as simulator,
        dial(simulator) as client,
    ):
        beats = [await client.payload() for _ in range(3)]
        assert beats == ["~h~1", "~h~2", "~h~3"]
        with pytest.raises(ConnectionClosed):
            await client.payload()


async def test_changed_bars_are_sent_while_the_market_is_open():
    now = MONDAY
    config = Config(latency=INSTANT, clock=lambda: now, live_seconds=0.01)
    async with serve(config) as simulator, dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:TCS")
        await client.until("series_completed")
        now += 60
        [update] = await client.until("du")
        [point] = update["p"][1]["sds_1"]["s"]
        assert tuple(point["v"]) == simulator.exchange.bars("NSE:TCS", "1D", 1, now)[0]


async def test_bars_take_the_reference_time_whatever_else_is_in_flight():
    latency = INSTANT.__class__(connect=0, series=0.05)
    loop = asyncio.get_running_loop()
    async with serve(Config(latency=latency, clock=lambda: MONDAY)) as simulator:
        simulator.timescale.warm("NSE:TCS", "1D", 300, MONDAY)
        async with dial(simulator) as client:
            asked = loop.time()
            for number in range(10):
                await client.ask_bars(f"cs_{number}", "NSE:TCS")
            for _ in range(10):
                await client.until("series_completed")
            assert 0.049 <= loop.time() - asked < 0.25


# What goes wrong


async def test_a_dial_is_refused_dropped_or_left_hanging(simulator):
    simulator.faults.replace([{"on": "dial", "do": "status", "status": 503}])
    assert await status(simulator) == 503
    simulator.faults.replace([{"on": "dial", "do": "drop"}])
    with pytest.raises((InvalidMessage, ConnectionError)):
        async with connect(url(simulator), origin=ORIGIN):
            pass
    simulator.faults.replace([{"on": "dial", "do": "silence"}])
    with pytest.raises(TimeoutError):
        async with connect(url(simulator), origin=ORIGIN, open_timeout=0.05):
            pass


async def test_a_session_is_refused():
    rule = {"on": "session", "do": "critical_error", "first": 1}
    async with serve(instant(faults=[rule])) as simulator, dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:TCS")
        [refusal] = await client.until("critical_error")
        assert refusal["p"] == ["cs_1", "max sessions rate reached"]
        await client.ask_bars("cs_2", "NSE:TCS")
        assert "timescale_update" in ours(
            await client.until("series_completed"), "cs_2"
        )


async def test_one_series_fails_and_the_others_do_not():
    rule = {"on": "series", "symbol": "NSE:TCS", "do": "symbol_error"}
    async with serve(instant(faults=[rule])) as simulator, dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:TCS")
        failed = ours(await client.until("series_error"), "cs_1")
        assert failed == ["series_loading", "symbol_error", "series_error"]
        await client.ask_bars("cs_2", "NSE:INFY")
        assert len(await client.until("series_completed")) == 4


async def test_a_delayed_series_comes_after_a_later_one():
    rule = {"on": "series", "do": "delay", "seconds": 0.05, "first": 1}
    async with serve(instant(faults=[rule])) as simulator, dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:TCS")
        await client.ask_bars("cs_2", "NSE:TCS")
        completed = [(await client.until("series_completed"))[-1]["p"][0] for _ in "12"]
        assert completed == ["cs_2", "cs_1"]


async def test_a_socket_is_cut_in_the_middle_of_a_frame():
    rule = {"on": "series", "do": "drop", "after": 1}
    async with serve(instant(faults=[rule])) as simulator, dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:TCS")
        await client.until("series_completed")
        await client.ask_bars("cs_2", "NSE:TCS")
        with pytest.raises(ConnectionClosed) as cut:
            await client.until("series_completed")
        assert cut.value.rcvd is None


async def test_a_protocol_error_is_the_last_that_is_heard():
    rule = {"on": "series", "do": "protocol_error", "reason": "banned by ip"}
    async with serve(instant(faults=[rule])) as simulator, dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:TCS")
        assert (await client.until("protocol_error"))[-1]["p"] == ["banned by ip"]
        with pytest.raises(ConnectionClosed):
            await client.message()


async def test_a_token_can_expire_with_only_heartbeats_to_follow():
    rule = {"on": "socket", "do": "expire"}
    config = instant(faults=[rule], heartbeat_seconds=0.01)
    async with serve(config) as simulator, dial(simulator) as client:
        assert await client.payload() == "~h~1"
        await client.ask_bars("cs_1", "NSE:TCS")
        assert [await client.payload() for _ in range(2)] == ["~h~2", "~h~3"]


@pytest.mark.parametrize("do", ["drop", "protocol_error"])
async def test_a_socket_ends_by_itself(do):
    rule = {"on": "socket", "do": do, "seconds": 0.05}
    async with serve(instant(faults=[rule])) as simulator, dial(simulator) as client:
        with pytest.raises(ConnectionClosed):
            await client.until("never")


async def test_a_mute_socket_sends_no_heartbeats():
    config = instant(faults=[{"on": "socket", "do": "mute"}], heartbeat_seconds=0.01)
    async with serve(config) as simulator, dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:TCS")
        heard = [await client.payload() for _ in range(4)]
        assert all(json.loads(payload)["m"] for payload in heard)
