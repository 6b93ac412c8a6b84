"""Which process has an account's sockets: one at a time, over all processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from secrets import token_hex
from typing import Final

from formulas.store import Store, StoreDownError

# How long a process that died keeps the others from an account's sockets.
LEASE_SECONDS = 4.0
# TradingView answers quicker dials from one address with status 429.
_DIAL_SPACING_MILLISECONDS = 100

# KEYS: the account's lease. ARGV: our token, milliseconds. Taking it again extends it.
_TAKE: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
# KEYS: the account's lease. ARGV: our token.
_RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
# KEYS: when the last dial's turn is. ARGV: milliseconds between two. Returns how long
# it is to ours.
_QUEUE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local turn = math.max(now, (redis.call('GET', KEYS[1]) or 0) + ARGV[1])
redis.call('SET', KEYS[1], turn, 'PX', 60000)
return turn - now
"""
_DIALS_KEY: Final = "candlestream:dials"


class LeadershipLostError(Exception):
    """Another process has the account's sockets by now."""


class Leadership:
    """One process's claim to the sockets of one account.

    Held for as long as a socket is open, or somebody asked within the lease's time.
    While the store is down every process leads: then pages go before politeness.
    """

    def __init__(
        self,
        store: Store,
        account: str,
        lost: Callable[[], None],
        *,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        """Take the account's name, and what to call when another process leads."""
        self._store = store
        self._lost = lost
        self._key = f"candlestream:leader:{account}"
        self._seconds = lease_seconds
        self._token = token_hex(8)
        self._sockets = 0
        self._asked_at = 0.0
        self._holding: asyncio.Task[None] | None = None

    @property
    def is_held(self) -> bool:
        """Say whether this process leads, as far as it knows."""
        return self._holding is not None

    async def take(self) -> bool:
        """Say whether this process may fetch for the account; it then leads."""
        self._asked_at = asyncio.get_running_loop().time()
        if self.is_held:
            return True
        with suppress(StoreDownError):
            if not await self._claim():
                return False
        self._keep_hold()
        return True

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[None]:
        """Hold the claim for the life of a socket, which may be dialed on entering."""
        self._sockets += 1
        # A socket that was dialed while the store was down must not outlive that unseen.
        self._keep_hold()
        try:
            await self._await_turn_to_dial()
            yield
        finally:
            self._sockets -= 1

    async def aclose(self) -> None:
        """Give the claim up."""
        if self._holding is not None:
            self._holding.cancel()
            await asyncio.gather(self._holding, return_exceptions=True)
            self._holding = None
            await self._release()

    def _keep_hold(self) -> None:
        if self._holding is None:
            self._holding = asyncio.create_task(self._hold(), name=self._key)

    async def _claim(self) -> bool:
        milliseconds = int(self._seconds * 1000)
        [taken] = await self._store.run(
            ("EVAL", _TAKE, 1, self._key, self._token, milliseconds)
        )
        return bool(taken)

    async def _hold(self) -> None:
        """Extend the lease while it is of use; end when it is not, or is lost."""
        loop = asyncio.get_running_loop()
        try:
            while self._sockets or loop.time() < self._asked_at + self._seconds:
                await asyncio.sleep(self._seconds / 4)
                with suppress(StoreDownError):
                    if not await self._claim():
                        self._lost()
                        return
        finally:
            self._holding = None
        await self._release()

    async def _release(self) -> None:
        with suppress(StoreDownError):
            await self._store.run(("EVAL", _RELEASE, 1, self._key, self._token))

    async def _await_turn_to_dial(self) -> None:
        with suppress(StoreDownError):
            [milliseconds] = await self._store.run(
                ("EVAL", _QUEUE, 1, _DIALS_KEY, _DIAL_SPACING_MILLISECONDS)
            )
            await asyncio.sleep(milliseconds / 1000)
