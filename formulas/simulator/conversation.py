"""What the chart server says on one socket: its sessions, and what they answer.

Pure: payloads in, answers out. Time, latency, heartbeats and faults are the shell's.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from formulas.simulator.access import Access, read_token
from formulas.simulator.answers import Answer, CriticalError, ProtocolError
from formulas.simulator.chart import ChartSession
from formulas.simulator.quotes import QuoteSession
from formulas.simulator.timescale import Timescale


@dataclass(frozen=True, slots=True)
class Limits:
    """What one account, one address and one socket may open; None lifts a limit.

    `sessions_kill_socket` chooses how too many sessions are refused: by ending the
    socket, or by ending the one session.
    """

    series_per_session: int = 1
    sessions_per_socket: int | None = 200
    sessions_kill_socket: bool = True
    sockets: int | None = 5
    dial_gap_seconds: float = 0.1


@dataclass
class Conversation:
    """One socket's state after the hello.

    `heard` counts the client's messages by name. `session_refusal` may return the
    error with which a new chart session is refused.
    """

    timescale: Timescale
    limits: Limits
    heard: Counter[str] = field(default_factory=Counter)
    session_refusal: Callable[[str], Exception | None] = lambda _: None
    access: Access | None = None
    sessions: dict[str, ChartSession | QuoteSession] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    created: int = 0

    def receive(self, payload: str, now: float) -> list[Answer]:
        """Answer one payload of the client's. An expired token gets silence.

        Errors are answers too: one that `closes` is the last.
        """
        try:
            return self._receive(payload, now)
        except CriticalError as error:
            self.sessions.pop(error.session, None)
            self.ended.add(error.session)
            return [error.answer()]
        except ProtocolError as error:
            return [error.answer()]

    def live(self, now: float) -> list[Answer]:
        """Return what has changed since it was last sent."""
        if self.access and self.access.is_expired(now):
            return []
        return [
            answer for session in self.sessions.values() for answer in session.live(now)
        ]

    @property
    def charts_open(self) -> int:
        return sum(isinstance(each, ChartSession) for each in self.sessions.values())

    def _receive(self, payload: str, now: float) -> list[Answer]:
        method, arguments = _call(payload)
        self.heard[method] += 1
        if method == "set_auth_token":
            self._authorise(arguments)
        if self.access is None or self.access.is_expired(now):
            return []
        match method:
            case "chart_create_session" | "quote_create_session":
                self._create(method, arguments[0], self.access)
            case "chart_delete_session" | "quote_delete_session":
                self._session(method, arguments)
                self.sessions.pop(arguments[0], None)
            case _ if method in _SESSIONLESS or not arguments:
                pass
            case _:
                session = self._session(method, arguments)
                return session.receive(method, arguments[1:], now) if session else []
        return []

    def _authorise(self, arguments: list[Any]) -> None:
        self.access = read_token(arguments[0])
        if self.access is None:
            raise ProtocolError("bad auth token")

    def _create(self, method: str, name: str, access: Access) -> None:
        if name in self.sessions:
            raise CriticalError(name, "duplicate id", method)
        if method == "quote_create_session":
            exchange = self.timescale.exchange
            self.sessions[name] = QuoteSession(name, access, exchange)
            return
        if error := self.session_refusal(name):
            raise error
        self.created += 1
        limit = self.limits.sessions_per_socket
        if limit is not None and self.created > limit:
            if self.limits.sessions_kill_socket:
                raise ProtocolError("max sessions rate reached")
            raise CriticalError(name, "max sessions rate reached")
        self.sessions[name] = ChartSession(
            name, access, self.timescale, self.limits.series_per_session
        )

    def _session(
        self, method: str, arguments: list[Any]
    ) -> ChartSession | QuoteSession | None:
        """Return the session that a message names; None for one ended by an error."""
        name, *rest = arguments
        if name in self.ended:
            return None
        if name not in self.sessions:
            listed = ",".join(json.dumps(argument) for argument in rest)
            raise ProtocolError(
                f'{{unknown_session_id,<<"{method}">>,<<"{name}">>,[{listed}]}}'
            )
        return self.sessions[name]


_SESSIONLESS = frozenset({"set_auth_token", "set_locale", "set_data_quality"})


def _call(payload: str) -> tuple[str, list[Any]]:
    try:
        call = json.loads(payload)
        method, arguments = call["m"], call["p"]
    except (ValueError, TypeError, KeyError) as error:
        raise ProtocolError("wrong data") from error
    return str(method), list(arguments)
