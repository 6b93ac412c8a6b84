"""An event stream over HTTP: its headers, its heartbeat, and its end whatever happens."""

import asyncio
from collections.abc import AsyncGenerator
from typing import override

from django.http import StreamingHttpResponse

from formulas.sse import COMMENT, encode_retry

# Proxies cut a connection that is silent for 30 to 60 seconds.
HEARTBEAT_SECONDS = 15.0
_RETRY_MILLISECONDS = 1000
_END = b""


class EventStreamResponse(StreamingHttpResponse):
    """Sends an async generator of encoded events, and closes it.

    Django closes its own wrapper around a generator, not the generator: when a client
    leaves during a blocked write, the work behind it would go on.
    """

    def __init__(self, events: AsyncGenerator[bytes], *, status: int = 200) -> None:
        self._source = _with_heartbeat(events)
        super().__init__(
            self._source,
            status=status,
            content_type="text/event-stream; charset=utf-8",
            headers={
                "Cache-Control": "no-store, no-transform",
                "X-Accel-Buffering": "no",
            },
        )

    @override
    async def __aiter__(self) -> AsyncGenerator[bytes]:
        try:
            async for chunk in super().__aiter__():
                yield chunk
        finally:
            await self._source.aclose()


async def _with_heartbeat(events: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    coming: asyncio.Task[bytes] | None = None
    yield COMMENT + encode_retry(_RETRY_MILLISECONDS)
    try:
        while True:
            coming = coming or asyncio.create_task(_next(events))
            await asyncio.wait({coming}, timeout=HEARTBEAT_SECONDS)
            if not coming.done():
                yield COMMENT
                continue
            event, coming = coming.result(), None
            if event == _END:
                return
            yield event
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await events.aclose()


async def _next(events: AsyncGenerator[bytes]) -> bytes:
    return await anext(events, _END)
