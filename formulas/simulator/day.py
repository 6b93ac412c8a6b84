"""One listing's trading in one session, minute by minute and as bars."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import shake_128
from itertools import pairwise
from struct import unpack
from typing import NamedTuple

from formulas.simulator.trading_days import Session

# A tick is 0.05: `minmov` 5 of `pricescale` 100.
TICKS_PER_UNIT = 20


class Bar(NamedTuple):
    """One bar: UTC seconds, prices, and the volume where the listing has one."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None


@dataclass(frozen=True)
class Day:
    """The day, its prices in ticks; its course hangs on `key` and the date."""

    session: Session
    open: int
    high: int
    low: int
    close: int
    volume: int | None
    key: str

    def bar(self, until: float) -> Bar:
        """Return the day's bar as it stands at `until` (UTC seconds)."""
        if until < self.session.closes:
            return self._slice(0, self.session.minutes, until)
        prices = (self.open, self.high, self.low, self.close)
        return _bar(self.session.opens, prices, self.volume)

    def bars(self, minutes: int, until: float) -> Iterator[Bar]:
        """Yield bars of so many minutes, newest first, as they stand at `until`.

        The last one of a session is short where the minutes do not divide it.
        """
        length = self.session.minutes
        for start in reversed(range(0, length, minutes)):
            if self.session.opens + 60 * start <= until:
                yield self._slice(start, min(start + minutes, length), until)

    def _slice(self, start: int, stop: int, until: float) -> Bar:
        end = min(float(stop), (until - self.session.opens) / 60)
        prices = (*self._path[start : int(end) + 1], self._price_at(end))
        volume = self.volume and self._traded_by(end) - self._traded_by(start)
        summary = (prices[0], max(prices), min(prices), prices[-1])
        return _bar(self.session.opens + 60 * start, summary, volume)

    @cached_property
    def _path(self) -> list[int]:
        """The price at each minute: open first, close last, touching high and low."""
        minutes = self.session.minutes
        peak, trough, *sway = words(f"{self.key}/{self.session.day}/path", minutes + 2)
        peak, trough = 1 + peak % (minutes - 1), 1 + trough % (minutes - 1)
        if peak == trough:
            trough = trough % (minutes - 1) + 1
        bends = {0: self.open, peak: self.high, trough: self.low, minutes: self.close}
        reach = (self.high - self.low) / 8
        path = [self.open]
        for (left, start), (right, end) in pairwise(sorted(bends.items())):
            slope = (end - start) / (right - left)
            for minute in range(left + 1, right):
                price = start + slope * (minute - left) + reach * centred(sway[minute])
                path.append(max(self.low, min(self.high, round(price))))
            path.append(end)
        return path

    def _price_at(self, minute: float) -> int:
        before = int(minute)
        after = min(before + 1, self.session.minutes)
        start, end = self._path[before], self._path[after]
        return round(start + (end - start) * (minute - before))

    def _traded_by(self, minute: float) -> int:
        """Return the volume by then: busiest after the open and before the close."""
        part = minute / self.session.minutes
        return round((self.volume or 0) * (3 * part + (2 * part - 1) ** 3 + 1) / 5)


def words(key: str, count: int) -> tuple[int, ...]:
    """Return `count` numbers below 65536 that hang on the key alone."""
    return unpack(f"<{count}H", shake_128(key.encode()).digest(2 * count))


def centred(word: int) -> float:
    """Return such a number as one from -1 to 1."""
    return word / 32768 - 1


def _bar(time: int, ticks: tuple[int, int, int, int], volume: int | None) -> Bar:
    opened, high, low, close = (price / TICKS_PER_UNIT for price in ticks)
    return Bar(
        time, opened, high, low, close, None if volume is None else float(volume)
    )
