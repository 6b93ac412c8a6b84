"""The exchange simulator: both upstreams on one loopback port.

In a test, on any free port and in the same event loop:

    async with serve(Config(latency=INSTANT)) as simulator:
        client = Client(**simulator.settings())
        ...
        assert simulator.state.series_created == 88

`simulator.faults.replace([...])` makes things go wrong (see `faults`),
`simulator.exchange.bars(symbol, resolution, count, now)` is the truth to compare with,
`simulator.state` counts what arrived. `manage.py simulate` runs the same from a shell,
with the address `/simulator/` in place of those attributes.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

import h11

from formulas.simulator.chart_socket import Setting
from formulas.simulator.config import Config
from formulas.simulator.control import Control
from formulas.simulator.faults import Faults
from formulas.simulator.http_faults import Dropped, endured
from formulas.simulator.marketinout import MarketInOut
from formulas.simulator.site import Request, Response
from formulas.simulator.state import State
from formulas.simulator.timescale import timescale_of
from formulas.simulator.tradingview import SOCKET_PATH, ChartServer
from formulas.simulator.web import serve_http
from formulas.simulator.website import Website

# How a connection may end before its time.
_ENDS = (
    ConnectionError,
    asyncio.IncompleteReadError,
    asyncio.LimitOverrunError,
    h11.RemoteProtocolError,
    Dropped,
)


class Simulator:
    """A running simulator."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.port = 0
        self.timescale = timescale_of(config.seed)
        self.exchange = self.timescale.exchange
        self.faults = Faults(config.faults, config.seed)
        self.state = State()
        self.marketinout = MarketInOut(
            self.exchange, redirects_to_login=config.redirects_to_login
        )
        self.website = Website()
        self._setting = Setting(
            config,
            self.timescale,
            self.faults,
            self.state,
            # Only spreads latencies; the same seed spreads them alike.
            Random(config.seed),  # noqa: S311
        )
        self._charts = ChartServer(self._setting)
        self._control = Control(
            self.exchange, self.marketinout, self.faults, self.state
        )

    def settings(self) -> dict[str, str]:
        """Return the app's settings that lead it here."""
        address = f"127.0.0.1:{self.port}"
        return {
            "MARKETINOUT_URL": f"http://{address}",
            "MARKETINOUT_API_URL": f"http://{address}",
            "TRADINGVIEW_URL": f"http://{address}",
            "TRADINGVIEW_WS_URL": f"ws://{address}{SOCKET_PATH}",
        }

    async def connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one connection until it ends."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.partition(b" ")[2].startswith(SOCKET_PATH.encode()):
                await self._charts.serve(head, reader, writer)
            else:
                await serve_http(head, reader, writer, self._answer)
        except _ENDS:
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, request: Request) -> Response:
        now = self.config.clock()
        if controlled := self._control.answer(request, now):
            return controlled
        self.state.http[request.path] += 1
        response = (
            self.marketinout.answer(request, now)
            or self.website.answer(request, now)
            or Response("Not Found", 404)
        )
        if response.takes:
            seconds = getattr(self.config.latency, response.takes)
            await asyncio.sleep(self._setting.late(seconds))
        for fault in self.faults.due("http", path=request.path):
            response = await endured(response, fault, self.marketinout.login)
        return response


@asynccontextmanager
async def serve(config: Config | None = None) -> AsyncIterator[Simulator]:
    """Run a simulator on the loopback address, for as long as the block lasts.

    Raises:
        OSError: the port is taken.
    """
    simulator = Simulator(config or Config())
    connections: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(simulator.connected(reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", simulator.config.port)
    simulator.port = server.sockets[0].getsockname()[1]
    try:
        yield simulator
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        server.abort_clients()  # one may have connected at the last moment
        await server.wait_closed()
