from collections.abc import AsyncIterator
from time import time

import pytest

from benchmarks import earlier
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.conversation import Limits
from formulas.simulator.screens import MOMENTUM
from formulas.simulator.server import Simulator, serve


@pytest.fixture
async def unlimited(nothing_is_left: None) -> AsyncIterator[Simulator]:
    """Run a simulator that takes any number of sockets, and whose clock stands still."""
    now = time()
    config = Config(
        latency=INSTANT,
        limits=Limits(sockets=None, dial_gap_seconds=0),
        clock=lambda: now,
    )
    async with serve(config) as simulator:
        yield simulator


async def test_the_earlier_strategy_gets_every_chart_right(
    unlimited: Simulator,
) -> None:
    batches = await earlier.view(unlimited.settings())
    charts = [chart for batch in batches for chart in batch.charts]
    assert [(chart.request.symbol, chart.request.resolution) for chart in charts] == [
        (symbol, resolution)
        for symbol in MOMENTUM.symbols
        for resolution in ("1W", "1D")
    ]
    now = unlimited.config.clock()
    for chart in charts:
        symbol, resolution = chart.request.symbol, chart.request.resolution
        bars = unlimited.exchange.bars(symbol, resolution, 300, now)
        assert chart.instrument.symbol == symbol
        assert [tuple(bar) for bar in chart.bars] == [tuple(bar) for bar in bars]


async def test_the_earlier_strategy_deals_36_charts_of_18_symbols_in_tens_to_sockets(
    unlimited: Simulator,
) -> None:
    batches = await earlier.view(unlimited.settings())
    assert [len(batch.charts) for batch in batches] == [36, 36, 16]
    state = unlimited.state
    assert (state.sockets_at_most, state.sessions_at_most) == (4, 4)
