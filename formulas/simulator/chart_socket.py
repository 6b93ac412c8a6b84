"""One open socket of the chart server: time, heartbeats, and faults on the way."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from hashlib import shake_128
from random import Random
from typing import Any

from formulas.simulator.answers import Answer, CriticalError, ProtocolError
from formulas.simulator.config import Config
from formulas.simulator.conversation import Conversation
from formulas.simulator.faults import Fault, Faults
from formulas.simulator.frames import frame, payloads
from formulas.simulator.mishaps import spoiled
from formulas.simulator.outbox import Outbox, Outgoing
from formulas.simulator.state import State
from formulas.simulator.timescale import Timescale
from formulas.simulator.websocket import WebSocket

# Answers due within this time of each other leave together.
_TOGETHER_SECONDS = 0.001

_BEATS_UNANSWERED = 2

# How long the client has to answer the closing handshake.
_CLOSING_SECONDS = 5.0


@dataclass(frozen=True)
class Setting:
    """What all sockets of one simulator share."""

    config: Config
    timescale: Timescale
    faults: Faults
    state: State
    random: Random

    def late(self, seconds: float) -> float:
        """Return a latency with its share of chance."""
        return seconds + self.random.uniform(0, self.config.latency.jitter)


class _EndedError(Exception):
    """The socket is over; ends whatever else runs on it."""


class ChartSocket:
    """One client's socket, from the hello to its end."""

    def __init__(
        self,
        setting: Setting,
        websocket: WebSocket,
        admit: Callable[["ChartSocket"], None],
    ) -> None:
        self._setting, self._config = setting, setting.config
        self._websocket, self._admit = websocket, admit
        self._outbox = Outbox()
        self._news = asyncio.Event()
        self._beats_sent = self._beats_echoed = 0
        self._is_mute = self._is_silent = False
        self._sessions_open = 0
        self.conversation = Conversation(
            setting.timescale,
            setting.config.limits,
            heard=setting.state.messages,
            session_refusal=self._session_refusal,
        )

    @property
    def user_id(self) -> int | None:
        access = self.conversation.access
        return access.user_id if access else None

    async def run(self) -> None:
        """Talk until one side ends it; nothing goes on afterwards."""
        await self._websocket.send(frame(self._hello()))
        jobs: list[Coroutine[Any, Any, None]] = [
            self._read(),
            self._write(),
            self._beat(),
            *(self._suffer(fault) for fault in self._setting.faults.due("socket")),
        ]
        if self._config.live_seconds is not None:
            jobs.append(self._report(self._config.live_seconds))
        try:
            async with asyncio.TaskGroup() as group:
                for job in jobs:
                    group.create_task(job)
        except* (_EndedError, ConnectionError):
            pass
        finally:
            self._setting.state.count_sessions(-self._sessions_open)

    def put(self, answer: Answer) -> None:
        """Send an answer when its time has come."""
        seconds = answer.extra_seconds
        if answer.delayed:
            seconds += self._setting.late(self._config.latency.series)
        self._outbox.put(answer, asyncio.get_running_loop().time() + seconds)
        self._news.set()

    # What runs while the socket is open

    async def _read(self) -> None:
        async for message in self._websocket.messages():
            self._receive(message)
        raise _EndedError

    async def _write(self) -> None:
        while True:
            self._news.clear()
            until = asyncio.get_running_loop().time() + _TOGETHER_SECONDS
            for outgoing in self._outbox.take(until, self._config.clock()):
                await self._send(outgoing)
            try:
                async with asyncio.timeout_at(self._outbox.next_due):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _beat(self) -> None:
        while self._beats_sent - self._beats_echoed <= _BEATS_UNANSWERED:
            await asyncio.sleep(self._config.heartbeat_seconds)
            if not self._is_mute:
                self._beats_sent += 1
                await self._websocket.send(frame(f"~h~{self._beats_sent}"))
        await self._websocket.close()
        raise _EndedError

    async def _report(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            for answer in self.conversation.live(self._config.clock()):
                self.put(answer)

    async def _suffer(self, fault: Fault) -> None:
        await asyncio.sleep(fault.seconds)
        match fault.do:
            case "drop":
                await self._websocket.break_off()
                raise _EndedError
            case "expire":
                self._is_silent = True
            case "mute":
                self._is_mute = True
            case _:
                self.put(ProtocolError(fault.reason or "banned").answer())

    async def _send(self, outgoing: Outgoing) -> None:
        if outgoing.ends == "cut":
            await self._websocket.break_off(outgoing.text)
            raise _EndedError
        await self._websocket.send(outgoing.text)
        if outgoing.ends == "close":
            await self._websocket.close()
            await asyncio.sleep(_CLOSING_SECONDS)
            raise _EndedError

    # One message of the client's

    def _receive(self, message: str) -> None:
        try:
            received = list(payloads(message))
        except ValueError:
            self.put(ProtocolError("wrong data").answer())
            return
        for payload in received:
            if payload.startswith("~h~"):
                self._beats_echoed = self._beats_sent
                self._setting.state.heartbeats_echoed += 1
            elif not self._is_silent:
                self._converse(payload)

    def _converse(self, payload: str) -> None:
        was_known = self.conversation.access is not None
        answers = self.conversation.receive(payload, self._config.clock())
        if self.conversation.access and not was_known:
            self._admit(self)
        before, self._sessions_open = self._sessions_open, self.conversation.charts_open
        self._setting.state.count_sessions(self._sessions_open - before)
        for answer in answers:
            endured = self._endured(self._replayed(answer))
            if endured is not None:
                self.put(endured)

    def _replayed(self, answer: Answer) -> Answer:
        recording = self._config.replay
        return recording.replayed(answer) if recording else answer

    def _endured(self, answer: Answer) -> Answer | None:
        """Return the answer after what the script does to it."""
        if not answer.symbol:
            return answer
        on = "series" if answer.series else "symbol"
        endured: Answer | None = answer
        for fault in self._setting.faults.due(
            on, symbol=answer.symbol, resolution=answer.resolution
        ):
            if fault.do == "symbol_error":
                self._outbox.unresolve(answer.session)
            if endured is not None:
                endured = spoiled(endured, fault)
        return endured

    def _session_refusal(self, session: str) -> CriticalError | ProtocolError | None:
        for fault in self._setting.faults.due("session"):
            reason = fault.reason or "max sessions rate reached"
            if fault.do == "critical_error":
                return CriticalError(session, reason)
            return ProtocolError(reason)
        return None

    def _hello(self) -> str:
        now = self._config.clock()
        digest = shake_128(self._config.seed.encode())
        hello = {
            "session_id": f"0.{id(self) % 100_000}.1830_mum1-charts-pro-4-tvbs-x4ur6-3",
            "timestamp": int(now),
            "timestampMs": int(now * 1000),
            "release": "release_208-91",
            "studies_metadata_hash": digest.hexdigest(20),
            "auth_scheme_vsn": 2,
            "protocol": "json",
            "via": "127.0.0.1:443",
            "javastudies": ["3.66"],
        }
        return json.dumps(hello, separators=(",", ":"))
