"""The server's side of a websocket, over asyncio streams; the one door to websockets.

Without the library's own server, because a simulator must be able to refuse, stall and
break a connection wherever it likes.
"""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol


class WebSocket:
    """One connection, from its handshake on."""

    def __init__(
        self,
        head: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        allows_deflate: bool,
    ) -> None:
        extensions = [ServerPerMessageDeflateFactory()] if allows_deflate else []
        self._protocol = ServerProtocol(max_size=None, extensions=extensions)
        self._reader, self._writer = reader, writer
        self._protocol.receive_data(head)
        events = self._protocol.events_received()
        self._request = events[0] if events and isinstance(events[0], Request) else None

    @property
    def origin(self) -> str | None:
        """The page that the client says it is on."""
        return self._request.headers.get("Origin") if self._request else None

    async def accept(self, headers: dict[str, str]) -> bool:
        """Answer the handshake; say whether it was one that could be accepted."""
        if self._request is None:
            await self._flush()
            return False
        response = self._protocol.accept(self._request)
        for name, value in headers.items():
            response.headers[name] = value
        self._protocol.send_response(response)
        await self._flush()
        return response.status_code == HTTPStatus.SWITCHING_PROTOCOLS

    async def refuse(self, status: int) -> None:
        """Turn the handshake down."""
        phrase = HTTPStatus(status).phrase
        self._protocol.send_response(self._protocol.reject(status, phrase))
        await self._flush()

    async def messages(self) -> AsyncIterator[str]:
        """Yield the client's text messages until the connection ends."""
        fragments = b""
        while data := await self._reader.read(65536):
            self._protocol.receive_data(data)
            for event in self._protocol.events_received():
                if isinstance(event, Frame) and event.opcode in _TEXT:
                    fragments += event.data
                    if event.fin:
                        yield fragments.decode(errors="replace")
                        fragments = b""
            # Answers to pings and to the closing handshake, which a server ends.
            if await self._flush():
                return

    async def send(self, text: str) -> None:
        """Send one message; nothing once the closing handshake has begun."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text.encode())
            await self._flush()

    async def close(self) -> None:
        """Begin the closing handshake, unless the client has."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1000)
            await self._flush()

    async def break_off(self, text: str = "") -> None:
        """Cut the connection in the middle of the message."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text.encode())
        torn = b"".join(self._protocol.data_to_send())
        self._writer.write(torn[: len(torn) // 2])
        await self._writer.drain()
        self._writer.close()

    async def _flush(self) -> bool:
        """Write what is to be written; say whether that was the last of it."""
        chunks = self._protocol.data_to_send()
        self._writer.write(b"".join(chunks))
        await self._writer.drain()
        return b"" in chunks


_TEXT = frozenset({Opcode.TEXT, Opcode.CONT})
