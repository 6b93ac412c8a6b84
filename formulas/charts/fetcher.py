"""Many charts, each as soon as it is there: from the cache, or fetched once."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from time import time
from typing import Any, Protocol

from formulas.charts.asks import Asks
from formulas.charts.cache import ChartCache, chart_key
from formulas.charts.outcomes import Earlier, Failed, Landed, Wanted
from formulas.charts.single_flight import SingleFlight
from formulas.charts.spellings import Spellings
from formulas.charts.stored import StoredChart
from formulas.market.charts import Chart, ChartRequest, Freshness
from formulas.upstream.errors import (
    UnknownSymbolError,
    UpstreamError,
)

_CHART = "chart"
# Charts fetched ahead of a slow reader: more than all lanes of an account take.
_MOST_AHEAD = 200


class ChartSource(Protocol):
    """An account's way to TradingView."""

    @property
    def name(self) -> str:
        """What the account is called in all processes."""

    @property
    def is_leader(self) -> bool:
        """Say whether this process has the account's sockets already."""

    async def leads(self) -> bool:
        """Say whether this process has the account's sockets, taking them if free."""

    def entitlement(self, symbol: str) -> Freshness:
        """Return how fresh the account's data is on the symbol's exchange."""

    async def fetch(self, request: ChartRequest) -> Chart:
        """Return the chart, or raise UpstreamError."""

    def is_fetching(self, request: ChartRequest) -> bool:
        """Say whether TradingView is at work on the chart."""


class ChartFetcher:
    """Gets charts. One for a process and event loop."""

    def __init__(
        self,
        cache: ChartCache,
        flight: SingleFlight,
        spellings: Spellings,
        asks: Asks,
    ) -> None:
        self._asks = asks
        self._cache = cache
        self._flight = flight
        self._spellings = spellings

    async def outcomes(
        self, wanted: Sequence[Wanted], source: ChartSource, *, since: float = 0.0
    ) -> AsyncGenerator[Landed | Failed | Earlier]:
        """Yield how each chart ended, exactly once, as they end.

        What is cached comes first, and then charts that were fetched before `since`,
        to be looked at until the fresh ones end.

        Close the generator: it stops what nobody else waits for.

        Args:
            wanted: the charts, the most urgent first.
            source: where to fetch what is not in the cache.
            since: a chart fetched before this (UTC seconds) is not fresh.
        """
        self._asks.serve(source.name, _CHART, partial(self._serve, source))
        found = await self._cache.get_many([_key(chart, source) for chart in wanted])
        kept = list(zip(wanted, found, strict=True))
        fresh = {c.place: hit for c, hit in kept if hit and hit.fetched_at >= since}
        missing = [chart for chart in wanted if chart.place not in fresh]
        room = asyncio.Semaphore(_MOST_AHEAD)

        async def fetch(chart: Wanted) -> Landed | Failed:
            await room.acquire()  # It is given back when the outcome is taken.
            return await self._fetch(chart, source, since)

        tasks = [asyncio.create_task(fetch(chart)) for chart in missing]
        try:
            for place, hit in fresh.items():
                yield Landed(place, hit, is_cached=True)
            for chart, earlier in kept:
                if earlier is not None and chart.place not in fresh:
                    yield Earlier(chart.place, earlier)
            for next_ended in asyncio.as_completed(tasks):
                yield await next_ended
                room.release()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._cache.count(hits=len(wanted) - len(tasks), misses=len(tasks))

    async def _fetch(
        self, chart: Wanted, source: ChartSource, since: float
    ) -> Landed | Failed:
        try:
            stored = await self._flight.get(
                _key(chart, source),
                partial(self._fetch_any_spelling, chart, source),
                since=since,
                leader=_Leader(self._asks, source, chart, since),
            )
        except UpstreamError as error:
            return Failed(chart.place, chart.request, error)
        return Landed(chart.place, stored, is_cached=False)

    def _serve(self, source: ChartSource, what: dict[str, Any]) -> None:
        """Fetch what another process asks for, if the account is ours to use."""
        if not source.is_leader:
            return
        request = ChartRequest(**what["request"])
        chart, since = Wanted(0, request, tuple(what["spellings"])), what["since"]
        self._flight.get_for_others(
            _key(chart, source),
            partial(self._fetch_any_spelling, chart, source),
            since=since,
            leader=_Leader(self._asks, source, chart, since),
        )

    async def _fetch_any_spelling(
        self, wanted: Wanted, source: ChartSource
    ) -> StoredChart:
        candidates = await self._spellings.in_order(wanted.spellings)
        for symbol in candidates:
            try:
                chart = await source.fetch(replace(wanted.request, symbol=symbol))
            except UnknownSymbolError:
                continue
            await self._spellings.remember(wanted.spellings, symbol)
            return StoredChart.of(chart, request=wanted.request, fetched_at=time())
        raise UnknownSymbolError(f"TradingView does not know {wanted.request.symbol}.")


@dataclass(frozen=True, slots=True)
class _Leader:
    """Whoever may fetch this chart with the account."""

    asks: Asks
    source: ChartSource
    chart: Wanted
    since: float

    async def leads(self) -> bool:
        return await self.source.leads()

    async def ask(self) -> None:
        what = {
            "request": asdict(self.chart.request),
            "spellings": self.chart.spellings,
            "since": self.since,
        }
        await self.asks.ask(self.source.name, _CHART, what)

    def is_fetching(self) -> bool:
        return any(
            self.source.is_fetching(replace(self.chart.request, symbol=symbol))
            for symbol in self.chart.spellings
        )


def _key(chart: Wanted, source: ChartSource) -> str:
    return chart_key(chart.request, source.entitlement(chart.request.symbol))
