"""Facts about stocks, kept for a day; prices among them only for minutes."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from secrets import token_hex
from time import time
from typing import Any, Protocol

import orjson

from formulas.charts.asks import Asks
from formulas.charts.landings import CHANNEL, Landings
from formulas.charts.shared import Shared
from formulas.market.charts import Facts
from formulas.store import Store, StoreDownError
from formulas.upstream.errors import UpstreamError

_PREFIX = "candlestream:facts:1"
_DAY = 24 * 3600
_FACTS = "facts"
# How long facts that another process fetches are waited for.
_ELSEWHERE_SECONDS = 3.0


class FactsSource(Protocol):
    """An account's way to TradingView."""

    @property
    def name(self) -> str:
        """What the account is called in all processes."""

    @property
    def is_leader(self) -> bool:
        """Say whether this process has the account's sockets already."""

    async def leads(self) -> bool:
        """Say whether this process has the account's sockets, taking them if free."""

    async def facts(self, symbols: Iterable[str]) -> dict[str, Facts]:
        """Return facts by symbol, or raise UpstreamError."""


class FactsFetcher:
    """Gets facts, and remembers them in the store. One for a process and event loop.

    Args:
        price_seconds: how long a price counts as the last one.
    """

    def __init__(self, store: Store, asks: Asks, *, price_seconds: int) -> None:
        self._store = store
        self._asks = asks
        self._landings = Landings(store)
        self._price_seconds = price_seconds
        self._fetching = Shared[dict[str, Facts]]()
        self._serving: set[asyncio.Task[None]] = set()

    async def recall(
        self, symbols: Sequence[str]
    ) -> tuple[dict[str, Facts], list[str]]:
        """Return what is known by symbol, and the symbols to ask about.

        An old price is left out of what is known, and asked for again.
        """
        try:
            found = await self._store.get_many([_key(symbol) for symbol in symbols])
        except StoreDownError:
            return {}, list(symbols)
        known: dict[str, Facts] = {}
        missing: list[str] = []
        oldest = time() - self._price_seconds
        for symbol, data in zip(symbols, found, strict=True):
            fields = orjson.loads(data) if data else None
            if fields:
                facts = Facts(**fields["facts"])
                known[symbol] = facts if fields["at"] >= oldest else _lasting(facts)
            if not fields or fields["at"] < oldest:
                missing.append(symbol)
        return known, missing

    async def fetch(
        self, symbols: Sequence[str], source: FactsSource
    ) -> dict[str, Facts]:
        """Return what TradingView tells, asked once however many want it.

        Raises:
            UpstreamError: TradingView can't be asked.
        """
        self._asks.serve(source.name, _FACTS, partial(self._serve, source))
        if not symbols:
            return {}
        if not await source.leads():
            return await self._fetch_elsewhere(symbols, source)
        fetch = partial(self._fetch_here, symbols, source)
        return await self._fetching.get((source.name, *symbols), fetch)

    async def aclose(self) -> None:
        """Stop what is under way."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._landings.aclose()

    async def _fetch_here(
        self, symbols: Sequence[str], source: FactsSource
    ) -> dict[str, Facts]:
        found = await source.facts(symbols)
        now = time()
        values = {
            _key(symbol): orjson.dumps({"facts": facts, "at": now})
            for symbol, facts in found.items()
        }
        with suppress(StoreDownError):
            await self._store.put(values, seconds=_DAY)
        return found

    async def _fetch_elsewhere(
        self, symbols: Sequence[str], source: FactsSource
    ) -> dict[str, Facts]:
        word = f"facts {token_hex(8)}"
        with (
            suppress(StoreDownError, TimeoutError),
            self._landings.expect(word) as told,
        ):
            what = {"symbols": symbols, "word": word}
            await self._asks.ask(source.name, _FACTS, what)
            async with asyncio.timeout(_ELSEWHERE_SECONDS):
                await told
        known, _ = await self.recall(symbols)
        return known

    def _serve(self, source: FactsSource, what: dict[str, Any]) -> None:
        if source.is_leader:
            task = asyncio.create_task(self._fetch_and_tell(source, **what))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    async def _fetch_and_tell(
        self, source: FactsSource, symbols: list[str], word: str
    ) -> None:
        with suppress(UpstreamError):
            await self.fetch(symbols, source)
        with suppress(StoreDownError):
            await self._store.run(("PUBLISH", CHANNEL, word))


def _lasting(facts: Facts) -> Facts:
    return replace(facts, price=None, change=None, change_percent=None)


def _key(symbol: str) -> str:
    return f"{_PREFIX}:{symbol}"
