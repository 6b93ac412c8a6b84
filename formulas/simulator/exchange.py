"""The exchange: what is listed, and the bars of anything at any moment.

Pure: the moment (`now`, UTC seconds) is always given. The truth that a test compares
with comes from here: `Exchange(seed).bars("NSE:TCS", "1D", 300, now)`.
"""

from collections.abc import Iterator
from itertools import chain, groupby, islice, takewhile

from formulas.simulator.day import Bar, Day
from formulas.simulator.listing import Listing, listings
from formulas.simulator.prices import Prices
from formulas.simulator.resolution import Resolution, parse_resolution
from formulas.simulator.trading_days import (
    Session,
    regular_opening,
    sessions_after,
    sessions_back,
)

DEFAULT_SEED = "candlestream"


class Exchange:
    """Everything listed, with prices that hang on the seed alone."""

    def __init__(self, seed: str = DEFAULT_SEED) -> None:
        self._prices = Prices(seed)
        self._listings = listings()

    def listing(self, symbol: str) -> Listing | None:
        """Return the listing of `NSE:TCS`, or None where there is none."""
        return self._listings.get(symbol)

    def bars(
        self, symbol: str, resolution: str, count: int, now: float, *, skip: int = 0
    ) -> tuple[Bar, ...]:
        """Return the newest `count` bars at `now` but for `skip`, oldest first.

        The last bar is still forming while its session runs. Fewer come back where
        the listing is young, none where it has never traded.

        Raises:
            KeyError: nothing of that symbol is listed.
            ValueError: there is no such resolution.
        """
        newest_first = self._bars_back(
            self._listings[symbol], parse_resolution(resolution), now
        )
        return tuple(islice(newest_first, skip, skip + count))[::-1]

    def count_since(self, symbol: str, resolution: str, time: float, now: float) -> int:
        """Return how many bars at `now` start at `time` (UTC seconds) or later.

        Raises:
            KeyError: nothing of that symbol is listed.
            ValueError: there is no such resolution.
        """
        bars = self._bars_back(
            self._listings[symbol], parse_resolution(resolution), now
        )
        return sum(1 for _ in takewhile(lambda bar: bar.time >= time, bars))

    def quote(self, symbol: str, now: float) -> tuple[Bar, Bar] | None:
        """Return the last two daily bars, None where it has not traded twice.

        Raises:
            KeyError: nothing of that symbol is listed.
        """
        match self.bars(symbol, "1D", 2, now):
            case (before, last):
                return before, last
            case _:
                return None

    def _bars_back(
        self, listing: Listing, resolution: Resolution, now: float
    ) -> Iterator[Bar]:
        days = self._days_back(listing, now)
        if resolution.is_intraday:
            return chain.from_iterable(day.bars(resolution.number, now) for day in days)
        if resolution.is_daily:
            return (day.bar(now) for day in days)
        periods = groupby(days, key=lambda day: resolution.period(day.session))
        return (_joined(list(group), now) for _, group in periods)

    def _days_back(self, listing: Listing, now: float) -> Iterator[Day]:
        if listing.price is None:
            return
        for session in sessions_back(now):
            if session.day < listing.listed:
                return
            yield self._prices.day(listing, session)


def closing_time(resolution: str, now: float) -> int:
    """Return the UTC second at which the bar that is newest at `now` ends.

    A day, week or month ends within the last second of its last session.
    """
    wanted = parse_resolution(resolution)
    last = next(sessions_back(now))
    if wanted.is_intraday:
        return _minutes_end(last, wanted.number, now)
    period = wanted.period(last)
    for session in sessions_after(now):
        if wanted.period(session) != period:
            break
        last = session
    return last.closes - 1


def coming_times(resolution: str, count: int, now: float) -> list[int]:
    """Return when the `count` bars after the newest one will start, UTC seconds."""
    wanted = parse_resolution(resolution)
    sessions = sessions_after(now)
    if wanted.is_intraday:
        starts = (
            time
            for session in chain((next(sessions_back(now)),), sessions)
            for time in range(session.opens, session.closes, 60 * wanted.number)
            if time > now
        )
        return list(islice(starts, count))
    current = wanted.period(next(sessions_back(now)))
    periods = groupby(sessions, key=wanted.period)
    openings = (
        _opening(wanted, next(group)) for period, group in periods if period != current
    )
    return list(islice(openings, count))


def _joined(newest_first: list[Day], now: float) -> Bar:
    """Return the bar of a period from its days; it starts as a regular day starts."""
    bars = [day.bar(now) for day in newest_first]
    volumes = [bar.volume for bar in bars if bar.volume is not None]
    return Bar(
        regular_opening(newest_first[-1].session.day),
        bars[-1].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[0].close,
        sum(volumes) if volumes else None,
    )


def _opening(resolution: Resolution, first: Session) -> int:
    return first.opens if resolution.is_daily else regular_opening(first.day)


def _minutes_end(session: Session, minutes: int, now: float) -> int:
    if now >= session.closes:
        last = (session.minutes - 1) // minutes
    else:
        last = int(now - session.opens) // 60 // minutes
    return min(session.opens + 60 * minutes * (last + 1), session.closes)
