from collections.abc import AsyncIterator

import httpx
import pytest

from formulas.simulator.config import INSTANT, Config
from formulas.simulator.server import Simulator, serve

# 14:00 in Mumbai on Monday, 2025-12-15: the market is open.
MONDAY = 1765787400.0


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with serve(Config(latency=INSTANT, clock=lambda: MONDAY)) as running:
        yield running


@pytest.fixture
async def http(simulator: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=simulator.settings()["TRADINGVIEW_URL"]
    ) as client:
        yield client
