"""Word from other processes that a chart has landed, or that its lease is free."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Never

from formulas.store import Store

CHANNEL = "candlestream:landings"


class Landings:
    """Hands each landing to whoever expects it here.

    One subscription serves the process; it opens when somebody first waits.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._expected: dict[str, set[asyncio.Future[None]]] = {}
        self._listener: asyncio.Task[Never] | None = None

    @contextmanager
    def expect(self, key: str) -> Iterator[asyncio.Future[None]]:
        """Give a future that is done once word of the key arrives.

        Word that went out before this is not heard: look at the store after it.
        """
        if self._listener is None:
            self._listener = asyncio.create_task(
                self._store.listen(CHANNEL, self._landed), name="landings"
            )
        landed = asyncio.get_running_loop().create_future()
        self._expected.setdefault(key, set()).add(landed)
        try:
            yield landed
        finally:
            self._expected[key].discard(landed)
            if not self._expected[key]:
                del self._expected[key]

    async def aclose(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait({self._listener})

    def _landed(self, word: bytes) -> None:
        for landed in self._expected.get(word.decode(), ()):
            if not landed.done():
                landed.set_result(None)
