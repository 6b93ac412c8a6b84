import asyncio
import json
from typing import Any

import httpx
import pytest

from formulas.simulator.accounts import MARKETINOUT, PREMIUM
from formulas.simulator.config import INSTANT, Config, Latency
from formulas.simulator.screens import MOMENTUM
from formulas.simulator.server import serve
from tests.simulator.client import dial
from tests.simulator.conftest import MONDAY

ROWS = f"/run/screen?key={MOMENTUM.key}"
SCREENS = "/stock-screener/my_stock_screens.php"
COOKIE = {"Cookie": f"{MARKETINOUT.name}={MARKETINOUT.value}"}


async def script(http: httpx.AsyncClient, *rules: dict[str, Any]) -> None:
    answer = await http.post("/simulator/faults", content=json.dumps(rules))
    assert answer.status_code == 200, answer.text


async def test_both_upstreams_share_one_loopback_port(simulator):
    settings = simulator.settings()
    assert settings["TRADINGVIEW_WS_URL"] == (
        f"ws://127.0.0.1:{simulator.port}/socket.io/websocket"
    )
    assert settings["MARKETINOUT_URL"] == f"http://127.0.0.1:{simulator.port}"


async def test_a_taken_port_is_refused(simulator):
    with pytest.raises(OSError, match="in use"):
        async with serve(Config(port=simulator.port)):
            pass


async def test_one_connection_takes_several_requests(http):
    answers = [await http.get(ROWS) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}


async def test_what_is_nowhere_is_not_found(http):
    assert (await http.get("/nowhere")).status_code == 404
    assert (await http.get("/simulator/nowhere")).status_code == 404


async def test_a_head_request_has_no_body(http):
    answer = await http.head(ROWS)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_each_kind_of_answer_takes_its_time():
    latency = Latency(0, screen=0.03, token=0.02, series=0, page=0.01, create=0.04)
    loop = asyncio.get_running_loop()
    async with serve(Config(latency=latency, clock=lambda: MONDAY)) as simulator:
        base = simulator.settings()["TRADINGVIEW_URL"]
        async with httpx.AsyncClient(base_url=base, headers=COOKIE) as client:
            for path, seconds in ((ROWS, 0.03), ("/chart/", 0.02), (SCREENS, 0.01)):
                started = loop.time()
                await client.get(path)
                assert loop.time() - started >= seconds


async def test_nothing_runs_on_after_the_end():
    before = asyncio.all_tasks()
    config = Config(latency=INSTANT, clock=lambda: MONDAY)
    async with serve(config) as simulator, dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:TCS")
        await client.until("series_completed")
    assert asyncio.all_tasks() == before
    assert simulator.state.sockets_open == simulator.state.sessions_open == 0


# The control address


async def test_the_counts_tell_what_arrived(simulator, http):
    await http.get(ROWS)
    async with dial(simulator) as client:
        await client.ask_bars("cs_1", "NSE:TCS")
        await client.until("series_completed")
        state = (await http.get("/simulator/state")).json()
    assert state["http"] == {"/run/screen": 1}
    assert (state["dials"], state["sockets_open"], state["sessions_open"]) == (1, 1, 1)
    assert (state["series_created"], state["messages"]["resolve_symbol"]) == (1, 1)


async def test_a_reset_counts_anew_and_ends_all_trouble(http):
    await script(http, {"on": "http", "do": "status", "status": 500})
    assert (await http.get(ROWS)).status_code == 500
    await http.post("/simulator/reset")
    assert (await http.get("/simulator/state")).json()["http"] == {}
    assert (await http.get(ROWS)).status_code == 200


async def test_the_truth_about_bars_can_be_asked(simulator, http):
    params = {"symbol": "NSE:M&M", "resolution": "1W", "count": 5}
    bars = (await http.get("/simulator/bars", params=params)).json()
    assert bars == [
        list(b) for b in simulator.exchange.bars("NSE:M&M", "1W", 5, MONDAY)
    ]


@pytest.mark.parametrize(
    "query", ["symbol=NSE:X&resolution=1D", "symbol=NSE:TCS&resolution=1h", ""]
)
async def test_bars_that_do_not_exist_are_a_bad_request(http, query):
    assert (await http.get(f"/simulator/bars?{query}")).status_code == 400


async def test_screens_and_accounts_can_be_asked(http):
    screens = (await http.get("/simulator/screens")).json()
    assert [screen["rows"] for screen in screens] == [44, 0, 1, 250, 9]
    assert screens[0]["key"] == MOMENTUM.key
    accounts = (await http.get("/simulator/accounts")).json()
    assert accounts["tradingview"][0]["sessionid"] == PREMIUM.sessionid
    assert accounts["marketinout"]["name"] == MARKETINOUT.name


@pytest.mark.parametrize("body", ["no json", '[{"on":"x","do":"y"}]', "[1]"])
async def test_a_script_that_means_nothing_is_a_bad_request(http, body):
    assert (await http.post("/simulator/faults", content=body)).status_code == 400


# What goes wrong over HTTP


@pytest.mark.parametrize(
    ("rule", "path", "expected"),
    [
        ({"do": "empty"}, ROWS, ""),
        ({"do": "html"}, ROWS, "<h1>Service"),
        ({"do": "body", "text": "quota"}, ROWS, "quota"),
        ({"do": "sign_out"}, SCREENS, 'type="password"'),
        ({"do": "words"}, SCREENS, "Never share your login or password"),
    ],
)
async def test_a_good_answer_may_hold_something_else(http, rule, path, expected):
    await script(http, {"on": "http", "path": path.partition("?")[0], **rule})
    page = await http.get(path, headers=COOKIE)
    assert page.status_code == 200
    assert expected in page.text
    assert (page.text == "") == (expected == "")


async def test_a_page_may_be_in_windows_1252(http):
    await script(http, {"on": "http", "do": "cp1252"})
    page = await http.get(SCREENS, headers=COOKIE)
    assert "Börse" in page.content.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        page.content.decode()


async def test_the_key_may_be_missing_from_a_screen_s_page(http):
    await script(http, {"on": "http", "do": "no_api_image"})
    page = await http.get("/stock-screener/stocks.php?screen_id=496310", headers=COOKIE)
    assert "Momentum leaders" in page.text
    assert "api_info" not in page.text


async def test_a_request_may_be_dropped_or_left_hanging(http):
    await script(http, {"on": "http", "do": "drop", "first": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        await http.get(ROWS)
    await script(http, {"on": "http", "do": "silence"})
    with pytest.raises(httpx.ReadTimeout):
        await http.get(ROWS, timeout=0.05)


async def test_a_request_may_be_slow(http):
    await script(http, {"on": "http", "do": "delay", "seconds": 5, "first": 1})
    with pytest.raises(httpx.ReadTimeout):
        await http.get(ROWS, timeout=0.05)
    assert (await http.get(ROWS)).status_code == 200
