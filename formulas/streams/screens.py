"""Screens kept for a few minutes, so that a second view need not ask MarketInOut."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import time

import orjson

from formulas.charts.circuit import Circuit
from formulas.charts.shared import Shared
from formulas.market.screen import Screen, ScreenRow
from formulas.market.secret import Secret
from formulas.store import Store, StoreDownError
from formulas.upstream.errors import UpstreamError
from formulas.upstream.marketinout.client import MarketInOut

_PREFIX = "candlestream:screen:1"


@dataclass(frozen=True, slots=True)
class FoundScreen:
    """A screen, and when MarketInOut answered it (UTC seconds)."""

    screen: Screen
    found_at: float
    is_cached: bool


class Screens:
    """Runs screens, or remembers what they found.

    Args:
        pepper: makes the names of the entries unguessable: an API key is a secret,
            and so is a plain digest of its sixteen digits.
    """

    def __init__(
        self, marketinout: MarketInOut, store: Store, *, seconds: int, pepper: str
    ) -> None:
        self._marketinout = marketinout
        self._store = store
        self._seconds = seconds
        self._pepper = hashlib.sha256(pepper.encode()).digest()
        self._circuit = Circuit(store, "marketinout")
        self._running = Shared[FoundScreen]()

    async def find(self, key: Secret, *, is_refresh: bool) -> FoundScreen:
        """Return what the screen finds; a refresh goes past what is remembered.

        Who asks while MarketInOut is at work on the screen waits for that answer.

        Raises:
            UpstreamError: MarketInOut gave no rows.
        """
        name = self._name(key)
        if not is_refresh and (known := await self._recall(name)):
            return known
        return await self._running.get(name, partial(self._run, name, key))

    async def _run(self, name: str, key: Secret) -> FoundScreen:
        await self._circuit.check()
        try:
            screen = await self._marketinout.run_screen(key)
        except UpstreamError as error:
            await self._circuit.learn(error)
            raise
        found = FoundScreen(screen, time(), is_cached=False)
        await self._remember(name, found)
        return found

    async def _recall(self, name: str) -> FoundScreen | None:
        try:
            data = await self._store.get(name)
        except StoreDownError:
            return None
        if data is None:
            return None
        fields = orjson.loads(data)
        rows = tuple(map(ScreenRow.from_fields, fields["rows"]))
        return FoundScreen(Screen(rows), fields["found_at"], is_cached=True)

    async def _remember(self, name: str, found: FoundScreen) -> None:
        data = orjson.dumps({"rows": found.screen.rows, "found_at": found.found_at})
        with suppress(StoreDownError):
            await self._store.put({name: data}, seconds=self._seconds)

    def _name(self, key: Secret) -> str:
        digest = hashlib.blake2b(
            key.reveal().encode(), key=self._pepper, digest_size=16
        )
        return f"{_PREFIX}:{digest.hexdigest()}"
