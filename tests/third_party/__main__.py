"""The command: every client, one after the other; exit 1 where one reads other bars."""

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from formulas.simulator.accounts import PREMIUM
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.server import Simulator, serve
from tests.third_party.clients import CLIENTS, Client, ClientError, Task

# 20:00 in Mumbai on 2025-12-18: the day is over, so no bar changes between two reads.
_CLOCK = 1_766_068_200.0

_CHARTS = (
    ("NSE:TCS", "1D", 300),
    ("NSE:BAJAJ_AUTO", "1W", 300),
    ("NSE:SBIN", "15", 120),
)

# The library's own time to fetch nothing but three charts.
_SECONDS = 60


async def main() -> int:
    """Return how many clients did not read what the simulator has."""
    config = Config(latency=replace(INSTANT, series=0.25), clock=lambda: _CLOCK)
    failures = 0
    async with serve(config) as simulator:
        for client in CLIENTS:
            with tempfile.TemporaryDirectory() as place:
                verdict = await _verdict(client, Path(place), simulator)
            print(f"{client.name}: {verdict or 'reads the same bars'}")  # noqa: T201
            failures += verdict != ""
    return failures


async def _verdict(client: Client, place: Path, simulator: Simulator) -> str:
    """Return what is wrong with what a client reads; nothing where all is well."""
    settings = simulator.settings()
    task = Task(
        socket=settings["TRADINGVIEW_WS_URL"],
        site=settings["TRADINGVIEW_URL"],
        sessionid=PREMIUM.sessionid,
        sessionid_sign=PREMIUM.sessionid_sign,
        charts=_CHARTS,
    )
    try:
        await client.install(place)
        async with asyncio.timeout(_SECONDS):
            charts = await client.read(place, task)
    except ClientError as error:
        return str(error)
    except TimeoutError:
        return "came to no end"
    return _difference(charts, simulator)


def _difference(charts: list[list[list[float]]], simulator: Simulator) -> str:
    if len(charts) != len(_CHARTS):
        return f"read {len(charts)} charts of {len(_CHARTS)}"
    for (symbol, resolution, count), bars in zip(_CHARTS, charts, strict=True):
        own = simulator.exchange.bars(symbol, resolution, count, _CLOCK)
        if bars != [list(bar) for bar in own]:
            return (
                f"read other bars of {symbol} {resolution}: {bars[-1:]}, not {own[-1:]}"
            )
    return ""


sys.exit(min(1, asyncio.run(main())))
