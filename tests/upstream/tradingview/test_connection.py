import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest

from formulas.upstream.errors import (
    SignedOutError,
    ThrottledError,
    TokenRejectedError,
    UnreachableError,
)
from formulas.upstream.tradingview import connection as door
from formulas.upstream.tradingview.connection import Connection, RedirectedError
from formulas.upstream.tradingview.messages import SessionMessage, SymbolError
from formulas.upstream.tradingview.token import Token, TokenSource, anonymous
from tests.upstream.tradingview.scripted import (
    HELLO,
    Client,
    Script,
    frame,
    refusing,
    said,
    scripted,
)


@asynccontextmanager
async def running(connection: Connection) -> AsyncIterator[asyncio.Task[None]]:
    """Run the connection for the length of the block, once it is open."""
    opened = asyncio.Event()
    task = asyncio.create_task(connection.run(opened.set))
    waiting = asyncio.create_task(opened.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    yield task
    task.cancel()
    await asyncio.gather(task, waiting, return_exceptions=True)


async def verdict(*scripts: Script) -> BaseException | None:
    """Return what a connection to that script ends with."""
    async with (
        scripted(*scripts) as endpoint,
        running(Connection(endpoint, anonymous())) as task,
    ):
        await asyncio.wait([task])
        return task.exception()


pytestmark = pytest.mark.usefixtures("nothing_is_left")


async def test_the_token_is_said_first_and_before_the_hello():
    heard: list[str] = []

    async def script(client: Client) -> None:
        heard.extend([await client.raw(), await client.raw()])
        await client.tell(said("symbol_error", "cs_1", "sds_sym_1", "invalid symbol"))
        await client.leave()

    answers: asyncio.Queue[SessionMessage] = asyncio.Queue()
    async with scripted(script) as endpoint:
        connection = Connection(endpoint, anonymous())
        connection.attach("cs_1", answers.put_nowait)
        connection.send(['{"m":"x","p":[]}'])
        async with running(connection):
            await answers.get()

    assert heard == [
        '~m~54~m~{"m":"set_auth_token","p":["unauthorized_user_token"]}',
        '~m~16~m~{"m":"x","p":[]}',
    ]


async def test_it_dials_as_a_browser_on_the_chart_page_does():
    requests = []

    async def script(client: Client) -> None:
        requests.append(client.request)

    await verdict(script)

    [request] = requests
    assert request.headers["Origin"] == "https://www.tradingview.com"
    assert request.headers["User-Agent"].startswith("Mozilla/5.0")
    assert "Sec-WebSocket-Extensions" not in request.headers
    assert request.path.startswith("/socket.io/websocket?from=chart%2F&date=20")
    assert request.path.endswith("Z&type=chart")


async def test_a_message_reaches_the_handler_of_its_session_alone():
    async def script(client: Client) -> None:
        await client.tell(
            frame(HELLO),
            said("symbol_error", "cs_2", "sds_sym_1", "invalid symbol"),
            frame("~h~1"),
            said("symbol_error", "cs_1", "sds_sym_1", "invalid symbol"),
        )
        await client.leave()

    answers: asyncio.Queue[SessionMessage] = asyncio.Queue()
    async with scripted(script) as endpoint:
        connection = Connection(endpoint, anonymous())
        connection.attach("cs_1", answers.put_nowait)
        connection.attach("cs_2", answers.put_nowait)
        connection.detach("cs_2")
        async with running(connection):
            assert await answers.get() == SymbolError(
                "cs_1", "sds_sym_1", "invalid symbol"
            )
            assert answers.empty()


async def test_heartbeats_are_echoed_wherever_they_stand():
    async def script(client: Client) -> None:
        await client.raw()
        await client.tell(
            frame(HELLO), frame("~h~1"), said("du", "cs_1", {}), frame("~h~2")
        )
        echoes.extend([await client.raw(), await client.raw()])

    echoes: list[str] = []
    await verdict(script)

    assert echoes == ["~m~4~m~~h~1", "~m~4~m~~h~2"]


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("bad auth token", TokenRejectedError),
        ("max sessions rate reached", ThrottledError),
        ("user connections limit reached", ThrottledError),
        ("banned by ip", ThrottledError),
        ("wrong data", UnreachableError),
    ],
)
async def test_a_protocol_error_is_named(reason, error):
    async def script(client: Client) -> None:
        await client.tell(frame(HELLO), said("protocol_error", reason))
        await client.leave()

    assert type(await verdict(script)) is error


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (HTTPStatus.TOO_MANY_REQUESTS, ThrottledError),
        (HTTPStatus.FORBIDDEN, UnreachableError),
        (HTTPStatus.BAD_GATEWAY, UnreachableError),
    ],
)
async def test_a_refused_dial_is_named(status, error):
    async with refusing(status) as endpoint:
        with pytest.raises(error) as caught:
            await Connection(endpoint, anonymous()).run(lambda: None)

    assert type(caught.value) is error


