"""One fetch at a time, between real clients of a real Valkey."""

import asyncio
from collections.abc import AsyncIterator
from time import time

import pytest

from formulas.charts import single_flight
from formulas.charts.cache import FIGURES
from formulas.charts.landings import CHANNEL
from formulas.charts.single_flight import SingleFlight
from formulas.charts.stored import StoredChart
from formulas.store import Store
from formulas.upstream.errors import (
    NoDataError,
    SeriesRefusedError,
    SessionLostError,
    UnknownSymbolError,
)
from tests.support.charts import stored

_KEY = "candlestream:chart:test"
_LEASE = f"{_KEY}:lease"


class Fetching:
    """A fetch that the test lets end, and that counts how often it was begun."""

    def __init__(self, *errors: Exception) -> None:
        self.begun = 0
        self.cancelled = 0
        self.is_cancelled = asyncio.Event()
        self.is_under_way = asyncio.Event()
        self.may_end = asyncio.Event()
        self._errors = list(errors)

    async def __call__(self) -> StoredChart:
        self.begun += 1
        self.is_under_way.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            self.is_cancelled.set()
            raise
        if self._errors:
            raise self._errors.pop(0)
        return stored(fetched_at=time())


class Process:
    """What a process has: a client of the store, and flights of its own."""

    def __init__(self, url: str, *, lease_seconds: float = 0.6) -> None:
        self.store = Store(url)
        self.flight = SingleFlight(
            self.store, keep_seconds=300, lease_seconds=lease_seconds
        )

    def get(self, fetch: Fetching, since: float = 0.0) -> asyncio.Task[StoredChart]:
        return asyncio.create_task(self.flight.get(_KEY, fetch, since=since))

    async def left(self) -> None:
        """Wait until what was left to itself has ended."""
        while self.flight._leaving:
            await asyncio.wait(self.flight._leaving)

    async def aclose(self) -> None:
        await self.flight.aclose()
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


@pytest.fixture
def fetching() -> Fetching:
    return Fetching()


async def _until(process: Process, key: str) -> None:
    """Wait until something is under the key."""
    async with asyncio.timeout(3):
        while await process.store.run(("EXISTS", key)) == [0]:
            pass  # each look is a round trip


async def _is_awaited(process: Process) -> None:
    await _until(process, f"{_KEY}:awaited")


