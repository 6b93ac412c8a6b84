"""Answers taken from a capture of the real thing, for its own symbol and resolution.

A capture is JSON lines, one websocket message each: `direction` ("send" for the
client's), `at` (seconds), `data` (the text). Pure.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from formulas.simulator.answers import Answer, Message, Stage, compact
from formulas.simulator.asking import symbol_in
from formulas.simulator.frames import payloads

_STAGES = {
    "series_loading": Stage.LOADING,
    "symbol_resolved": Stage.RESOLVED,
    "timescale_update": Stage.DATA,
    "series_completed": Stage.COMPLETED,
}


@dataclass(frozen=True, slots=True)
class Recording:
    """The captured answer to one series, and the ids the captured client had chosen."""

    session: str
    slot: str
    series: str
    turnaround: str
    symbol: str
    resolution: str
    messages: tuple[Message, ...]

    def replayed(self, answer: Answer) -> Answer:
        """Return the captured messages in place of an answer to the same question."""
        if answer.symbol != self.symbol:
            return answer
        if not answer.series:
            return replace(answer, messages=self._messages(answer, resolved=True))
        if answer.resolution != self.resolution:
            return answer
        return replace(answer, messages=self._messages(answer, resolved=False))

    def _messages(self, answer: Answer, *, resolved: bool) -> list[Message]:
        return [
            replace(each, text=self._renamed(each.text, answer))
            for each in self.messages
            if (each.stage is Stage.RESOLVED) == resolved
        ]

    def _renamed(self, text: str, answer: Answer) -> str:
        """Return the text with this client's ids; the captured clock stays."""
        for captured, current in (
            (self.session, answer.session),
            (self.slot, answer.slot),
            (self.series, answer.series),
            (self.turnaround, answer.turnaround),
        ):
            if current:
                text = text.replace(compact(captured), compact(current))
        return text


def read_recording(lines: Iterable[str]) -> Recording:
    """Return the first series of a capture.

    Raises:
        ValueError: there is none, or it was not answered with bars.
    """
    slots: dict[str, str] = {}
    recording: Recording | None = None
    for line in lines:
        entry = json.loads(line)
        for payload in payloads(entry["data"]):
            if not payload.startswith('{"m":'):
                continue
            call = json.loads(payload)
            if entry["direction"] == "send":
                recording = recording or _asked(call["m"], call["p"], slots)
            elif recording and call["p"][0] == recording.session:
                recording = _answered(recording, call["m"], payload)
                if call["m"] == "series_completed":
                    return recording
    raise ValueError("the capture holds no series")


def _asked(
    method: str, arguments: list[str], slots: dict[str, str]
) -> Recording | None:
    if method == "resolve_symbol":
        _, slot, text = arguments
        slots[slot] = symbol_in(text)
    elif method == "create_series":
        session, series, turnaround, slot, resolution, *_ = arguments
        symbol = slots[slot]
        return Recording(session, slot, series, turnaround, symbol, resolution, ())
    return None


def _answered(recording: Recording, method: str, payload: str) -> Recording:
    if method not in _STAGES:
        return recording
    kept = Message(payload, _STAGES[method], stamped=False)
    return replace(recording, messages=(*recording.messages, kept))