async def test_nobody_at_the_address_is_unreachable():
    with pytest.raises(UnreachableError):
        await Connection("ws://127.0.0.1:9/socket", anonymous()).run(lambda: None)


async def test_a_closed_socket_is_unreachable():
    async def script(client: Client) -> None:
        await client.raw()

    assert type(await verdict(script)) is UnreachableError


async def test_a_socket_without_any_frame_is_lost(monkeypatch):
    monkeypatch.setattr(door, "_QUIET_SECONDS", 0.05)

    assert type(await verdict(Client.leave)) is UnreachableError


async def test_a_server_that_takes_nothing_in_does_not_hold_the_reader_up(monkeypatch):
    monkeypatch.setattr(door, "_MOST_UNSENT", 3)

    async with scripted(Client.leave) as endpoint:
        connection = Connection(endpoint, anonymous())
        async with running(connection) as task:
            connection.send(["{}"] * 4)
            await asyncio.wait([task])

    assert isinstance(task.exception(), UnreachableError)


async def test_it_ends_with_the_verdict_it_is_given():
    async with scripted(Client.leave) as endpoint:
        connection = Connection(endpoint, anonymous())
        async with running(connection) as task:
            connection.end(ThrottledError("enough"))
            connection.end(UnreachableError("too late"))
            await asyncio.wait([task])

    assert isinstance(task.exception(), ThrottledError)


async def test_without_a_token_nothing_is_said():
    async def fetch() -> Token:
        raise SignedOutError("signed out")

    async def script(client: Client) -> None:
        heard.append(await client.raw())

    heard: list[str] = []
    async with scripted(script) as endpoint:
        with pytest.raises(SignedOutError):
            await Connection(endpoint, TokenSource(fetch)).run(lambda: None)

    assert heard == []


async def test_the_token_of_a_failed_dial_is_not_left_pending():
    async def fetch() -> Token:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(UnreachableError):
        await Connection("ws://127.0.0.1:9/socket", TokenSource(fetch)).run(
            lambda: None
        )


async def test_a_hello_may_lead_to_another_host_of_the_domain():
    async def script(client: Client) -> None:
        await client.tell(frame('{"session_id":"0.1","redirect":"127.0.0.1:4321"}'))
        await client.leave()

    error = await verdict(script)

    assert isinstance(error, RedirectedError)
    assert error.endpoint == "ws://127.0.0.1:4321/socket.io/websocket"


async def test_a_hello_does_not_lead_out_of_the_domain():
    async def script(client: Client) -> None:
        await client.tell(frame('{"session_id":"0.1","redirect":"evil.example"}'))

    assert type(await verdict(script)) is UnreachableError


async def test_the_token_is_in_no_log(caplog):
    async def fetch() -> Token:
        return Token("s3cret-token")

    async def script(client: Client) -> None:
        await client.says("set_auth_token")

    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "websockets.client")
    async with scripted(script) as endpoint:
        with pytest.raises(UnreachableError) as caught:
            await Connection(endpoint, TokenSource(fetch)).run(lambda: None)

    assert "s3cret" not in caplog.text + repr(caught.value) + repr(
        caught.value.__cause__
    )
