"""A viewer over HTTP, who may come back to another process and go on."""

import asyncio
import re
import socket
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from formulas.demo.launch import HOST
from tests.processes.site import Process, Visit

_LARGEST_EVENT = 2**22
_PLACE = re.compile(rb'hx-target="#(c\d+-\w+)"[^>]*>(?=\s*(<candle-chart)?)')


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream, the places of its charts where it is of fragments."""

    name: str
    id: str
    data: bytes

    @property
    def charts(self) -> list[str]:
        """The places of the charts that came."""
        return [place.decode() for place, chart in _PLACE.findall(self.data) if chart]

    @property
    def failures(self) -> list[str]:
        """The places of the charts that will not come."""
        return [p.decode() for p, chart in _PLACE.findall(self.data) if not chart]


@asynccontextmanager
async def requested(
    process: Process,
    visit: Visit,
    last_event_id: str = "",
    *,
    buffer: int = _LARGEST_EVENT,
) -> AsyncIterator[asyncio.StreamReader]:
    """Ask for the stream, of which so much is taken in unread; leaving ends it."""
    # Over HTTP/1.0 the body is not cut into chunks.
    request = (
        f"GET {visit.stream} HTTP/1.0\r\nHost: {HOST}\r\nCookie: {visit.cookie}\r\n"
        f"Last-Event-ID: {last_event_id}\r\n\r\n"
    )
    connection = socket.socket()
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    await asyncio.get_running_loop().sock_connect(connection, (HOST, process.port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=buffer)
    try:
        writer.write(request.encode())
        yield reader
    finally:
        writer.transport.abort()


async def events_of(reader: asyncio.StreamReader) -> AsyncGenerator[Event]:
    """Yield the events, until the stream ends or breaks."""
    status, _, _ = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
    assert status.split()[1] == b"200"
    while True:
        try:
            block = await reader.readuntil(b"\n\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        if event := _event(block):
            yield event


def _event(block: bytes) -> Event | None:
    fields: dict[bytes, list[bytes]] = {}
    for line in block.splitlines():
        field, _, value = line.partition(b": ")
        fields.setdefault(field, []).append(value)
    if b"data" not in fields:
        return None
    name, event_id = (fields.get(key, [b""])[0].decode() for key in (b"event", b"id"))
    return Event(name, event_id, b"\n".join(fields[b"data"]))


@dataclass
class Viewer:
    """What somebody has seen, over one connection or several."""

    visit: Visit
    charts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    received: int = 0
    cursor: str = ""
    end: dict[str, Any] | None = None
    has_results: asyncio.Event = field(default_factory=asyncio.Event)
    has_charts: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self, process: Process, *, events: int | None = None) -> None:
        """Watch from where we are, to the end, a break, or for so many events."""
        left = count(1)
        await self._watch(process, lambda: next(left) == events)

    async def watch_until_new(self, process: Process) -> None:
        """Watch until something comes that was not there, or the end."""
        before = self.cursor
        await self._watch(process, lambda: self.cursor != before)

    async def _watch(self, process: Process, is_over: Callable[[], bool]) -> None:
        async with requested(process, self.visit, self.cursor) as reader:
            async for event in events_of(reader):
                self.see(event)
                if is_over():
                    return

    def see(self, event: Event) -> None:
        self.received += len(event.data)
        self.cursor = event.id or self.cursor
        self.charts.update(event.charts)
        self.failures.update(event.failures)
        self.has_results.set()
        if self.charts:
            self.has_charts.set()
        if event.name in {"done", "complete"}:
            self.end = orjson.loads(event.data)
