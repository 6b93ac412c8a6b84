"""Answers: messages that leave the chart server together, and the errors it knows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any


class Stage(IntEnum):
    """Where a message stands among those of one chart that are due at one moment."""

    LOADING = 0
    CLEARED = 1
    RESOLVED = 2
    DATA = 3
    COMPLETED = 4


@dataclass(frozen=True, slots=True)
class Message:
    """One message as JSON text; `stamped` ones carry the server's clock when sent."""

    text: str
    stage: Stage = Stage.DATA
    stamped: bool = True

    def sent_at(self, now: float) -> str:
        """Return the text as it leaves at `now` (UTC seconds)."""
        if not self.stamped:
            return self.text
        return f'{self.text[:-1]},"t":{int(now)},"t_ms":{int(now * 1000)}}}'


@dataclass(frozen=True, slots=True)
class Answer:
    """Messages due together. `delayed` ones wait for the upstream's usual time.

    `symbol` is what was resolved, or what the bars are of; an answer with bars names
    their series too. `closes` says that the socket ends after it; `mishap` how the
    answer comes to grief on its way.
    """

    session: str
    messages: Sequence[Message]
    delayed: bool = False
    series: str = ""
    slot: str = ""
    symbol: str = ""
    resolution: str = ""
    turnaround: str = ""
    closes: bool = False
    extra_seconds: float = 0.0
    mishap: str = ""

    def later(self, seconds: float) -> "Answer":
        return replace(self, delayed=True, extra_seconds=self.extra_seconds + seconds)


@dataclass
class CriticalError(Exception):
    """What ends one session; `method` and `arguments` are what the client had sent."""

    session: str
    reason: str
    detail: str = ""

    def answer(self) -> Answer:
        parameters = [
            self.session,
            self.reason,
            *([self.detail] if self.detail else []),
        ]
        return Answer(self.session, [message("critical_error", parameters)])


@dataclass
class ProtocolError(Exception):
    """What ends the whole socket."""

    reason: str
    session: str = field(default="", init=False)

    def answer(self) -> Answer:
        refusal = message("protocol_error", [self.reason], stamped=False)
        return Answer("", [refusal], closes=True)


def message(
    method: str,
    parameters: Sequence[Any],
    stage: Stage = Stage.DATA,
    *,
    stamped: bool = True,
) -> Message:
    """Return the message; what is not ASCII travels as itself, never escaped."""
    return Message(compact({"m": method, "p": parameters}), stage, stamped)


def compact(value: Any) -> str:
    """Return JSON without spaces, as the server writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def called(method: str, arguments: Sequence[Any]) -> str:
    """Return how the server quotes a call that it refuses."""
    listed = ", ".join(str(argument) for argument in arguments)
    return f'method: {method}. args: "[{listed}]"'
