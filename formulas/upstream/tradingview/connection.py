"""One websocket to TradingView: it dials, signs in, and passes messages both ways."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Never
from urllib.parse import urlencode, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Origin

from formulas.upstream.errors import (
    ThrottledError,
    TimedOutError,
    TokenRejectedError,
    UnreachableError,
    UpstreamError,
)
from formulas.upstream.tradingview import commands
from formulas.upstream.tradingview.frames import Decoder, Heartbeat, encode
from formulas.upstream.tradingview.messages import (
    Hello,
    ProtocolError,
    SessionMessage,
    parse,
)
from formulas.upstream.tradingview.token import Token, TokenSource

# The library's debug log quotes what is sent, the token included: never that.
_library_log = logging.getLogger(f"{__name__}.websocket")
_library_log.setLevel(logging.INFO)

_ORIGIN = Origin("https://www.tradingview.com")  # any other is answered 403
_USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/143.0.0.0 Safari/537.36"
)
_LARGEST_MESSAGE = 16 * 1024 * 1024
_OPEN_SECONDS = 10
_SEND_SECONDS = 10
_CLOSE_SECONDS = 1
# Heartbeats come every 10 s; two missed and a half is the end.
_QUIET_SECONDS = 25
# All lanes of a socket starting at once make 120 messages.
_MOST_UNSENT = 4096


class RedirectedError(UnreachableError):
    """TradingView wants the connection at another address, `endpoint`."""

    def __init__(self, endpoint: str) -> None:
        super().__init__("TradingView sends us to another host.")
        self.endpoint = endpoint


class SilentError(UnreachableError):
    """TradingView keeps the connection and answers nothing, as with an old token."""


type Handler = Callable[[SessionMessage], None]


class Connection:
    """A websocket with its reader, its writer and the sessions that live on it."""

    def __init__(self, endpoint: str, tokens: TokenSource) -> None:
        self.heard = 0  # messages that answer anything but the dial
        self.token: Token | None = None
        self._endpoint = endpoint
        self._tokens = tokens
        self._handlers: dict[str, Handler] = {}
        self._unsent: asyncio.Queue[str] = asyncio.Queue(_MOST_UNSENT)
        self._socket: ClientConnection | None = None
        self._verdict: UpstreamError | None = None

    async def run(self, opened: Callable[[], None]) -> Never:
        """Dial, say who we are, call `opened`, and serve until the end.

        The token is fetched while the dial is under way. Nothing waits for
        TradingView's hello: it takes everything back to back.

        Raises:
            UpstreamError: why it ended; it never ends otherwise, save by cancellation.
        """
        async with _alongside(self._tokens.get()) as token:
            try:
                async with self._dial() as socket:
                    self.token = await token
                    greeting = commands.set_auth_token(self.token.value)
                    await socket.send(encode(greeting))
                    await self._serve(socket, opened)
            except (OSError, TimeoutError, WebSocketException) as error:
                raise self._verdict or _translate(error) from error

    def attach(self, session: str, handler: Handler) -> None:
        """Have the messages of a session given to the handler, which must not raise."""
        self._handlers[session] = handler

    def detach(self, session: str) -> None:
        """Ignore whatever comes for the session from now on."""
        self._handlers.pop(session, None)

    def send(self, messages: Iterable[str]) -> None:
        """Send soon, in this order; never waits."""
        try:
            for message in messages:
                self._unsent.put_nowait(message)
        except asyncio.QueueFull:
            self.end(UnreachableError("TradingView takes nothing in."))

    def end(self, verdict: UpstreamError) -> None:
        """Break the connection; `run` raises the verdict."""
        self._verdict = self._verdict or verdict
        if self._socket is not None:
            self._socket.transport.abort()

    def _dial(self) -> connect:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        query = urlencode({"from": "chart/", "date": now, "type": "chart"})
        return connect(
            f"{self._endpoint}?{query}",
            origin=_ORIGIN,
            user_agent_header=_USER_AGENT,
            compression=None,  # TradingView does not accept it, and it costs time
            open_timeout=_OPEN_SECONDS,
            close_timeout=_CLOSE_SECONDS,
            logger=_library_log,
            ping_interval=None,  # it has heartbeats of its own
            max_size=_LARGEST_MESSAGE,
        )

    async def _serve(
        self, socket: ClientConnection, opened: Callable[[], None]
    ) -> Never:
        self._socket = socket
        async with _alongside(self._write(socket)):
            opened()
            await self._read(socket)

    async def _write(self, socket: ClientConnection) -> None:
        try:
            while True:
                message = await self._unsent.get()
                async with asyncio.timeout(_SEND_SECONDS):
                    await socket.send(encode(message))
        except TimeoutError:
            self.end(UnreachableError("TradingView takes nothing in."))
        except ConnectionClosed:
            return  # the reader tells why

    async def _read(self, socket: ClientConnection) -> Never:
        decoder = Decoder()
        while True:
            try:
                async with asyncio.timeout(_QUIET_SECONDS):
                    text = await socket.recv(decode=True)
            except TimeoutError as error:
                raise UnreachableError("TradingView has gone quiet.") from error
            for frame in decoder.feed(text):
                self._take(frame)
            # What has come is passed on before the next message is read: a burst
            # of charts would otherwise hold everybody up until its end.
            await asyncio.sleep(0)

    def _take(self, frame: str | Heartbeat) -> None:
        if isinstance(frame, Heartbeat):
            self.send([frame.payload])
            return
        message = parse(frame)
        if message is None:
            return
        if isinstance(message, Hello):
            self._greet(message)
        elif isinstance(message, ProtocolError):
            raise _protocol_failure(message.reason)
        else:
            self.heard += 1
            if handler := self._handlers.get(message.session):
                handler(message)

    def _greet(self, hello: Hello) -> None:
        here = urlsplit(self._endpoint)
        host = hello.redirect
        # The token goes wherever this leads, so it may not lead out of the domain.
        if host and _domain(host) == _domain(here.netloc):
            raise RedirectedError(here._replace(netloc=host).geturl())


def _domain(netloc: str) -> list[str]:
    return netloc.partition(":")[0].split(".")[-2:]


@asynccontextmanager
async def _alongside[T](
    work: Coroutine[Any, Any, T],
) -> AsyncGenerator[asyncio.Task[T]]:
    """Do the work in a task that does not outlive the block."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _protocol_failure(reason: str) -> UpstreamError:
    if "auth token" in reason:
        return TokenRejectedError("TradingView does not accept the account's token.")
    if "sessions rate" in reason or "state sessions" in reason:
        return ThrottledError("TradingView asks for fewer chart sessions.")
    if "connections limit" in reason:
        return ThrottledError("The TradingView account has too many open connections.")
    if "banned" in reason:
        return ThrottledError("TradingView has banned this account or address for now.")
    return UnreachableError("TradingView broke off the connection.")


def _translate(error: Exception) -> UpstreamError:
    match error:
        case InvalidStatus() if error.response.status_code == 429:
            return ThrottledError("TradingView asks to open fewer connections.")
        case InvalidStatus():
            status = error.response.status_code
            return UnreachableError(f"TradingView refuses the connection ({status}).")
        case TimeoutError():
            return TimedOutError("TradingView does not answer.")
        case _:
            return UnreachableError("The connection to TradingView broke.")
