"""A chart server that does just what a test tells it, message by message."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import orjson
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

HELLO = '{"session_id":"0.1_test","protocol":"json"}'

type Script = Callable[["Client"], Awaitable[None]]


def frame(payload: str) -> str:
    return f"~m~{len(payload)}~m~{payload}"


def said(name: str, *positions: object) -> str:
    return frame(orjson.dumps({"m": name, "p": positions}).decode())


class Client:
    """The far end of one socket, as the script sees it."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket

    @property
    def request(self) -> Request:
        assert self._socket.request is not None
        return self._socket.request

    async def says(self, name: str) -> list[Any]:
        """Wait for a message of that name; return its positions."""
        while True:
            message = orjson.loads((await self.raw()).split("~m~", 2)[2])
            if message["m"] == name:
                positions: list[Any] = message["p"]
                return positions

    async def raw(self) -> str:
        text = await self._socket.recv()
        assert isinstance(text, str)
        return text

    async def tell(self, *frames: str) -> None:
        await self._socket.send("".join(frames))

    async def leave(self) -> None:
        await self._socket.wait_closed()


@asynccontextmanager
async def scripted(*scripts: Script) -> AsyncIterator[str]:
    """Serve each dial by the next script, the last one again and again."""
    left = list(scripts)

    async def handler(socket: ServerConnection) -> None:
        script = left.pop(0) if len(left) > 1 else left[0]
        await script(Client(socket))

    async with serve(handler, "127.0.0.1", 0) as server:
        yield _address(server)


@asynccontextmanager
async def refusing(status: HTTPStatus) -> AsyncIterator[str]:
    """Answer every dial with that status."""

    async def handler(socket: ServerConnection) -> None:
        raise AssertionError(socket)

    def refuse(socket: ServerConnection, request: Request) -> Response:
        return socket.respond(status, "no\n")

    async with serve(handler, "127.0.0.1", 0, process_request=refuse) as server:
        yield _address(server)


def _address(server: Server) -> str:
    port = next(iter(server.sockets)).getsockname()[1]
    return f"ws://127.0.0.1:{port}/socket.io/websocket"
