"""A small chart client for tests: it speaks the protocol and checks nothing."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import Headers
from websockets.typing import Origin

from formulas.simulator.accounts import PREMIUM
from formulas.simulator.frames import frame, payloads
from formulas.simulator.server import Simulator

ORIGIN = Origin("https://www.tradingview.com")


class Client:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._received: list[str] = []
        self.hello: dict[str, Any] = {}

    @property
    def headers(self) -> Headers:
        """The headers with which the handshake was answered."""
        assert self.connection.response is not None
        return self.connection.response.headers

    async def send(self, method: str, *arguments: Any) -> None:
        await self.connection.send(frame(json.dumps({"m": method, "p": arguments})))

    async def payload(self) -> str:
        while not self._received:
            self._received = list(payloads(str(await self.connection.recv())))
        return self._received.pop(0)

    async def message(self) -> dict[str, Any]:
        while (payload := await self.payload()).startswith("~h~"):
            pass
        return dict(json.loads(payload))

    async def until(self, *methods: str) -> list[dict[str, Any]]:
        """Return messages up to the first of these methods."""
        messages = [await self.message()]
        while messages[-1].get("m") not in methods:
            messages.append(await self.message())
        return messages

    async def ask_bars(
        self, session: str, symbol: str, resolution: str = "1D", count: int = 300
    ) -> Self:
        await self.send("chart_create_session", session, "")
        await self.send("resolve_symbol", session, "sds_sym_1", symbol)
        series = ("sds_1", "s1", "sds_sym_1", resolution, count, "")
        await self.send("create_series", session, *series)
        return self


@asynccontextmanager
async def dial(simulator: Simulator, token: str | None = None) -> AsyncIterator[Client]:
    url = f"{simulator.settings()['TRADINGVIEW_WS_URL']}?from=chart%2F&type=chart"
    async with connect(url, origin=ORIGIN, max_size=None) as connection:
        client = Client(connection)
        client.hello = await client.message()
        now = simulator.config.clock()
        await client.send("set_auth_token", token or PREMIUM.token(now))
        yield client
