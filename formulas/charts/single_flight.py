"""One fetch of a chart at a time, over all viewers and all processes.

Within a process, everybody who wants a chart awaits one task. Between processes, the
task that holds the chart's lease in the store fetches; the others wait until it tells
them by publish/subscribe that the chart has landed. A fetcher that dies lets its lease
run out, and one of those who wait takes over.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_hex
from time import time
from typing import Protocol

from formulas.charts.landings import Landings
from formulas.charts.leadership import LeadershipLostError
from formulas.charts.leases import Leases
from formulas.charts.stored import Outcome, StoredChart, StoredFailure
from formulas.store import Store, StoreDownError
from formulas.upstream.errors import (
    NoDataError,
    SeriesRefusedError,
    SignedOutError,
    ThrottledError,
    TokenRejectedError,
    UnknownSymbolError,
    UpstreamError,
)

# How long a process that died can hold up the others.
LEASE_SECONDS = 4.0
# How often those who wait look for themselves: word can get lost.
_LOOK_SECONDS = 0.5
# How long a chart that TradingView is at work on may still land when nobody waits any
# more: a viewer whose connection broke comes back for it.
_LANDING_SECONDS = 1.0


class Leader(Protocol):
    """Whoever may fetch with the account: this process, or another one."""

    async def leads(self) -> bool:
        """Say whether it is this one."""

    async def ask(self) -> None:
        """Ask the other one; raises StoreDownError."""

    def is_fetching(self) -> bool:
        """Say whether TradingView is at work on the chart for this process."""


type Fetch = Callable[[], Awaitable[StoredChart]]


@dataclass(slots=True, eq=False)
class _Flight:
    """A fetch, or the wait for another process's.

    `serves_others` when other processes may wait for this one.
    """

    key: str
    fetch: Fetch
    since: float
    leader: Leader | None
    serves_others: bool = False
    waiters: int = 0
    task: asyncio.Task[StoredChart] = field(init=False)


class SingleFlight:
    """Fetches charts once. One for a process and event loop.

    Args:
        store: where leases and landed charts are; while it is down, each process
            fetches for itself.
        keep_seconds: how long a landed chart stays in the store.
        lease_seconds: how long a fetcher that died blocks the others.
    """

    def __init__(
        self, store: Store, *, keep_seconds: int, lease_seconds: float = LEASE_SECONDS
    ) -> None:
        self._leases = Leases(store, seconds=lease_seconds)
        self._landings = Landings(store)
        self._keep_seconds = keep_seconds
        self._flights: dict[str, _Flight] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def get(
        self,
        key: str,
        fetch: Fetch,
        *,
        since: float = 0.0,
        leader: Leader | None = None,
    ) -> StoredChart:
        """Return the chart under the key, fetched by us or by whoever is at it.

        A chart in the store that was fetched before `since` (UTC seconds) does not
        count. A caller that is cancelled leaves the fetch to the others who want it;
        when nobody does, it stops. With a `leader` that is another process, that one
        is asked to fetch.

        Raises:
            UpstreamError: what the one who fetched it met.
        """
        while flight := self._under_way(key):
            with suppress(*_OF_THE_ACCOUNT):  # Ours may fare better.
                return await self._join(flight)
        return await self._join(self._start(_Flight(key, fetch, since, leader)))

    def get_for_others(
        self, key: str, fetch: Fetch, *, since: float, leader: Leader
    ) -> None:
        """Fetch what another process asked for, for as long as it waits."""
        if not self._under_way(key):
            flight = _Flight(key, fetch, since, leader, serves_others=True)
            self._later(self._abandon(self._start(flight)))

    async def aclose(self) -> None:
        """Stop what is under way."""
        tasks = [*self._leaving, *(flight.task for flight in self._flights.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._landings.aclose()

    # Within the process

    def _under_way(self, key: str) -> _Flight | None:
        flight = self._flights.get(key)
        return None if flight is None or flight.task.done() else flight

    def _start(self, flight: _Flight) -> _Flight:
        flight.task = asyncio.create_task(self._fly(flight))
        flight.task.add_done_callback(lambda _: self._ended(flight))
        self._flights[flight.key] = flight
        return flight

    async def _join(self, flight: _Flight) -> StoredChart:
        flight.waiters += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                self._later(self._abandon(flight))

    def _ended(self, flight: _Flight) -> None:
        self._forget(flight)
        if not flight.task.cancelled():
            flight.task.exception()  # Everybody who cared has been told by now.

    def _forget(self, flight: _Flight) -> None:
        """Let whoever comes now start another."""
        if self._flights.get(flight.key) is flight:
            del self._flights[flight.key]

    async def _abandon(self, flight: _Flight) -> None:
        """Stop a flight that nobody waits for, here or in another process."""
        if flight.leader is not None and flight.leader.is_fetching():
            await asyncio.wait({flight.task}, timeout=_LANDING_SECONDS)
        while not flight.waiters and not flight.task.done():
            if not await self._is_awaited_elsewhere(flight):
                if not flight.waiters:
                    self._forget(flight)
                    flight.task.cancel()
                return
            await asyncio.wait({flight.task}, timeout=_LOOK_SECONDS)

    async def _is_awaited_elsewhere(self, flight: _Flight) -> bool:
        # One that itself waits for another process must not take its own word for theirs.
        return flight.serves_others and await self._leases.is_awaited(flight.key)

    def _later(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    # Between processes

    async def _fly(self, flight: _Flight) -> StoredChart:
        token = token_hex(8)
        while True:
            outcome = await self._until_ours(flight, token)
            if outcome is not None:
                return _chart(outcome)
            flight.serves_others = True
            try:
                return await self._lead(flight.key, token, flight.fetch)
            except LeadershipLostError:
                flight.serves_others = False

    async def _until_ours(self, flight: _Flight, token: str) -> Outcome | None:
        """Return what others fetched; None when it is on us to fetch."""
        key, leader = flight.key, flight.leader
        try:
            while True:
                leads = leader is None or await leader.leads()
                held, outcome = await self._leases.read(key, token if leads else None)
                if outcome is not None and outcome.fetched_at >= flight.since:
                    if held:
                        await self._leases.release(key, token)
                    return outcome
                if held:
                    return None
                await self._wait(key, None if leads else leader)
        except StoreDownError:
            return None
        except asyncio.CancelledError:
            await self._give_up(key, token)  # The store may just have given it to us.
            raise

    async def _wait(self, key: str, leader: Leader | None) -> None:
        """Wait until somebody else's fetch lands, or it is time to look."""
        with self._landings.expect(key) as landed:
            is_held = await self._leases.await_holder(key)
            if leader is not None and not is_held:
                await leader.ask()
            if leader is not None or is_held:
                await asyncio.wait({landed}, timeout=_LOOK_SECONDS)

    async def _lead(self, key: str, token: str, fetch: Fetch) -> StoredChart:
        holding = asyncio.create_task(self._leases.hold(key, token))
        try:
            chart = await fetch()
        except UpstreamError as error:
            await self._tell(key, token, error)
            raise
        except BaseException:
            await self._give_up(key, token)
            raise
        finally:
            holding.cancel()
        # Whoever comes before it has landed finds the lease, and waits for it.
        self._later(self._land(key, token, chart, self._keep_seconds))
        return chart

    async def _land(self, key: str, token: str, outcome: Outcome, seconds: int) -> None:
        with suppress(StoreDownError):
            await self._leases.land(key, token, outcome, seconds)

    async def _tell(self, key: str, token: str, error: UpstreamError) -> None:
        """Tell those who wait of a failure, unless they may fare better."""
        if isinstance(error, _OF_THE_ACCOUNT):
            await self._give_up(key, token)
            return
        seconds = 60 if isinstance(error, _OF_THE_SYMBOL) else 1
        failure = StoredFailure.of(error, fetched_at=time())
        await self._land(key, token, failure, seconds)

    async def _give_up(self, key: str, token: str) -> None:
        with suppress(StoreDownError):
            await self._leases.release(key, token)


# Failures that are the fetching account's own, and those that all would meet.
_OF_THE_ACCOUNT = (
    SeriesRefusedError,
    SignedOutError,
    ThrottledError,
    TokenRejectedError,
)
_OF_THE_SYMBOL = (NoDataError, UnknownSymbolError)


def _chart(outcome: Outcome) -> StoredChart:
    if isinstance(outcome, StoredFailure):
        raise outcome.error()
    return outcome
