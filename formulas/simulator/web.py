"""HTTP over asyncio streams and h11, for the sites that `site` describes."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

import h11

from formulas.simulator.site import Request, Response

Handler = Callable[[Request], Awaitable[Response]]


async def serve_http(
    head: bytes,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    handle: Handler,
) -> None:
    """Answer the requests of one connection, whose first bytes are already read.

    Raises:
        h11.RemoteProtocolError: the client does not speak HTTP.
    """
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head)
    while True:
        request = await _read_request(connection, reader)
        if request is None:
            return
        response = await handle(request)
        writer.write(_written(connection, request, response))
        await writer.drain()
        if (
            connection.our_state is not h11.DONE
            or connection.their_state is not h11.DONE
        ):
            return
        connection.start_next_cycle()


async def _read_request(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> Request | None:
    """Return the next request; None at the connection's end."""
    request = await _next_event(connection, reader)
    if not isinstance(request, h11.Request):
        return None
    body = b""
    while isinstance(event := await _next_event(connection, reader), h11.Data):
        body += event.data
    return _parsed(request, body)


async def _next_event(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(65536))
    return event


def _parsed(request: h11.Request, body: bytes) -> Request:
    target = urlsplit(request.target.decode())
    headers = {name.decode(): value.decode() for name, value in request.headers}
    return Request(
        method=request.method.decode(),
        path=target.path,
        query=parse_qs(target.query, keep_blank_values=True),
        cookies=_cookies(headers.get("cookie", "")),
        body=body,
    )


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, _, value in pairs if name}


def _written(connection: h11.Connection, request: Request, response: Response) -> bytes:
    content = response.content
    headers = {
        "Content-Type": response.content_type,
        "Content-Length": str(len(content)),
        **response.headers,
    }
    start = h11.Response(status_code=response.status, headers=list(headers.items()))
    sent = connection.send(start) or b""
    if request.method != "HEAD":
        sent += connection.send(h11.Data(data=content)) or b""
    return sent + (connection.send(h11.EndOfMessage()) or b"")