async def _cancel(task: asyncio.Task[StoredChart]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# Within a process


async def test_one_fetch_serves_everybody_in_the_process(one, fetching):
    tasks = [one.get(fetching) for _ in range(5)]
    await fetching.is_under_way.wait()
    fetching.may_end.set()
    charts = await asyncio.gather(*tasks)
    assert fetching.begun == 1
    assert len({id(chart) for chart in charts}) == 1


async def test_when_one_of_two_leaves_the_other_still_gets_the_chart(one, fetching):
    first, second = one.get(fetching), one.get(fetching)
    await fetching.is_under_way.wait()
    await _cancel(first)
    await one.left()
    fetching.may_end.set()
    assert (await second).count == 3
    assert (fetching.begun, fetching.cancelled) == (1, 0)


async def test_a_fetch_that_nobody_waits_for_is_stopped(one, fetching):
    task = one.get(fetching)
    await fetching.is_under_way.wait()
    await _cancel(task)
    await one.left()
    async with asyncio.timeout(2):
        await fetching.is_cancelled.wait()
    assert await one.store.get(_KEY) is None


async def test_a_fetch_that_was_stopped_leaves_no_lease(one, fetching):
    task = one.get(fetching)
    await fetching.is_under_way.wait()
    flight = one.flight._flights[_KEY]
    await _cancel(task)
    await asyncio.wait({flight.task})
    assert await one.store.get(_LEASE) is None


async def test_who_leaves_while_the_lease_is_taken_leaves_none(
    one, fetching, monkeypatch
):
    """The store has given the lease, and its answer is still on the way."""
    read = one.flight._leases.read

    async def slow(key: str, token: str) -> None:
        await read(key, token)
        await asyncio.Event().wait()

    monkeypatch.setattr(one.flight._leases, "read", slow)
    task = one.get(fetching)
    await _until(one, _LEASE)
    flight = one.flight._flights[_KEY]
    await _cancel(task)
    await asyncio.wait({flight.task})
    assert await one.store.get(_LEASE) is None


async def test_who_comes_after_a_fetch_was_stopped_starts_another(one, fetching):
    task = one.get(fetching)
    await fetching.is_under_way.wait()
    await _cancel(task)
    await one.left()
    again = Fetching()
    again.may_end.set()
    assert (await one.get(again)).count == 3
    assert again.begun == 1


async def test_who_comes_while_the_last_one_leaves_takes_the_fetch_over(one, fetching):
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    first.cancel()
    await asyncio.sleep(0)
    second = one.get(fetching)
    await one.left()
    fetching.may_end.set()
    assert (await second).count == 3
    assert (fetching.begun, fetching.cancelled) == (1, 0)


async def test_a_fetch_that_ends_while_it_is_given_up_harms_nobody(
    one, fetching, monkeypatch
):
    """A newer flight of the same key is not taken for the one that was left."""
    looked, may_answer = asyncio.Event(), asyncio.Event()

    async def is_awaited(key: str) -> bool:
        looked.set()
        await may_answer.wait()
        return False

    monkeypatch.setattr(one.flight._leases, "is_awaited", is_awaited)
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    flight = one.flight._flights[_KEY]
    await _cancel(first)
    await looked.wait()
    fetching.may_end.set()
    await asyncio.wait({flight.task})
    newer = Fetching()
    second = one.get(newer, since=time() + 60)
    await newer.is_under_way.wait()
    may_answer.set()
    await one.left()
    third = one.get(newer, since=time() + 60)
    newer.may_end.set()
    await asyncio.gather(second, third)
    assert newer.begun == 1


async def test_a_failure_is_told_to_everybody_in_the_process(one):
    fetching = Fetching(SessionLostError("gone"))
    fetching.may_end.set()
    results = await asyncio.gather(
        one.get(fetching), one.get(fetching), return_exceptions=True
    )
    assert [type(result) for result in results] == [SessionLostError] * 2
    assert fetching.begun == 1


async def test_an_accounts_own_failure_is_not_told_to_others_in_the_process(one):
    refused = Fetching(SeriesRefusedError("your plan"))
    theirs = Fetching()
    first, second = one.get(refused), one.get(theirs)
    await refused.is_under_way.wait()
    refused.may_end.set()
    theirs.may_end.set()
    with pytest.raises(SeriesRefusedError):
        await first
    assert (await second).count == 3
    assert (refused.begun, theirs.begun) == (1, 1)


async def test_who_comes_just_after_an_accounts_own_failure_fetches_anew(one, fetching):
    """The flight has ended, and nobody has been told so yet."""
    refused = Fetching(SeriesRefusedError("your plan"))
    fetching.may_end.set()
    first = one.get(refused)
    await refused.is_under_way.wait()
    flight = one.flight._flights[_KEY]
    coming: list[asyncio.Task[StoredChart]] = []
    ended = one.flight._ended

    def late(flight: object) -> None:
        asyncio.get_running_loop().call_later(0.01, ended, flight)

    one.flight._ended = late
    flight.task.add_done_callback(lambda _: coming.append(one.get(fetching)))
    refused.may_end.set()
    with pytest.raises(SeriesRefusedError):
        await first
    assert (await coming[0]).count == 3


async def test_closing_stops_what_is_under_way(one, fetching):
    task = one.get(fetching)
    await fetching.is_under_way.wait()
    await one.flight.aclose()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert fetching.cancelled == 1


# Between processes


async def test_one_fetch_serves_two_processes(one, other, fetching):
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    elsewhere = Fetching()
    second = other.get(elsewhere)
    await _is_awaited(one)
    fetching.may_end.set()
    assert await first == await second
    assert (fetching.begun, elsewhere.begun) == (1, 0)


async def test_many_who_come_at_once_are_served_by_one_fetch(one, other, fetching):
    fetching.may_end.set()
    tasks = [process.get(fetching) for process in (one, other) for _ in range(10)]
    charts = await asyncio.gather(*tasks)
    assert fetching.begun == 1
    assert len({chart.fetched_at for chart in charts}) == 1


async def test_word_of_a_landing_arrives_without_looking(
    one, other, fetching, monkeypatch
):
    monkeypatch.setattr(single_flight, "_LOOK_SECONDS", 60.0)
    with other.flight._landings.expect("something else"):
        await _subscribed(one)
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    second = other.get(Fetching())
    await _is_awaited(one)
    fetching.may_end.set()
    async with asyncio.timeout(2):
        assert await second == await first


async def _subscribed(process: Process) -> None:
    async with asyncio.timeout(3):
        while True:
            [[_, count]] = await process.store.run(("PUBSUB", "NUMSUB", CHANNEL))
            if count:
                return


async def test_a_fetch_that_another_process_waits_for_goes_on_without_us(
    one, other, fetching, monkeypatch
):
    has_looked, is_awaited = asyncio.Event(), one.flight._leases.is_awaited

    async def look(key: str) -> bool:
        answer: bool = await is_awaited(key)
        has_looked.set()
        return answer

    monkeypatch.setattr(one.flight._leases, "is_awaited", look)
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    second = other.get(Fetching())
    await _is_awaited(one)
    await _cancel(first)
    await has_looked.wait()
    await one.store.run(("PING",))
    fetching.may_end.set()
    assert (await second).count == 3
    assert (fetching.begun, fetching.cancelled) == (1, 0)


async def test_who_waited_for_another_process_stops_at_once(one, other, fetching):
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    second = other.get(Fetching())
    await _is_awaited(one)
    await _cancel(second)
    await other.left()
    assert not other.flight._flights, "it took its own word for somebody else's"
    fetching.may_end.set()
    await first


async def test_a_fetch_stops_once_all_viewers_of_all_processes_have_left(
    one, other, fetching
):
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    second = other.get(Fetching())
    await _is_awaited(one)
    await _cancel(first)
    await _cancel(second)
    await one.left()
    assert fetching.cancelled == 1


class Leading:
    """This process, with TradingView at work on whatever it fetches."""

    async def leads(self) -> bool:
        return True

    async def ask(self) -> None:
        raise AssertionError("This process leads.")

    def is_fetching(self) -> bool:
        return True


async def test_what_tradingview_is_at_work_on_lands_for_who_comes_back(one, fetching):
    viewer = asyncio.create_task(one.flight.get(_KEY, fetching, leader=Leading()))
    await fetching.is_under_way.wait()
    await _cancel(viewer)
    fetching.may_end.set()
    await one.left()
    assert fetching.cancelled == 0
    assert await one.store.get(_KEY) is not None


async def test_what_tradingview_does_not_send_is_not_waited_for_long(
    one, fetching, monkeypatch
):
    monkeypatch.setattr(single_flight, "_LANDING_SECONDS", 0.05)
    viewer = asyncio.create_task(one.flight.get(_KEY, fetching, leader=Leading()))
    await fetching.is_under_way.wait()
    await _cancel(viewer)
    await one.left()
    assert fetching.cancelled == 1


async def test_the_lease_of_a_dead_process_runs_out(one, fetching):
    await one.store.run(("SET", _LEASE, "whoever died", "PX", 200))
    fetching.may_end.set()
    async with asyncio.timeout(2):
        assert (await one.get(fetching)).count == 3
    assert fetching.begun == 1


async def test_a_fetch_longer_than_its_lease_keeps_it(redis_url, nothing_is_left):
    one = Process(redis_url, lease_seconds=0.15)
    fetching = Fetching()
    task = one.get(fetching)
    await fetching.is_under_way.wait()
    token = await one.store.get(_LEASE)
    async with asyncio.timeout(2):
        # Extended so often that it must have run out otherwise.
        for _ in range(2):
            await _goes_up(one, _LEASE)
    assert await one.store.get(_LEASE) == token
    fetching.may_end.set()
    await task
    await one.aclose()


async def _goes_up(process: Process, key: str) -> None:
    """Wait until the time that the key has to live is longer than before."""
    before = 0
    while True:
        [now] = await process.store.run(("PTTL", key))
        if now > before > 0:
            return
        before = now


async def test_a_lease_that_another_took_over_is_not_theirs_to_release(one, fetching):
    task = one.get(fetching)
    await fetching.is_under_way.wait()
    await one.store.run(("SET", _LEASE, "who took over", "PX", 5000))
    fetching.may_end.set()
    assert (await task).count == 3
    assert await one.store.get(_LEASE) == b"who took over"


async def test_a_failure_is_told_to_those_who_wait_in_another_process(one, other):
    fetching, elsewhere = Fetching(UnknownSymbolError("no such symbol")), Fetching()
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    second = other.get(elsewhere)
    await _is_awaited(one)
    fetching.may_end.set()
    with pytest.raises(UnknownSymbolError):
        await first
    with pytest.raises(UnknownSymbolError, match="no such symbol"):
        await second
    assert elsewhere.begun == 0


async def test_an_accounts_own_failure_is_not_told_to_another_process(one, other):
    fetching, elsewhere = Fetching(SeriesRefusedError("your plan")), Fetching()
    elsewhere.may_end.set()
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    second = other.get(elsewhere)
    await _is_awaited(one)
    fetching.may_end.set()
    with pytest.raises(SeriesRefusedError):
        await first
    assert (await second).count == 3
    assert elsewhere.begun == 1


@pytest.mark.parametrize(
    ("error", "seconds"), [(NoDataError("none"), 60), (SessionLostError("gone"), 1)]
)
async def test_a_failure_is_kept_as_long_as_it_is_likely_to_last(one, error, seconds):
    fetching = Fetching(error)
    fetching.may_end.set()
    with pytest.raises(type(error)):
        await one.get(fetching)
    [left] = await one.store.run(("PTTL", _KEY))
    assert (seconds - 1) * 1000 < left <= seconds * 1000


async def test_an_error_of_ours_leaves_no_lease_and_is_not_told(one):
    fetching = Fetching(KeyError("a detail"))
    fetching.may_end.set()
    with pytest.raises(KeyError):
        await one.get(fetching)
    assert await one.store.get(_LEASE) is None
    assert await one.store.get(_KEY) is None


# What has landed


async def test_a_chart_that_has_landed_is_not_fetched_again(one, other, fetching):
    fetching.may_end.set()
    chart = await one.get(fetching)
    assert await other.get(fetching) == chart
    assert fetching.begun == 1
    assert await one.store.get(_LEASE) is None


async def test_a_chart_from_before_the_refresh_does_not_count(one, fetching):
    fetching.may_end.set()
    old = await one.get(fetching)
    new = await one.get(fetching, since=old.fetched_at + 0.001)
    assert new.fetched_at > old.fetched_at
    assert fetching.begun == 2


async def test_a_landed_chart_is_kept_for_so_long_and_no_longer(one, fetching):
    fetching.may_end.set()
    await one.get(fetching)
    [left] = await one.store.run(("TTL", _KEY))
    assert 299 <= left <= 300


async def test_waiting_is_counted(one, other, fetching):
    first = one.get(fetching)
    await fetching.is_under_way.wait()
    second = other.get(fetching)
    await _is_awaited(one)
    fetching.may_end.set()
    await asyncio.gather(first, second)
    [waits] = await one.store.run(("HGET", FIGURES, "waits"))
    assert int(waits) >= 1


# Without a store


async def test_without_a_store_each_process_fetches_for_itself(nothing_is_left):
    one, other = Process(""), Process("")
    fetching = Fetching()
    fetching.may_end.set()
    charts = await asyncio.gather(one.get(fetching), other.get(fetching))
    assert [chart.count for chart in charts] == [3, 3]
    assert fetching.begun == 2
    await one.aclose()
    await other.aclose()


async def test_without_a_store_a_fetch_that_nobody_waits_for_is_stopped(
    nothing_is_left,
):
    one, fetching = Process(""), Fetching()
    task = one.get(fetching)
    await fetching.is_under_way.wait()
    flight = one.flight._flights[_KEY]
    await _cancel(task)
    await asyncio.wait({flight.task})
    assert fetching.cancelled == 1
    await one.aclose()


async def test_a_store_that_fails_under_way_costs_no_chart(one, fetching, monkeypatch):
    task = one.get(fetching)
    await fetching.is_under_way.wait()
    monkeypatch.setattr(one.store, "_redis", None)
    fetching.may_end.set()
    assert (await task).count == 3
    monkeypatch.undo()
