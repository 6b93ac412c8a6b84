"""Bars: open, high, low, close and volume of one span of time."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeGuard

# TradingView writes "no number" as 1e+100; nothing traded comes anywhere near this.
_ABSURD = 1e15


class Bar(NamedTuple):
    """One bar; `time` is the UTC second at which its session opened.

    `volume` is None where the instrument has none, as many indices.
    """

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None


def bar_from_values(values: Sequence[float | None]) -> Bar | None:
    """Return the bar in TradingView's `v`: time, OHLC and, where it exists, volume.

    None when the time or a price is missing or absurd: such a point holds no bar.
    """
    if len(values) < 5:
        return None
    time, opened, high, low, close, *rest = values
    if not (
        _real(time) and _real(opened) and _real(high) and _real(low) and _real(close)
    ):
        return None
    volume = rest[0] if rest else None
    return Bar(
        int(time),
        opened,
        high,
        low,
        close,
        volume if _real(volume) and volume >= 0 else None,
    )


def in_order(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    """Return the bars by ascending time; of two with one time the later one given."""
    by_time = {bar.time: bar for bar in bars}
    return tuple(by_time[time] for time in sorted(by_time))


def _real(number: float | None) -> TypeGuard[float]:
    return number is not None and abs(number) < _ABSURD
