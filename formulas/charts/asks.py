"""What one process asks of another: of the one that has an account's sockets."""

import asyncio
from collections.abc import Callable
from typing import Any, Never

import orjson

from formulas.store import Store

_CHANNEL = "candlestream:asks"

type Serve = Callable[[dict[str, Any]], None]


class Asks:
    """Passes asks on to the process that leads the account, if there is one.

    An ask can get lost: whoever asks looks for the answer in the store, and asks again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._servers: dict[tuple[str, str], Serve] = {}
        self._listener: asyncio.Task[Never] | None = None

    def serve(self, account: str, kind: str, serve: Serve) -> None:
        """Have `serve` called with what other processes ask of the account."""
        self._servers[account, kind] = serve
        if self._listener is None:
            self._listener = asyncio.create_task(
                self._store.listen(_CHANNEL, self._heard), name="asks"
            )

    async def ask(self, account: str, kind: str, what: dict[str, Any]) -> None:
        """Ask whoever leads the account.

        Raises:
            StoreDownError: nobody can be asked.
        """
        word = orjson.dumps({"account": account, "kind": kind, "what": what})
        await self._store.run(("PUBLISH", _CHANNEL, word))

    async def aclose(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait({self._listener})

    def _heard(self, word: bytes) -> None:
        ask = orjson.loads(word)
        if serve := self._servers.get((ask["account"], ask["kind"])):
            serve(ask["what"])
