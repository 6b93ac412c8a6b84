"""How the earlier app got its charts, on this project's own client.

One thing after the other: the screen, the token, and then batches of 18 symbols. The
charts of a batch are dealt in tens to sockets that fetch one chart at a time; the next
batch begins when the last chart of this one is there. Only the strategy is the
earlier app's: frames, sessions and parsing are those that the app itself uses, and
nothing is rendered or sent to a browser.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from functools import partial
from itertools import batched
from time import perf_counter

from formulas.market.charts import Chart, ChartRequest
from formulas.market.secret import Secret
from formulas.simulator.accounts import PREMIUM
from formulas.simulator.screens import MOMENTUM
from formulas.upstream.marketinout.client import MarketInOut
from formulas.upstream.tradingview.limits import Limits
from formulas.upstream.tradingview.page import fetch_token
from formulas.upstream.tradingview.pool import Pool
from formulas.upstream.tradingview.token import Cookies, TokenSource

_RESOLUTIONS = ("1W", "1D")
_BARS = 300
_SYMBOLS_PER_BATCH = 18
_CHARTS_PER_SOCKET = 10
_SOCKETS = 10
_ONE_AT_A_TIME = Limits(sockets=1, lanes=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Charts that were there together, `at` seconds after the start."""

    at: float
    charts: tuple[Chart, ...]


async def view(addresses: Mapping[str, str]) -> list[Batch]:
    """Return the batches of the main screen, fetched as the earlier app did.

    Args:
        addresses: where the upstreams are, by the names of the app's settings. They
            must take ten sockets at once.
    """
    tokens = TokenSource(
        partial(
            fetch_token,
            addresses["TRADINGVIEW_URL"],
            Cookies(PREMIUM.sessionid, PREMIUM.sessionid_sign),
        )
    )
    async with AsyncExitStack() as stack:
        marketinout = MarketInOut(addresses["MARKETINOUT_API_URL"])
        await stack.enter_async_context(aclosing(marketinout))
        pools = [
            Pool(addresses["TRADINGVIEW_WS_URL"], tokens, _ONE_AT_A_TIME)
            for _ in range(_SOCKETS)
        ]
        for pool in pools:
            await stack.enter_async_context(aclosing(pool))
        return await _view(marketinout, tokens, pools)


async def _view(
    marketinout: MarketInOut, tokens: TokenSource, pools: Sequence[Pool]
) -> list[Batch]:
    began_at = perf_counter()
    screen = await marketinout.run_screen(Secret(MOMENTUM.key))
    await tokens.get()
    batches = []
    for rows in batched(screen.rows, _SYMBOLS_PER_BATCH, strict=False):
        requests = [
            ChartRequest(row.symbol, resolution, _BARS)
            for row in rows
            for resolution in _RESOLUTIONS
        ]
        charts = await _fetch(requests, pools)
        batches.append(Batch(perf_counter() - began_at, charts))
    return batches


async def _fetch(
    requests: Sequence[ChartRequest], pools: Sequence[Pool]
) -> tuple[Chart, ...]:
    """Return the charts, in the order of the requests, once the last is there."""
    dealt = batched(requests, _CHARTS_PER_SOCKET, strict=False)
    return tuple(
        await asyncio.gather(
            *(
                pool.fetch(request)
                for pool, share in zip(pools, dealt, strict=False)
                for request in share
            )
        )
    )
