"""daphne with back-pressure: `python -m config.serve` takes daphne's own arguments.

daphne's `send` returns at once, whatever the client takes in, so that one slow reader
makes the process hold all that a stream ever says to it. Here `send` waits while the
socket's buffer is full, and with it the stream.
"""

import asyncio
from typing import Any, override

from daphne.cli import CommandLineInterface
from daphne.http_protocol import WebRequest
from daphne.server import Server
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class _Pace:
    """Told by the transport when its buffer is full, and when it is empty again."""

    def __init__(self) -> None:
        self._may_send = asyncio.Event()
        self._may_send.set()

    async def wait(self) -> None:
        await self._may_send.wait()

    # What Twisted calls

    def pauseProducing(self) -> None:  # noqa: N802  (Twisted's name)
        self._may_send.clear()

    def resumeProducing(self) -> None:  # noqa: N802  (Twisted's name)
        self._may_send.set()

    def stopProducing(self) -> None:  # noqa: N802  (Twisted's name)
        self._may_send.set()


class PacedServer(Server):
    """Holds an application's `send` until the client has taken in what was sent."""

    @override
    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        is_part = bool(message.get("more_body"))
        if isinstance(protocol, WebRequest) and not is_part and protocol.producer:
            protocol.unregisterProducer()
        await super().handle_reply(protocol, message)
        if isinstance(protocol, WebRequest) and is_part:
            await _pace(protocol)


async def _pace(request: WebRequest) -> None:
    if request.channel is None:  # The client has left.
        return
    if request.producer is None:
        request.registerProducer(_Pace(), streaming=True)
    await request.producer.wait()


class PacedCommandLine(CommandLineInterface):
    """daphne's command line, with this server."""

    server_class = PacedServer


if __name__ == "__main__":
    PacedCommandLine.entrypoint()
