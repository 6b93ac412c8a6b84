"""TradingView's chart server: which dials it takes, and all sockets that are open."""

import asyncio
from http import HTTPStatus

from formulas.simulator.answers import ProtocolError
from formulas.simulator.chart_socket import ChartSocket, Setting
from formulas.simulator.websocket import WebSocket

SOCKET_PATH = "/socket.io/websocket"

_ORIGINS = frozenset({"https://www.tradingview.com", "https://data.tradingview.com"})

# Two dials spaced by exactly the gap may arrive a little closer together.
_DIAL_SLACK_SECONDS = 0.01


class ChartServer:
    """All sockets of one simulator."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._sockets: list[ChartSocket] = []
        self._dialling = 0
        self._last_dial = float("-inf")

    async def serve(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one handshake, and talk on the socket until either side ends it."""
        config = self._setting.config
        websocket = WebSocket(
            head, reader, writer, allows_deflate=config.allows_deflate
        )
        refusal = self._refusal(websocket.origin)
        self._dialling += 1
        try:
            accepted = await self._handshake(websocket, refusal)
        finally:
            self._dialling -= 1
        if accepted:
            await self._converse(ChartSocket(self._setting, websocket, self._admit))

    def _refusal(self, origin: str | None) -> int | None:
        """Return the status with which a dial is turned down, if it is."""
        self._setting.state.dials += 1
        limits = self._setting.config.limits
        now = asyncio.get_running_loop().time()
        since, self._last_dial = now - self._last_dial, now
        if origin not in _ORIGINS:
            return HTTPStatus.FORBIDDEN
        is_hasty = since < limits.dial_gap_seconds - _DIAL_SLACK_SECONDS
        taken = len(self._sockets) + self._dialling
        is_full = limits.sockets is not None and taken >= limits.sockets
        return HTTPStatus.TOO_MANY_REQUESTS if is_hasty or is_full else None

    async def _handshake(self, websocket: WebSocket, refusal: int | None) -> bool:
        """Answer the handshake in its time; say whether a socket is open now."""
        for fault in self._setting.faults.due("dial"):
            match fault.do:
                case "delay":
                    await asyncio.sleep(fault.seconds)
                case "drop":
                    await websocket.break_off()
                    return False
                case "silence":
                    await asyncio.Event().wait()
                case _:
                    refusal = fault.status
        if refusal is not None:
            self._setting.state.refused += 1
            await websocket.refuse(refusal)
            return False
        await asyncio.sleep(self._setting.late(self._setting.config.latency.connect))
        return await websocket.accept({"Server": "tv"})

    async def _converse(self, socket: ChartSocket) -> None:
        state = self._setting.state
        self._sockets.append(socket)
        state.count_sockets(len(self._sockets))
        try:
            await socket.run()
        finally:
            self._sockets.remove(socket)
            state.count_sockets(len(self._sockets))

    def _admit(self, newest: ChartSocket) -> None:
        """Close an account's oldest socket where it now has more than its plan has."""
        access = newest.conversation.access
        if access is None or access.max_connections is None:
            return
        theirs = [
            socket for socket in self._sockets if socket.user_id == access.user_id
        ]
        if len(theirs) > access.max_connections:
            theirs[0].put(ProtocolError("user connections limit reached").answer())
