"""A client of an ASGI application that can stop reading, leave, or break off.

asgiref's own communicator reads everything at once, and cancels the application when a
test waits too long: it can neither play a slow client nor find what a client leaves.
"""

import asyncio
from typing import Any, Protocol

_PATIENCE_SECONDS = 5


class Application(Protocol):
    """An ASGI application; its messages are plain dictionaries here."""

    async def __call__(self, scope: Any, receive: Any, send: Any, /) -> None: ...


class Client:
    """One GET request. `start` it, read, and close it in the end."""

    def __init__(
        self,
        application: Application,
        path: str,
        *,
        query: str = "",
        headers: dict[str, str] | None = None,
        **scope: Any,
    ) -> None:
        self.sent = b""
        self.is_complete = False
        self.is_blocked = asyncio.Event()
        self._application = application
        self._scope: Any = _scope(path, query, headers or {}) | scope
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._has_left = asyncio.Event()
        self._is_broken = False
        self._is_asked = False
        self._start: asyncio.Future[dict[str, Any]] | None = None
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    # What the test does

    def start(self) -> None:
        self._start = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run())

    async def status(self) -> int:
        status: int = (await self._started())["status"]
        return status

    async def headers(self) -> dict[str, str]:
        headers = (await self._started())["headers"]
        return {name.decode().lower(): value.decode() for name, value in headers}

    async def body(self) -> bytes:
        """Return what is sent next that is not empty."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self._chunks.get()

    async def until(self, text: bytes) -> bytes:
        """Read until the text has come; return all that was sent so far."""
        while text not in self.sent:
            await self.body()
        return self.sent

    def stop_reading(self) -> None:
        """Let no further write through; `is_blocked` is set once one waits."""
        self._may_send.clear()

    def leave(self) -> None:
        """Close the connection, as a browser does."""
        self._has_left.set()

    def break_off(self) -> None:
        """Let every further write fail."""
        self._is_broken = True

    async def finished(self) -> None:
        """Wait until the application has ended by itself."""
        assert self._task is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.shield(self._task)

    async def aclose(self) -> None:
        """Leave, and wait for the application."""
        self.leave()
        assert self._task is not None
        await asyncio.wait({self._task}, timeout=_PATIENCE_SECONDS)
        assert self._task.done()
        if not self._task.cancelled():
            self._task.exception()

    # What the application sees

    async def _run(self) -> None:
        await self._application(self._scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if not self._is_asked:
            self._is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._has_left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if self._is_broken:
            raise OSError("broken")
        if not self._may_send.is_set():
            self.is_blocked.set()
        await self._may_send.wait()
        if message["type"] == "http.response.start":
            assert self._start is not None
            self._start.set_result(message)
        elif body := message.get("body", b""):
            self.sent += body
            self._chunks.put_nowait(body)
        self.is_complete = message["type"].endswith("body") and not message.get(
            "more_body", False
        )

    async def _started(self) -> dict[str, Any]:
        assert self._start is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await asyncio.shield(self._start)


def _scope(path: str, query: str, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (name.lower().encode(), value.encode())
            for name, value in {"Host": "testserver", **headers}.items()
        ],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
