"""What waits to be sent on one socket, and how frames share websocket messages.

Pure: the moment is given. As upstream, the answers of neighbouring sessions that are
due together are interleaved in one message, each session's own order kept.
"""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from itertools import batched, count
from typing import NamedTuple

from formulas.simulator.answers import Answer, Message
from formulas.simulator.frames import frame

# Two charts of 300 bars make a message of 70 kB; the captured ones reach 140 kB.
_SESSIONS_PER_MESSAGE = 2

_GARBAGE = "~m~oops~m~\x00\ufffd"


class Outgoing(NamedTuple):
    """One websocket message. `ends` says what follows it: "", "close", or "cut"."""

    text: str
    ends: str = ""


class Outbox:
    """Answers by the moment at which they are due."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Answer]] = []
        self._order = count()

    def put(self, answer: Answer, due: float) -> None:
        """Have the answer sent when it is due, yet not before its session's others."""
        if answer.session:
            theirs = (at for at, _, a in self._waiting if a.session == answer.session)
            due = max([due, *theirs])
        heappush(self._waiting, (due, next(self._order), answer))

    def unresolve(self, session: str) -> None:
        """Forget that a session's symbol was about to be resolved."""
        self._waiting = [
            entry
            for entry in self._waiting
            if entry[2].session != session or entry[2].series or not entry[2].symbol
        ]
        heapify(self._waiting)

    @property
    def next_due(self) -> float | None:
        return self._waiting[0][0] if self._waiting else None

    def take(self, until: float, stamp: float) -> Iterator[Outgoing]:
        """Yield what is due, stamped with the server's clock (UTC seconds)."""
        sessions: dict[str, list[Answer]] = {}
        while self._waiting and self._waiting[0][0] <= until:
            answer = heappop(self._waiting)[2]
            if answer.closes:
                yield from _sent(sessions, stamp)
                yield Outgoing(_framed(answer.messages, stamp), "close")
                return
            sessions.setdefault(answer.session, []).append(answer)
        yield from _sent(sessions, stamp)


def _sent(sessions: dict[str, list[Answer]], stamp: float) -> Iterator[Outgoing]:
    whole = [name for name in sessions if not _mishap(sessions[name])]
    for names in batched(whole, _SESSIONS_PER_MESSAGE, strict=False):
        answers = [answer for name in names for answer in sessions[name]]
        yield Outgoing(_framed(_in_order(answers), stamp))
    for answers in sessions.values():
        if mishap := _mishap(answers):
            yield from _spoiled(_in_order(answers), mishap, stamp)


def _spoiled(messages: list[Message], mishap: str, stamp: float) -> Iterator[Outgoing]:
    text = _framed(messages, stamp)
    half = len(text) // 2
    match mishap:
        case "garbage":
            frames = (frame(each.sent_at(stamp)) for each in messages)
            yield Outgoing(_GARBAGE.join(frames))
        case "split":
            yield Outgoing(text[:half])
            yield Outgoing(text[half:])
        case _:
            yield Outgoing(text, "cut")


def _mishap(answers: list[Answer]) -> str:
    return next((answer.mishap for answer in answers if answer.mishap), "")


def _in_order(answers: list[Answer]) -> list[Message]:
    messages = (each for answer in answers for each in answer.messages)
    return sorted(messages, key=lambda each: each.stage)


def _framed(messages: Iterable[Message], stamp: float) -> str:
    return "".join(frame(each.sent_at(stamp)) for each in messages)
