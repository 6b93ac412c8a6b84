"""Faults: a script of what goes wrong, where, and how often.

Pure: the shells ask `Faults.due` at each occasion, and do what it says. A script is
JSON, a list of rules:

    [{"on": "series", "symbol": "NSE:TCS", "resolution": "1D", "do": "delay",
      "seconds": 2, "first": 1},
     {"on": "http", "path": "/run/screen", "do": "status", "status": 500, "every": 3},
     {"on": "dial", "do": "status", "status": 429, "after": 2}]

`on` and `do` are required, and `DEEDS` lists the deeds of each occasion. `symbol`,
`resolution` and `path` (a prefix) narrow a rule down. Of the occasions left, `after`
skips the first few, `first` takes only so many, `every` takes each n-th, and
`probability` takes some by chance that hangs on the seed. Further keys belong to
single deeds: `seconds`, `status`, `reason`, `bars`, `text`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from hashlib import shake_128
from typing import Any

# What can happen at each occasion. "delay" adds `seconds`; "drop" cuts the connection
# off in the middle; "silence" answers nothing more.
DEEDS: Mapping[str, frozenset[str]] = {
    # A websocket handshake arrives.
    "dial": frozenset({"delay", "drop", "silence", "status"}),
    # A websocket is open; "seconds" later it is cut off, its token expires …
    "socket": frozenset({"drop", "expire", "mute", "protocol_error"}),
    # A client makes a chart session.
    "session": frozenset({"critical_error", "protocol_error"}),
    # A series is about to be answered.
    "series": frozenset(
        {
            "absurd",  # 1e+100 among the prices
            "critical_error",
            "delay",
            "drop",
            "fewer",  # only the newest `bars`
            "garbage",  # what is no frame, between two frames
            "no_data",  # completed, but without bars
            "protocol_error",
            "series_error",
            "silence",
            "split",  # a frame torn over two websocket messages
            "stale",  # an earlier turnaround's bars come first
            "symbol_error",
        }
    ),
    # A symbol has been resolved.
    "symbol": frozenset({"delay", "non_ascii", "silence"}),
    # An HTTP request arrives, at either upstream.
    "http": frozenset(
        {
            "body",  # `text` in place of the body
            "cp1252",  # the body in windows-1252, and not saying so
            "delay",
            "drop",
            "empty",
            "html",  # a page where rows were expected
            "no_api_image",
            "sign_out",  # the session has ended
            "silence",
            "status",
            "words",  # login and password, in the text of a good page
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule of a script; see the module's text."""

    on: str
    do: str
    symbol: str = ""
    resolution: str = ""
    path: str = ""
    first: int | None = None
    after: int = 0
    every: int = 1
    probability: float = 1.0
    seconds: float = 0.0
    status: int = 500
    reason: str = ""
    bars: int = 0
    text: str = ""

    def fits(self, occasion: Mapping[str, str]) -> bool:
        """Say whether the rule is about this occasion at all."""
        return (
            self.on == occasion["on"]
            and self.symbol in ("", occasion.get("symbol"))
            and self.resolution in ("", occasion.get("resolution"))
            and occasion.get("path", "").startswith(self.path)
        )


class Faults:
    """A script, and how often each of its rules has met its occasion."""

    def __init__(
        self, script: Iterable[Mapping[str, Any]] = (), seed: str = ""
    ) -> None:
        """Take a script as read from JSON.

        Raises:
            ValueError: a rule has an unknown key, occasion or deed.
        """
        self._seed = seed
        self.replace(script)

    def replace(self, script: Iterable[Mapping[str, Any]]) -> None:
        """Take another script; counting starts anew.

        Raises:
            ValueError: as above; the old script stays.
        """
        rules = [_rule(entry) for entry in script]
        self._rules = rules
        self._met = [0] * len(rules)

    def due(self, on: str, **occasion: str) -> list[Fault]:
        """Return what goes wrong at this occasion, in the script's order."""
        return [
            rule
            for number, rule in enumerate(self._rules)
            if rule.fits({"on": on, **occasion}) and self._takes(number, rule)
        ]

    def _takes(self, number: int, rule: Fault) -> bool:
        self._met[number] += 1
        met = self._met[number] - rule.after
        return (
            met > 0
            and met % rule.every == 0
            and (rule.first is None or met // rule.every <= rule.first)
            and self._chance(number) < rule.probability
        )

    def _chance(self, number: int) -> float:
        key = f"{self._seed}/{number}/{self._met[number]}"
        return int.from_bytes(shake_128(key.encode()).digest(4)) / 2**32


_KEYS = frozenset(field.name for field in fields(Fault))


def _rule(entry: Mapping[str, Any]) -> Fault:
    if not isinstance(entry, Mapping):
        raise ValueError("a fault is an object with keys")  # noqa: TRY004
    unknown = sorted(entry.keys() - _KEYS)
    if unknown:
        raise ValueError(f"a fault has no such key: {', '.join(unknown)}")
    on, do = entry.get("on", ""), entry.get("do", "")
    if do not in DEEDS.get(on, ()):
        raise ValueError(f"nothing is known of {do or 'nothing'} on {on or 'nothing'}")
    return Fault(**entry)
