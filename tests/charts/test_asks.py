"""What one process asks of the one that has an account's sockets."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from formulas.charts.asks import Asks
from formulas.store import Store, StoreDownError

_CHANNEL = b"candlestream:asks"


class Server:
    """Hears what is asked."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def __call__(self, what: dict[str, Any]) -> None:
        self.heard.put_nowait(what)


@pytest.fixture
async def asks(store: Store) -> AsyncIterator[Asks]:
    asks = Asks(store)
    yield asks
    await asks.aclose()


@pytest.fixture
async def server(asks: Asks, store: Store) -> Server:
    """A process that listens, and serves charts of somebody's."""
    server = Server()
    asks.serve("somebody", "chart", server)
    async with asyncio.timeout(3):
        while await store.run(("PUBSUB", "NUMSUB", _CHANNEL)) == [[_CHANNEL, 0]]:
            pass  # each look is a round trip
    return server


async def _heard(server: Server) -> dict[str, Any]:
    async with asyncio.timeout(3):
        return await server.heard.get()


async def test_what_is_asked_in_one_process_is_heard_in_another(server, redis_url):
    store = Store(redis_url)
    await Asks(store).ask("somebody", "chart", {"symbol": "NSE:M&M", "since": 0.5})
    assert await _heard(server) == {"symbol": "NSE:M&M", "since": 0.5}
    await store.aclose()


async def test_what_is_asked_of_others_is_not_heard(server, asks):
    await asks.ask("somebody else", "chart", {"number": 1})
    await asks.ask("somebody", "facts", {"number": 2})
    await asks.ask("somebody", "chart", {"number": 3})
    assert await _heard(server) == {"number": 3}
    assert server.heard.empty()


async def test_the_one_who_serves_last_is_the_one_who_hears(server, asks):
    late = Server()
    asks.serve("somebody", "chart", late)
    await asks.ask("somebody", "chart", {"number": 1})
    assert await _heard(late) == {"number": 1}
    assert server.heard.empty()


async def test_nobody_is_asked_while_the_store_is_down():
    with pytest.raises(StoreDownError):
        await Asks(Store("")).ask("somebody", "chart", {})


async def test_who_serves_nothing_has_nothing_to_close(store):
    await Asks(store).aclose()
