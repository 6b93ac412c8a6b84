"""Many charts, from a source that the test controls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from time import time

import pytest

from formulas.charts.asks import Asks
from formulas.charts.cache import FIGURES, ChartCache
from formulas.charts.fetcher import ChartFetcher
from formulas.charts.outcomes import Earlier, Failed, Landed, Wanted
from formulas.charts.single_flight import SingleFlight
from formulas.charts.spellings import Spellings
from formulas.market.charts import Chart, ChartRequest, Freshness
from formulas.store import Store
from formulas.upstream.errors import (
    SeriesRefusedError,
    UnknownSymbolError,
    UpstreamError,
)
from tests.support.charts import chart


class Source:
    """Charts that come at once, but for those that are held back or fail."""

    name = "somebody"
    is_leader = True

    def __init__(self, **errors: UpstreamError) -> None:
        self.asked: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.is_asked = asyncio.Event()
        self.cancelled: list[str] = []
        self.is_cancelled = asyncio.Event()
        self.errors = errors
        self.freshness = Freshness.DELAYED

    async def leads(self) -> bool:
        return self.is_leader

    def entitlement(self, symbol: str) -> Freshness:
        return self.freshness

    def is_fetching(self, request: ChartRequest) -> bool:
        return False

    async def fetch(self, request: ChartRequest) -> Chart:
        _, _, ticker = request.symbol.partition(":")
        self.asked.append(ticker)
        self.is_asked.set()
        try:
            if ticker in self.held:
                await self.held[ticker].wait()
        except asyncio.CancelledError:
            self.cancelled.append(ticker)
            self.is_cancelled.set()
            raise
        if ticker in self.errors:
            raise self.errors[ticker]
        return replace(chart(request.symbol), request=request)


@pytest.fixture
async def fetcher(store: Store) -> AsyncIterator[ChartFetcher]:
    flight = SingleFlight(store, keep_seconds=300)
    asks = Asks(store)
    yield ChartFetcher(ChartCache(store), flight, Spellings(store), asks)
    while flight._leaving or flight._flights:
        tasks = [*flight._leaving, *(each.task for each in flight._flights.values())]
        await asyncio.wait(tasks)
        await asyncio.sleep(0)
    assert (await store.run(("KEYS", "*:lease"))) == [[]]
    await flight.aclose()
    await asks.aclose()


def _wanted(*tickers: str) -> list[Wanted]:
    return [
        Wanted(place, ChartRequest(f"NSE:{ticker}", "1D", 300), (f"NSE:{ticker}",))
        for place, ticker in enumerate(tickers)
    ]


async def _all(
    fetcher: ChartFetcher, wanted: list[Wanted], source: Source, since: float = 0.0
) -> list[Landed | Failed | Earlier]:
    async with aclosing(fetcher.outcomes(wanted, source, since=since)) as outcomes:
        return [outcome async for outcome in outcomes]


async def test_each_chart_ends_once(fetcher):
    outcomes = await _all(fetcher, _wanted("A", "B", "C"), Source())
    assert sorted(outcome.place for outcome in outcomes) == [0, 1, 2]
    assert all(isinstance(each, Landed) and not each.is_cached for each in outcomes)


async def test_no_charts_are_no_outcomes(fetcher):
    assert await _all(fetcher, [], Source()) == []


async def test_charts_come_as_they_end(fetcher):
    source = Source()
    source.held["A"] = asyncio.Event()
    places = []
    async with aclosing(fetcher.outcomes(_wanted("A", "B"), source)) as outcomes:
        async for outcome in outcomes:
            places.append(outcome.place)
            source.held["A"].set()
    assert places == [1, 0]


async def test_what_is_cached_comes_first_and_is_not_fetched(fetcher):
    source = Source()
    await _all(fetcher, _wanted("B"), source)
    outcomes = await _all(fetcher, _wanted("A", "B"), source)
    assert [
        (each.place, isinstance(each, Landed) and each.is_cached) for each in outcomes
    ] == [
        (1, True),
        (0, False),
    ]
    assert source.asked == ["B", "A"]


async def test_a_refresh_fetches_what_is_cached(fetcher):
    source = Source()
    await _all(fetcher, _wanted("A"), source)
    _, outcome = await _all(fetcher, _wanted("A"), source, since=time())
    assert isinstance(outcome, Landed)
    assert not outcome.is_cached
    assert source.asked == ["A", "A"]


async def test_a_chart_of_before_is_shown_until_the_fresh_one_comes(fetcher):
    source = Source()
    [before] = await _all(fetcher, _wanted("A"), source)
    earlier, fresh = await _all(fetcher, _wanted("A"), source, since=time())
    assert isinstance(before, Landed)
    assert earlier == Earlier(0, before.chart)
    assert isinstance(fresh, Landed)
    assert fresh.chart.fetched_at > before.chart.fetched_at


async def test_who_sees_live_data_is_not_given_delayed_bars(fetcher):
    source = Source()
    await _all(fetcher, _wanted("A"), source)
    source.freshness = Freshness.STREAMING
    [outcome] = await _all(fetcher, _wanted("A"), source)
    assert isinstance(outcome, Landed)
    assert not outcome.is_cached


async def test_a_failure_is_an_outcome_like_any_other(fetcher):
    source = Source(B=SeriesRefusedError("your plan"))
    outcomes = await _all(fetcher, _wanted("A", "B"), source)
    [failed] = [each for each in outcomes if isinstance(each, Failed)]
    assert (failed.place, failed.request.symbol) == (1, "NSE:B")
    assert failed.error.code == "series_refused"


async def test_an_error_of_ours_reaches_the_one_who_asked(fetcher):
    source = Source()
    source.errors["A"] = KeyError("a detail")  # type: ignore[assignment]  # a mistake
    with pytest.raises(KeyError):
        await _all(fetcher, _wanted("A", "B"), source)


async def test_who_leaves_stops_what_nobody_else_waits_for(fetcher):
    source = Source()
    source.held["B"] = asyncio.Event()
    async with aclosing(fetcher.outcomes(_wanted("A", "B"), source)) as outcomes:
        await anext(outcomes)
    async with asyncio.timeout(2):
        await source.is_cancelled.wait()
    assert source.cancelled == ["B"]


async def test_two_who_want_the_same_share_one_fetch(fetcher):
    source = Source()
    source.held["A"] = asyncio.Event()
    both = [asyncio.create_task(_all(fetcher, _wanted("A"), source)) for _ in "12"]
    await source.is_asked.wait()
    source.held["A"].set()
    [[one], [other]] = await asyncio.gather(*both)
    assert source.asked == ["A"]
    assert isinstance(one, Landed)
    assert isinstance(other, Landed)
    assert one.chart == other.chart


async def test_the_next_spelling_is_tried_when_one_is_not_known(fetcher):
    source = Source(X_RR=UnknownSymbolError("no"))
    trust = Wanted(0, ChartRequest("NSE:X_RR", "1D", 300), ("NSE:X_RR", "NSE:X.RR"))
    [outcome] = await _all(fetcher, [trust], source)
    assert isinstance(outcome, Landed)
    assert outcome.request.symbol == "NSE:X_RR"
    assert outcome.chart.instrument.symbol == "NSE:X.RR"
    assert source.asked == ["X_RR", "X.RR"]


async def test_the_spelling_that_was_taken_is_tried_first_the_next_time(fetcher):
    source = Source(X_RR=UnknownSymbolError("no"))
    trust = Wanted(0, ChartRequest("NSE:X_RR", "1D", 300), ("NSE:X_RR", "NSE:X.RR"))
    await _all(fetcher, [trust], source)
    await _all(
        fetcher, [replace(trust, request=replace(trust.request, bars=50))], source
    )
    assert source.asked == ["X_RR", "X.RR", "X.RR"]


@pytest.mark.parametrize("spellings", [(), ("NSE:X_RR", "NSE:X.RR")], ids=len)
async def test_a_symbol_that_no_spelling_opens_is_unknown(fetcher, spellings):
    unknown = UnknownSymbolError("no")
    source = Source(X_RR=unknown, **{"X.RR": unknown})
    wanted = Wanted(0, ChartRequest("NSE:X_RR", "1D", 300), spellings)
    [outcome] = await _all(fetcher, [wanted], source)
    assert isinstance(outcome, Failed)
    assert (outcome.error.code, outcome.error.retryable) == ("unknown_symbol", False)


async def test_another_failure_is_not_met_with_another_spelling(fetcher):
    source = Source(X_RR=SeriesRefusedError("your plan"))
    trust = Wanted(0, ChartRequest("NSE:X_RR", "1D", 300), ("NSE:X_RR", "NSE:X.RR"))
    [outcome] = await _all(fetcher, [trust], source)
    assert isinstance(outcome, Failed)
    assert source.asked == ["X_RR"]


async def test_hits_and_misses_are_counted(fetcher, store):
    await _all(fetcher, _wanted("A", "B"), Source())
    await _all(fetcher, _wanted("A", "B", "C"), Source())
    assert await store.run(("HMGET", FIGURES, "hits", "misses")) == [[b"2", b"3"]]
