"""An event stream over ASGI: what is sent, and that its source ends with it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.test import override_settings
from django.urls import path

from formulas.streams import response as responses
from formulas.streams.response import EventStreamResponse
from tests.support.asgi import Client

_OPENING = b": \n\nretry: 1000\n\n"


class Source:
    """Events that the test releases, and what became of who gives them."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        self.is_asked = asyncio.Event()
        self.is_closed = asyncio.Event()

    async def __call__(self) -> AsyncGenerator[bytes]:
        try:
            while True:
                self.is_asked.set()
                event = await self.events.get()
                if event is None:
                    return
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.is_closed.set()


@pytest.fixture
def source() -> Source:
    return Source()


async def _view(request: HttpRequest) -> EventStreamResponse:
    source: Source = request.scope["source"]  # type: ignore[attr-defined]  # ASGI's
    return EventStreamResponse(source())


urlpatterns = [path("events", _view)]


@pytest.fixture
async def client(source: Source, nothing_is_left: None) -> AsyncIterator[Client]:
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        client = Client(ASGIHandler(), "/events", source=source)
        client.start()
        yield client
        await client.aclose()


async def test_the_stream_is_opened_before_the_first_event(client: Client):
    assert await client.status() == 200
    assert await client.body() == _OPENING


async def test_its_headers_keep_everybody_from_holding_it_back(client: Client):
    await client.status()
    headers = await client.headers()
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-store, no-transform"
    assert headers["x-accel-buffering"] == "no"
    assert "content-length" not in headers


async def test_each_event_is_sent_when_it_comes(client: Client, source: Source):
    assert await client.body() == _OPENING
    for event in (b"data: 1\n\n", b"data: 2\n\n"):
        source.events.put_nowait(event)
        assert await client.body() == event


async def test_the_response_ends_with_its_source(client: Client, source: Source):
    source.events.put_nowait(b"data: 1\n\n")
    source.events.put_nowait(None)
    await client.finished()
    assert client.sent == _OPENING + b"data: 1\n\n"
    assert client.is_complete
    assert source.is_closed.is_set()


async def test_an_empty_source_ends_at_once(client: Client, source: Source):
    source.events.put_nowait(None)
    await client.finished()
    assert client.sent == _OPENING


async def test_while_nothing_comes_a_heartbeat_is_sent(
    client: Client, source: Source, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(responses, "HEARTBEAT_SECONDS", 0.01)
    assert await client.body() == _OPENING
    assert await client.body() == b": \n\n"
    assert await client.body() == b": \n\n"
    source.events.put_nowait(b"data: 1\n\n")
    while (sent := await client.body()) == b": \n\n":
        pass
    assert sent == b"data: 1\n\n"


async def test_a_heartbeat_costs_no_event(
    client: Client, source: Source, monkeypatch: pytest.MonkeyPatch
):
    """The event that is being awaited meanwhile is not asked for a second time."""
    monkeypatch.setattr(responses, "HEARTBEAT_SECONDS", 0.001)
    for number in range(20):
        source.events.put_nowait(b"data: %d\n\n" % number)
        while await client.body() != b"data: %d\n\n" % number:
            pass
    source.events.put_nowait(None)
    await client.finished()


async def test_a_client_that_leaves_while_nothing_comes_ends_the_source(
    client: Client, source: Source
):
    await client.body()
    await source.is_asked.wait()
    client.leave()
    async with asyncio.timeout(2):
        await source.is_closed.wait()
        await client.finished()


async def test_a_client_that_leaves_while_it_does_not_read_ends_the_source(
    client: Client, source: Source
):
    """The write is blocked then: only the response knows that there is a source."""
    assert await client.body() == _OPENING
    client.stop_reading()
    source.events.put_nowait(b"data: 1\n\n")
    await client.is_blocked.wait()
    client.leave()
    async with asyncio.timeout(2):
        await source.is_closed.wait()
        await client.finished()


async def test_a_client_that_leaves_before_the_first_byte_is_read_ends_it_too(
    source: Source, nothing_is_left: None
):
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        client = Client(ASGIHandler(), "/events", source=source)
        client.stop_reading()
        client.start()
        await client.is_blocked.wait()
        client.leave()
        await client.finished()
        assert not source.is_asked.is_set() or source.is_closed.is_set()


async def test_a_client_that_does_not_read_holds_the_source_back(
    client: Client, source: Source
):
    assert await client.body() == _OPENING
    client.stop_reading()
    for number in range(5):
        source.events.put_nowait(b"data: %d\n\n" % number)
    await client.is_blocked.wait()
    assert source.events.qsize() >= 4


async def test_a_connection_that_breaks_ends_the_source(client: Client, source: Source):
    await client.body()
    client.break_off()
    source.events.put_nowait(b"data: 1\n\n")
    async with asyncio.timeout(2):
        await source.is_closed.wait()
    with pytest.raises(OSError, match="broken"):
        await client.finished()


async def test_a_source_that_breaks_is_closed(client: Client, source: Source):
    await client.body()
    source.events.put_nowait(KeyError("a detail"))
    with pytest.raises(KeyError):
        await client.finished()
    assert source.is_closed.is_set()
    assert b"a detail" not in client.sent


async def test_a_response_that_nobody_iterates_starts_nothing(source: Source):
    EventStreamResponse(source()).close()
    assert not source.is_asked.is_set()
