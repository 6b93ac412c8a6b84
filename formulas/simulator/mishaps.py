"""What a series' answer looks like after a fault has been at it. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from formulas.simulator.answers import (
    Answer,
    CriticalError,
    Message,
    ProtocolError,
    Stage,
    compact,
    message,
)
from formulas.simulator.faults import Fault
from formulas.simulator.timescale import NODE

NO_NUMBER = 1e100

# Stale bars have times of their own: fresh ones must not just come in their place.
_OTHER_SECONDS = 3600

# Not of the basic plane: JavaScript and Python count this name's length differently.
_DESCRIPTION = "Café Zürich भारत 🚀"


def spoiled(answer: Answer, fault: Fault) -> Answer | None:
    """Return the answer that a client gets instead; None for no answer at all.

    Deeds on the connection itself are only noted; the outbox and the shell do them.
    """
    if fault.do == "silence":
        return None
    if fault.do == "delay":
        return answer.later(fault.seconds)
    if fault.do == "critical_error":
        return CriticalError(answer.session, fault.reason or "internal error").answer()
    if fault.do == "protocol_error":
        return ProtocolError(fault.reason or "banned").answer()
    if fault.do in _REWRITES:
        return replace(answer, messages=_REWRITES[fault.do](answer, fault))
    return replace(answer, mishap=fault.do)


def _failed(answer: Answer, fault: Fault) -> list[Message]:
    ids = [answer.session, answer.series, answer.turnaround]
    error = [*ids, fault.reason or "resolve error", NODE]
    return [answer.messages[0], message("series_error", error, Stage.COMPLETED)]


def _unresolved(answer: Answer, fault: Fault) -> list[Message]:
    slot = [answer.session, answer.slot, fault.reason or "invalid symbol"]
    loading, error = _failed(answer, replace(fault, reason="resolve error"))
    return [loading, message("symbol_error", slot, Stage.RESOLVED), error]


def _without_bars(answer: Answer, fault: Fault) -> list[Message]:
    return [each for each in answer.messages if not _is_update(each)]


def _described_beyond_ascii(answer: Answer, fault: Fault) -> list[Message]:
    (resolved,) = answer.messages
    content = json.loads(resolved.text)
    content["p"][2]["description"] = _DESCRIPTION
    return [replace(resolved, text=compact(content))]


def _with_absurd_prices(answer: Answer, fault: Fault) -> list[Message]:
    def absurd(points: list[Any]) -> list[Any]:
        for point in points[1::10]:
            point["v"][1:5] = [NO_NUMBER] * 4
        return points

    return _with_points(answer, absurd)


def _with_fewer_bars(answer: Answer, fault: Fault) -> list[Message]:
    return _with_points(answer, lambda points: points[-fault.bars :])


def _after_stale_bars(answer: Answer, fault: Fault) -> list[Message]:
    def others(points: list[Any]) -> list[Any]:
        for point in points:
            point["v"][0] -= _OTHER_SECONDS
            point["v"][1:5] = [2 * price for price in point["v"][1:5]]
        return points

    stale = [
        _parsed(each, others, turnaround="s0")
        for each in answer.messages
        if _is_update(each)
    ]
    return [*answer.messages[:1], *stale, *answer.messages[1:]]


def _with_points(
    answer: Answer, change: Callable[[list[Any]], list[Any]]
) -> list[Message]:
    return [
        _parsed(each, change) if _is_update(each) else each for each in answer.messages
    ]


def _parsed(
    update: Message, change: Callable[[list[Any]], list[Any]], turnaround: str = ""
) -> Message:
    content = json.loads(update.text)
    for data in content["p"][1].values():
        data["s"] = change(data["s"])
        data["t"] = turnaround or data["t"]
    return replace(update, text=compact(content))


def _is_update(each: Message) -> bool:
    return each.text.startswith('{"m":"timescale_update"')


_REWRITES: Mapping[str, Callable[[Answer, Fault], list[Message]]] = {
    "absurd": _with_absurd_prices,
    "fewer": _with_fewer_bars,
    "non_ascii": _described_beyond_ascii,
    "no_data": _without_bars,
    "series_error": _failed,
    "stale": _after_stale_bars,
    "symbol_error": _unresolved,
}
