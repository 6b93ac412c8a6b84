"""The app's way to TradingView, from the cache down, against a simulator with faults."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from redis import Redis

from formulas.charts.accounts import Account
from formulas.charts.asks import Asks
from formulas.charts.cache import ChartCache
from formulas.charts.fetcher import ChartFetcher
from formulas.charts.outcomes import Earlier, Failed, Landed, Wanted
from formulas.charts.single_flight import SingleFlight
from formulas.charts.spellings import Spellings
from formulas.simulator.accounts import BASIC
from formulas.simulator.server import Simulator, serve
from formulas.store import Store
from formulas.upstream.errors import UpstreamError
from formulas.upstream.tradingview.limits import Limits
from formulas.upstream.tradingview.page import fetch_token
from formulas.upstream.tradingview.token import Cookies, TokenSource, anonymous
from tests.faults.mixture import MOMENT, Mixture
from tests.faults.truth import is_right

# Far more than any mixture of short limits takes, on a machine with other things to do.
DEADLINE_SECONDS = 10
UNUSED = "<Pool: 0 of 0 sockets open, 0 lanes busy, 0 charts queued>"

type Outcome = Landed | Failed


@dataclass(frozen=True)
class Way:
    """The parts between a viewer and TradingView."""

    simulator: Simulator
    store: Store
    account: Account
    flight: SingleFlight
    charts: ChartFetcher

    async def view(
        self, wanted: tuple[Wanted, ...], leaves_after: int | None = None
    ) -> list[Outcome]:
        """Return how the charts ended, up to where the viewer leaves."""
        seen: list[Outcome] = []
        if leaves_after == 0:
            return seen
        async with aclosing(self.charts.outcomes(wanted, self.account)) as outcomes:
            async for outcome in outcomes:
                assert not isinstance(outcome, Earlier)  # nobody asks for a refresh
                seen.append(outcome)
                if len(seen) == leaves_after:
                    break
        return seen

    async def rest(self) -> None:
        """Wait until no chart is under way and no socket is left."""
        pool = self.account._pool
        await _ended(lambda: self.flight._leaving)
        await _ended(lambda: {each.task for each in self.flight._flights.values()})
        await _ended(lambda: self.flight._leaving)
        for socket in pool._sockets:
            assert not any(lane.is_busy for lane in socket.lanes._lanes.values())
        await _ended(lambda: pool._tasks)
        while self.simulator.state.sockets_open:
            await asyncio.sleep(0)


async def _ended(tasks: Callable[[], Collection[asyncio.Task[Any]]]) -> None:
    while waiting := set(tasks()):
        await asyncio.wait(waiting)
        await asyncio.sleep(0)


@asynccontextmanager
async def way(
    simulator: Simulator, redis_url: str, limits: Limits, tokens: TokenSource
) -> AsyncIterator[Way]:
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
    store = Store(redis_url)
    asks = Asks(store)
    endpoint = simulator.settings()["TRADINGVIEW_WS_URL"]
    account = Account("somebody", tokens, endpoint, limits, store)
    flight = SingleFlight(store, keep_seconds=60)
    charts = ChartFetcher(ChartCache(store), flight, Spellings(store), asks)
    try:
        yield Way(simulator, store, account, flight, charts)
    finally:
        await asks.aclose()
        await flight.aclose()
        await account.aclose()
        await store.aclose()


def tokens_of(simulator: Simulator, *, has_account: bool) -> TokenSource:
    """Return the tokens of an account, or of nobody, as seen at the frozen moment."""
    if not has_account:
        return anonymous()
    cookies = Cookies(BASIC.sessionid, BASIC.sessionid_sign)
    site = simulator.settings()["TRADINGVIEW_URL"]
    return TokenSource(partial(fetch_token, site, cookies), clock=lambda: MOMENT)


async def endure(mixture: Mixture, redis_url: str) -> list[list[Outcome]]:
    """Let viewers meet the mixture; return what each of them saw.

    Raises:
        AssertionError: something is wrong with what they saw, or with what is left.
    """
    async with asyncio.timeout(DEADLINE_SECONDS), serve(mixture.config) as simulator:
        tokens = tokens_of(simulator, has_account=mixture.has_account)
        async with way(simulator, redis_url, mixture.limits, tokens) as parts:
            seen = await _viewed(parts, mixture)
            await parts.rest()
            assert repr(parts.account._pool) == UNUSED
            assert await parts.store.run(("KEYS", "*:lease")) == [[]]
            assert simulator.state.sessions_open == 0
        return seen


async def _viewed(parts: Way, mixture: Mixture) -> list[list[Outcome]]:
    try:
        await parts.account.prepare()
    except UpstreamError:
        return []  # The page has no charts then; it says why.
    views = [parts.view(mixture.wanted, leaves) for leaves in mixture.leaves_after]
    seen = await asyncio.gather(*views)
    places = [chart.place for chart in mixture.wanted]
    for outcomes, leaves in zip(seen, mixture.leaves_after, strict=True):
        if leaves is None:
            assert sorted(outcome.place for outcome in outcomes) == places
    for outcome in (outcome for outcomes in seen for outcome in outcomes):
        _check(outcome, mixture, parts.simulator)
    return seen


def _check(outcome: Outcome, mixture: Mixture, simulator: Simulator) -> None:
    asked = mixture.wanted[outcome.place]
    assert outcome.request == asked.request
    if isinstance(outcome, Failed):
        assert type(outcome.error) is not UpstreamError
    else:
        assert outcome.chart.instrument.symbol in asked.spellings
        assert is_right(outcome.chart, simulator, mixture.faults), asked.request
