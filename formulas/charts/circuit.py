"""A circuit to an upstream that has refused: while open, nobody asks it again."""

from contextlib import suppress
from datetime import UTC, datetime
from time import time

import orjson

from formulas.store import Store, StoreDownError
from formulas.upstream.errors import (
    SignedOutError,
    ThrottledError,
    UpstreamError,
    error_of,
)

_OPEN_SECONDS = 60
# Status 401, 403 and 429, and what TradingView's socket says instead of them.
_REFUSALS = (SignedOutError, ThrottledError)


class Circuit:
    """Kept in the store, so that it is open for all processes at once.

    Args:
        name: what is asked, as `marketinout`, or an account of TradingView's.
        seconds: how long it stays open.
    """

    def __init__(
        self, store: Store, name: str, *, seconds: int = _OPEN_SECONDS
    ) -> None:
        self._store = store
        self._key = f"candlestream:circuit:{name}"
        self._seconds = seconds

    async def check(self) -> None:
        """Pass while the circuit is closed.

        Raises:
            UpstreamError: it is open; the refusal that opened it, and until when.
        """
        with suppress(StoreDownError):
            if data := await self._store.get(self._key):
                raise error_of(**orjson.loads(data))

    async def learn(self, error: UpstreamError) -> None:
        """Open the circuit if this was a refusal."""
        if not isinstance(error, _REFUSALS):
            return
        until = datetime.fromtimestamp(time() + self._seconds, UTC)
        message = f"{error} It is asked again from {until:%H:%M:%S} UTC."
        data = orjson.dumps({"code": error.code, "message": message})
        with suppress(StoreDownError):
            await self._store.put({self._key: data}, seconds=self._seconds)
