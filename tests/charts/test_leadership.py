"""Which process has an account's sockets."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from formulas import store as stores
from formulas.charts.leadership import Leadership
from formulas.store import Store

_LEASE = "candlestream:leader:somebody"


class Process:
    """One process's claim to the account's sockets."""

    def __init__(self, url: str, *, lease_seconds: float = 0.2) -> None:
        self.store = Store(url)
        self.is_lost = asyncio.Event()
        self.leadership = Leadership(
            self.store, "somebody", self.is_lost.set, lease_seconds=lease_seconds
        )

    async def is_released(self) -> None:
        """Return once nobody holds the lease."""
        async with asyncio.timeout(3):
            while await self.store.run(("EXISTS", _LEASE)) == [1]:
                pass  # each look is a round trip

    async def is_lapsed(self) -> None:
        """Return once this process does not lead any more, as far as it knows."""
        async with asyncio.timeout(3):
            while self.leadership.is_held:
                await self.store.run(("ECHO", "a round trip"))

    async def aclose(self) -> None:
        await self.leadership.aclose()
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


async def _seize(process: Process) -> None:
    """Have somebody else lead, as after a time in which this process hung."""
    await process.store.run(("SET", _LEASE, "somebody else", "PX", 60_000))


async def test_one_process_leads_and_the_other_does_not(one, other):
    assert await one.leadership.take()
    assert not await other.leadership.take()
    assert one.leadership.is_held
    assert not other.leadership.is_held


async def test_only_one_of_many_who_ask_at_once_leads(one, other):
    claims = [one.leadership.take(), other.leadership.take()]
    assert sorted(await asyncio.gather(*claims)) == [False, True]


async def test_who_leads_goes_on_to_lead(one):
    assert await one.leadership.take()
    assert await one.leadership.take()


async def test_accounts_are_led_by_themselves(one, redis_url):
    assert await one.leadership.take()
    store = Store(redis_url)
    another = Leadership(store, "somebody else", lambda: None)
    assert await another.take()
    await another.aclose()
    await store.aclose()


async def test_it_is_given_up_when_nobody_asks_and_no_socket_is_open(one, other):
    assert await one.leadership.take()
    await one.is_lapsed()
    await other.is_released()
    assert not one.is_lost.is_set()
    assert await other.leadership.take()


async def test_it_is_kept_for_as_long_as_a_socket_is_open(one, other):
    assert await one.leadership.take()
    [before] = await one.store.run(("PTTL", _LEASE))
    async with one.leadership.socket(), asyncio.timeout(3):
        extended = 0
        while extended < 8:  # which is twice the lease
            [left] = await other.store.run(("PTTL", _LEASE))
            assert left > 0
            extended += left > before
            before = left
        assert not await other.leadership.take()


async def test_closing_gives_it_up_at_once(one, other):
    assert await one.leadership.take()
    await one.leadership.aclose()
    assert await other.leadership.take()


async def test_the_claim_of_a_process_that_died_runs_out(one):
    await one.store.run(("SET", _LEASE, "of the dead", "PX", 50))
    assert not await one.leadership.take()
    await one.is_released()
    assert await one.leadership.take()


async def test_who_lost_it_is_told_and_leaves_it_to_the_other(one):
    assert await one.leadership.take()
    await _seize(one)
    await one.is_lost.wait()
    await one.is_lapsed()
    assert await one.store.get(_LEASE) == b"somebody else"
    assert not await one.leadership.take()


async def test_while_the_store_is_down_every_process_leads(nothing_is_left):
    process = Process("")
    assert await process.leadership.take()
    async with process.leadership.socket():
        pass
    await process.aclose()


async def test_who_led_without_the_store_yields_when_it_is_back(one, monkeypatch):
    monkeypatch.setattr(stores, "_REST_SECONDS", 0.1)
    await _seize(one)
    one.store._rest(ConnectionError())
    assert await one.leadership.take(), "the store is down"
    await one.is_lost.wait()


async def test_a_socket_dialed_without_the_lease_is_not_kept_unseen(one):
    await _seize(one)
    async with one.leadership.socket():
        await one.is_lost.wait()


async def test_dials_of_all_processes_are_spaced(one, other):
    loop = asyncio.get_running_loop()

    async def dialed_at(process: Process) -> float:
        async with process.leadership.socket():
            return loop.time()

    first, second = sorted(await asyncio.gather(dialed_at(one), dialed_at(other)))
    assert second - first >= 0.09
