"""The parts that a process keeps between requests, composed from the settings.

Neither daphne nor Django tells an application when it starts or ends. So the parts are
made on first use, for the event loop that runs then; what they open they close
themselves when it is idle, or it ends with the process.
"""

import asyncio
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.conf import settings

from formulas.charts.accounts import Accounts
from formulas.charts.asks import Asks
from formulas.charts.cache import ChartCache
from formulas.charts.facts import FactsFetcher
from formulas.charts.fetcher import ChartFetcher
from formulas.charts.single_flight import SingleFlight
from formulas.charts.spellings import Spellings
from formulas.store import Store
from formulas.streams.journal import Journal
from formulas.streams.run import Runs
from formulas.streams.screens import Screens
from formulas.upstream.marketinout.client import MarketInOut
from formulas.upstream.tradingview.limits import Limits

# How long a chart that is no longer fresh can still be shown, with its age.
_EARLIER_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """What the views use."""

    store: Store
    accounts: Accounts
    flight: SingleFlight
    marketinout: MarketInOut
    asks: Asks
    charts: ChartFetcher
    facts: FactsFetcher
    runs: Runs

    async def aclose(self) -> None:
        """Stop all work and close all connections."""
        await self.asks.aclose()
        await self.flight.aclose()
        await self.facts.aclose()
        await self.accounts.aclose()
        await self.marketinout.aclose()
        await self.store.aclose()


def engine() -> Engine:
    """Return the running event loop's engine."""
    loop = asyncio.get_running_loop()
    if loop not in _engines:
        _engines[loop] = _compose()
    return _engines[loop]


_engines: WeakKeyDictionary[asyncio.AbstractEventLoop, Engine] = WeakKeyDictionary()


def _compose() -> Engine:
    store = Store(settings.REDIS_URL)
    asks = Asks(store)
    accounts = Accounts(
        store,
        site=settings.TRADINGVIEW_URL,
        endpoint=settings.TRADINGVIEW_WS_URL,
        limits=Limits(
            sockets=settings.TRADINGVIEW_SOCKETS, lanes=settings.TRADINGVIEW_LANES
        ),
    )
    marketinout = MarketInOut(settings.MARKETINOUT_API_URL)
    flight = SingleFlight(
        store, keep_seconds=max(settings.CHART_CACHE_SECONDS, _EARLIER_SECONDS)
    )
    charts = ChartFetcher(ChartCache(store), flight, Spellings(store), asks)
    facts = FactsFetcher(store, asks, price_seconds=settings.CHART_CACHE_SECONDS)
    runs = Runs(
        accounts=accounts,
        charts=charts,
        facts=facts,
        journal=Journal(store),
        screens=Screens(
            marketinout,
            store,
            seconds=settings.SCREEN_CACHE_SECONDS,
            pepper=settings.SECRET_KEY,
        ),
    )
    return Engine(store, accounts, flight, marketinout, asks, charts, facts, runs)
