"""How clients ask: symbol descriptors, counts of bars, ranges of time."""

import json
from datetime import UTC, datetime
from typing import Any

# The largest plan's; nobody gets more at once.
_MOST_BARS = 40_000

# How far back the named ranges reach, in days.
_RANGES = {"1": 1, "5": 7, "1M": 31, "3M": 92, "6M": 183, "12M": 366, "60M": 1827}
_DAY = 86_400


def symbol_in(text: str) -> str:
    """Return the symbol of a descriptor: `NSE:TCS`, or `={"symbol":"NSE:TCS"}`.

    Raises:
        ValueError: it is neither.
    """
    if not text.startswith("="):
        return text
    symbol = json.loads(text[1:])["symbol"]
    # A synthetic chart (Heikin Ashi and its like) wraps the descriptor once more.
    return str(symbol["symbol"] if isinstance(symbol, dict) else symbol)


def bars_asked(count: int | list[Any]) -> int:
    """Return the number in `300` or in `["bar_count", time, -300]`."""
    return min(abs(count[2]) if isinstance(count, list) else int(count), _MOST_BARS)


def range_asked(more: list[Any]) -> str:
    """Return the range that may follow a series' other arguments."""
    return str(more[0]) if more else ""


def range_start(time_range: str, now: float) -> float:
    """Return the UTC second at which a range (`r,from:to`, `12M`, `ALL`) starts."""
    if time_range.startswith("r,"):
        return float(time_range[2:].partition(":")[0])
    if time_range == "ALL":
        return 0
    if time_range == "YTD":
        year = datetime.fromtimestamp(now, UTC).year
        return datetime(year, 1, 1, tzinfo=UTC).timestamp()
    return now - _DAY * _RANGES.get(time_range, 1)
