"""Leases in the store: who fetches a chart, and who waits for it."""

import asyncio
from typing import Final

from formulas.charts.cache import FIGURES
from formulas.charts.landings import CHANNEL
from formulas.charts.stored import Outcome, read_outcome
from formulas.store import Store, StoreDownError

# Each script takes the lease's key and its holder's token, and only acts for the
# holder: a fetcher that hung must not end the lease of the one who took over.
_EXTEND: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""
# KEYS: lease. ARGV: token, channel, chart's key.
_RELEASE: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return redis.call('PUBLISH', ARGV[2], ARGV[3])
"""
# KEYS: lease, chart. ARGV: token, channel, chart's key, chart, seconds to keep it.
# A chart is written whoever holds the lease by now: it is as good as theirs.
_LAND: Final = """
redis.call('SET', KEYS[2], ARGV[4], 'EX', ARGV[5])
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return redis.call('PUBLISH', ARGV[2], ARGV[3])
"""
# Those who wait say so again each time they look.
_AWAITED_MILLISECONDS = 1500


class Leases:
    """Leases on keys. Every method raises StoreDownError when the store is down."""

    def __init__(self, store: Store, *, seconds: float) -> None:
        self._store = store
        self._milliseconds = int(seconds * 1000)

    async def read(self, key: str, token: str | None) -> tuple[bool, Outcome | None]:
        """Return whether the lease is ours now, and what is under the key already.

        Without a token it is only looked at what is there.
        """
        if token is None:
            [data] = await self._store.run(("GET", key))
            return False, read_outcome(data)
        taken, data = await self._store.run(
            ("SET", _lease(key), token, "NX", "PX", self._milliseconds), ("GET", key)
        )
        return bool(taken), read_outcome(data)

    async def release(self, key: str, token: str) -> None:
        """Give the lease up, and tell those who wait."""
        await self._store.run(("EVAL", _RELEASE, 1, _lease(key), token, CHANNEL, key))

    async def land(self, key: str, token: str, outcome: Outcome, seconds: int) -> None:
        """Keep what was fetched, give the lease up, and tell those who wait."""
        chart = (CHANNEL, key, outcome.to_bytes(), seconds)
        await self._store.run(("EVAL", _LAND, 2, _lease(key), key, token, *chart))

    async def hold(self, key: str, token: str) -> None:
        """Extend the lease for as long as this runs."""
        while True:
            await asyncio.sleep(self._milliseconds / 3000)
            try:
                await self._store.run(
                    ("EVAL", _EXTEND, 1, _lease(key), token, self._milliseconds)
                )
            except StoreDownError:
                continue

    async def await_holder(self, key: str) -> bool:
        """Say that we wait for the holder; False when there is none any more."""
        _, _, held = await self._store.run(
            ("SET", _awaited(key), 1, "PX", _AWAITED_MILLISECONDS),
            ("HINCRBY", FIGURES, "waits", 1),
            ("EXISTS", _lease(key)),
        )
        return bool(held)

    async def is_awaited(self, key: str) -> bool:
        """Say whether another process waits for the key; False when nobody knows."""
        try:
            [awaited] = await self._store.run(("EXISTS", _awaited(key)))
        except StoreDownError:
            return False
        return bool(awaited)


def _lease(key: str) -> str:
    return f"{key}:lease"


def _awaited(key: str) -> str:
    return f"{key}:awaited"
