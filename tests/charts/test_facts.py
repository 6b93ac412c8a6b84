"""Facts, fetched once and remembered: names for a day, prices for minutes."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest

from formulas.charts.asks import Asks
from formulas.charts.facts import FactsFetcher
from formulas.market.charts import Facts
from formulas.store import Store
from formulas.upstream.errors import UnreachableError, UpstreamError
from tests.support.events import FACTS


class Source:
    """An account's way to TradingView that the test opens."""

    name = "anonymous"

    def __init__(self, *, is_leader: bool = True) -> None:
        self.is_leader = is_leader
        self.asked: list[list[str]] = []
        self.error: UpstreamError | None = None
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def leads(self) -> bool:
        return self.is_leader

    async def facts(self, symbols: Iterable[str]) -> dict[str, Facts]:
        self.asked.append(list(symbols))
        self.is_asked.set()
        await self.may_answer.wait()
        if self.error:
            raise self.error
        return {"NSE:M&M": FACTS}


class Process:
    """What a process has: a client of the store, and facts of its own."""

    def __init__(self, url: str, *, price_seconds: int = 300) -> None:
        self.store = Store(url)
        self.asks = Asks(self.store)
        self.facts = FactsFetcher(self.store, self.asks, price_seconds=price_seconds)

    async def aclose(self) -> None:
        await self.asks.aclose()
        await self.facts.aclose()
        await self.store.aclose()


@pytest.fixture
async def one(redis_url: str, nothing_is_left: None) -> AsyncIterator[Process]:
    process = Process(redis_url)
    yield process
    await process.aclose()


@pytest.fixture
async def other(redis_url: str, nothing_is_left: None) -> AsyncIterator[Process]:
    process = Process(redis_url)
    yield process
    await process.aclose()


async def test_what_was_fetched_is_known(one: Process):
    assert await one.facts.fetch(["NSE:M&M", "NSE:TCS"], Source()) == {"NSE:M&M": FACTS}
    assert await one.facts.recall(["NSE:M&M", "NSE:TCS"]) == (
        {"NSE:M&M": FACTS},
        ["NSE:TCS"],
    )


async def test_what_one_process_fetched_another_knows(one: Process, other: Process):
    await one.facts.fetch(["NSE:M&M"], Source())
    assert await other.facts.recall(["NSE:M&M"]) == ({"NSE:M&M": FACTS}, [])


async def test_an_old_price_is_not_known_and_asked_for_again(
    redis_url, nothing_is_left
):
    process = Process(redis_url, price_seconds=-1)
    await process.facts.fetch(["NSE:M&M"], Source())
    known, missing = await process.facts.recall(["NSE:M&M"])
    await process.aclose()
    assert missing == ["NSE:M&M"]
    old = known["NSE:M&M"]
    assert (old.name, old.sector) == (FACTS.name, FACTS.sector)
    assert (old.price, old.change, old.change_percent) == (None, None, None)


async def test_facts_are_kept_for_a_day(one: Process):
    await one.facts.fetch(["NSE:M&M"], Source())
    [[name]] = await one.store.run(("KEYS", "candlestream:facts:*"))
    [left] = await one.store.run(("TTL", name))
    assert 86_390 < left <= 86_400


async def test_however_many_want_them_they_are_fetched_once(one: Process):
    source = Source()
    source.may_answer.clear()
    tasks = [
        asyncio.create_task(one.facts.fetch(["NSE:M&M"], source)) for _ in range(5)
    ]
    await source.is_asked.wait()
    source.may_answer.set()
    assert await asyncio.gather(*tasks) == [{"NSE:M&M": FACTS}] * 5
    assert source.asked == [["NSE:M&M"]]


async def test_no_symbols_are_no_question(one: Process):
    source = Source()
    assert await one.facts.recall([]) == ({}, [])
    assert await one.facts.fetch([], source) == {}
    assert source.asked == []


async def test_a_failure_reaches_who_asked_and_is_not_remembered(one: Process):
    source = Source()
    source.error = UnreachableError("nobody there")
    with pytest.raises(UnreachableError):
        await one.facts.fetch(["NSE:M&M"], source)
    assert await one.facts.recall(["NSE:M&M"]) == ({}, ["NSE:M&M"])


async def test_the_process_that_leads_the_account_fetches_for_the_others(one, other):
    leading, following = Source(), Source(is_leader=False)
    await one.facts.fetch([], leading)
    await other.facts.fetch([], following)
    await _listening(one, 2)
    assert await other.facts.fetch(["NSE:M&M"], following) == {"NSE:M&M": FACTS}
    assert leading.asked == [["NSE:M&M"]]
    assert following.asked == []


async def _listening(process: Process, processes: int) -> None:
    async with asyncio.timeout(3):
        while True:
            [[_, count]] = await process.store.run(
                ("PUBSUB", "NUMSUB", "candlestream:asks")
            )
            if count == processes:
                return


async def test_without_a_store_nothing_is_known(nothing_is_left: None):
    process = Process("")
    assert await process.facts.fetch(["NSE:M&M"], Source()) == {"NSE:M&M": FACTS}
    assert await process.facts.recall(["NSE:M&M"]) == ({}, ["NSE:M&M"])
    await process.aclose()
