"""Each deed alone: once, which is mostly cured, and every time, which is told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from formulas.charts.outcomes import Failed
from formulas.market.secret import Secret
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.faults import DEEDS
from formulas.simulator.screens import MOMENTUM
from formulas.simulator.server import serve
from formulas.upstream.errors import UpstreamError
from formulas.upstream.marketinout import client
from formulas.upstream.marketinout.client import MarketInOut
from formulas.upstream.tradingview.token import anonymous
from tests.faults.harness import endure, way
from tests.faults.mixture import OPEN, SHORT, Mixture, wanted

pytestmark = pytest.mark.usefixtures("nothing_is_left", "no_file_is_left", "no_trouble")

# The errors that charts end with when the deed is done once, and when it is done
# every time; nothing where they come.
CHART_DEEDS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("dial", "delay"): ("", ""),
    ("dial", "drop"): ("", "unreachable"),
    ("dial", "silence"): ("", "timed_out"),
    ("dial", "status"): ("", "throttled"),
    ("socket", "drop"): ("", "unreachable"),
    ("socket", "expire"): ("", "unreachable"),
    ("socket", "mute"): ("", ""),
    ("socket", "protocol_error"): ("", "throttled"),
    ("session", "critical_error"): ("", "throttled"),
    ("session", "protocol_error"): ("", "throttled"),
    ("series", "absurd"): ("", ""),
    ("series", "critical_error"): ("", "session_lost"),
    ("series", "delay"): ("", ""),
    ("series", "drop"): ("", "unreachable"),
    ("series", "fewer"): ("", ""),
    ("series", "garbage"): ("", ""),
    ("series", "no_data"): ("no_data", "no_data"),
    ("series", "protocol_error"): ("", "throttled"),
    ("series", "series_error"): ("unknown_symbol", "unknown_symbol"),
    ("series", "silence"): ("timed_out", "timed_out"),
    ("series", "split"): ("", ""),
    ("series", "stale"): ("", ""),
    ("series", "symbol_error"): ("unknown_symbol", "unknown_symbol"),
    ("symbol", "delay"): ("", ""),
    ("symbol", "non_ascii"): ("", ""),
    ("symbol", "silence"): ("", "unexpected_answer"),
}
# The error of the page with the token, and of a screen.
HTTP_DEEDS: Mapping[str, tuple[str, str]] = {
    "body": ("signed_out", "unexpected_answer"),
    "cp1252": ("", ""),
    "delay": ("", ""),
    "drop": ("unreachable", "unreachable"),
    "empty": ("signed_out", ""),  # so does a screen answer that finds nothing
    "html": ("signed_out", "unexpected_answer"),
    "no_api_image": ("", ""),
    "sign_out": ("signed_out", "unexpected_answer"),
    "silence": ("timed_out", "timed_out"),
    "status": ("unreachable", "unexpected_answer"),
    "words": ("", ""),
}
CHARTS = wanted([("NSE:TCS",), ("NSE:SBIN",), ("NSE:EMBASSY_RR", "NSE:EMBASSY.RR")], 12)


def test_every_deed_is_tried():
    charts = {(on, do) for on, deeds in DEEDS.items() for do in deeds if on != "http"}
    assert charts == CHART_DEEDS.keys()
    assert DEEDS["http"] == HTTP_DEEDS.keys()


def meeting(*faults: Mapping[str, Any], **changes: Any) -> Mixture:
    patient = replace(
        SHORT, chart_seconds=1.0, first_answer_seconds=0.5, open_seconds=0.7
    )
    plain = Mixture(
        number=0,
        faults=faults,
        wanted=CHARTS,
        limits=patient,
        server_limits=OPEN,
        has_account=False,
        leaves_after=(None,),
    )
    return replace(plain, **changes)


def fault(on: str, do: str, **more: Any) -> Mapping[str, Any]:
    status = 429 if on == "dial" else 500
    return {
        "on": on,
        "do": do,
        "seconds": 0.05 * (do == "delay"),
        "status": status,
        "bars": 3,
        "text": "Sorry!",
        **more,
    }


async def endured(mixture: Mixture, valkey: str) -> Counter[str]:
    """Return how often charts ended with which error; nothing where they came."""
    [outcomes] = await endure(mixture, valkey)
    return Counter(
        each.error.code if isinstance(each, Failed) else "" for each in outcomes
    )


async def test_without_faults_all_charts_come(valkey):
    assert await endured(meeting(), valkey) == {"": len(CHARTS)}


@pytest.mark.parametrize("lanes", [1, 8])
@pytest.mark.parametrize(("on", "do"), CHART_DEEDS)
async def test_a_deed_done_once(on, do, lanes, valkey):
    code, _ = CHART_DEEDS[on, do]
    symbol = "NSE:TCS" if on in {"series", "symbol"} else ""
    mixture = meeting(fault(on, do, first=1, symbol=symbol))
    mixture = replace(mixture, limits=replace(mixture.limits, lanes=lanes))
    failed = {code: 1} if code else {}
    assert await endured(mixture, valkey) == {"": len(CHARTS) - len(failed), **failed}


@pytest.mark.parametrize(("on", "do"), CHART_DEEDS)
async def test_a_deed_done_every_time(on, do, valkey):
    _, code = CHART_DEEDS[on, do]
    assert await endured(meeting(fault(on, do)), valkey) == {code: len(CHARTS)}


@pytest.mark.parametrize("do", HTTP_DEEDS)
async def test_a_token_that_is_hard_to_come_by(do, valkey):
    code, _ = HTTP_DEEDS[do]
    page = fault("http", do, path="/chart/")
    seen = await endure(meeting(page, has_account=True), valkey)
    assert [bool(outcomes) for outcomes in seen] == ([] if code else [True])


@pytest.mark.parametrize("do", HTTP_DEEDS)
async def test_a_screen_that_is_hard_to_come_by(do, monkeypatch):
    _, code = HTTP_DEEDS[do]
    monkeypatch.setattr(client, "_TIMEOUT", 1.0)
    config = Config(latency=INSTANT, faults=[fault("http", do, path="/run/screen")])
    async with serve(config) as simulator:
        marketinout = MarketInOut(simulator.settings()["MARKETINOUT_API_URL"])
        found = await _found(marketinout)
        await marketinout.aclose()
    assert found == (code or ([] if do == "empty" else list(MOMENTUM.symbols)))


async def _found(marketinout: MarketInOut) -> list[str] | str:
    """Return the symbols of a screen, or the error."""
    try:
        screen = await marketinout.run_screen(Secret(MOMENTUM.key))
    except UpstreamError as error:
        return error.code
    return [row.symbol for row in screen.rows]


@pytest.mark.parametrize("do", ["no_data", "series_error", "symbol_error"])
async def test_what_cannot_be_cured_is_not_tried_again(do, valkey):
    mixture = meeting(fault("series", do), wanted=wanted([("NSE:TCS",)], 12))
    async with serve(mixture.config) as simulator:
        async with way(simulator, valkey, mixture.limits, anonymous()) as parts:
            outcomes = await parts.view(mixture.wanted)
            await parts.rest()
        assert all(isinstance(each, Failed) for each in outcomes)
        state = simulator.state
        assert state.series_created + state.series_modified == len(mixture.wanted)
