"""Invented prices: the same seed gives the same course, whichever part is asked for.

A year's closes are a random walk tied at both ends to the listing's level at the turn
of the year, so any year can be had without the years before it. The randomness is a
hash of seed, symbol and year. Prices are whole ticks.
"""

from datetime import date
from itertools import accumulate, batched, pairwise
from math import exp, log, sqrt

from formulas.simulator.day import TICKS_PER_UNIT, Day, centred, words
from formulas.simulator.listing import Listing
from formulas.simulator.trading_days import Session, sessions_of

# The listings' prices are those at the end of this year.
_REFERENCE_YEAR = 2025
_YEARLY_DRIFT, _YEARLY_SPREAD = 0.06, 0.22

# No price falls below one rupee.
_LOWEST = TICKS_PER_UNIT


class Prices:
    """Every listing's days, made a year at a time when first asked for."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._years: dict[tuple[str, int], dict[date, Day]] = {}

    def day(self, listing: Listing, session: Session) -> Day:
        """Return the listing's trading in a session, whether or not it was listed."""
        key = (listing.symbol, session.day.year)
        if key not in self._years:
            self._years[key] = self._year(listing, session.day.year)
        return self._years[key][session.day]

    def _year(self, listing: Listing, year: int) -> dict[date, Day]:
        sessions = sessions_of(year)
        key = f"{self._seed}/{listing.symbol}"
        temper, crowd = words(key, 2)
        volatility = 0.011 + 0.012 * temper / 65536
        turnover = 2e8 * exp(3 * crowd / 65536) if listing.has_volume else None
        steps = [
            volatility * _normal(*chunk)
            for chunk in batched(
                words(f"{key}/{year}/closes", 3 * len(sessions)), 3, strict=True
            )
        ]
        walk = _tied_walk(
            self._level(listing, year - 1), self._level(listing, year), steps
        )
        closes = [max(_LOWEST, round(exp(level))) for level in walk]
        return {
            session.day: _day(session, pair, volatility, turnover, key)
            for session, pair in zip(sessions, pairwise(closes), strict=True)
        }

    def _level(self, listing: Listing, year: int) -> float:
        """Return the logarithm of the price, in ticks, at the end of a year."""
        if listing.price is None:
            raise ValueError(f"{listing.symbol} has never traded")
        level = log(listing.price * TICKS_PER_UNIT)
        for passed in range(year + 1, _REFERENCE_YEAR + 1):
            level -= self._yearly_return(listing, passed)
        for passed in range(_REFERENCE_YEAR + 1, year + 1):
            level += self._yearly_return(listing, passed)
        return level

    def _yearly_return(self, listing: Listing, year: int) -> float:
        chance = words(f"{self._seed}/{listing.symbol}/{year}/return", 3)
        return _YEARLY_DRIFT + _YEARLY_SPREAD * _normal(*chance)


def _day(
    session: Session,
    closes: tuple[int, int],
    volatility: float,
    turnover: float | None,
    key: str,
) -> Day:
    """Return the day that leads from one close to the next."""
    previous, close = closes
    gap, up, down, crowd = words(f"{key}/{session.day}", 4)
    opened = max(_LOWEST, round(previous * (1 + volatility * centred(gap) / 2)))
    reach = close * volatility / 80_000
    return Day(
        session=session,
        open=opened,
        high=max(opened, close) + round(reach * up),
        low=max(_LOWEST, min(opened, close) - round(reach * down)),
        close=close,
        volume=_volume(closes, volatility, turnover, crowd) if turnover else None,
        key=key,
    )


def _volume(
    closes: tuple[int, int], volatility: float, turnover: float, crowd: int
) -> int:
    """Return a volume that grows with the day's move."""
    previous, close = closes
    move = abs(log(close / previous)) / volatility
    return round(
        turnover / (close / TICKS_PER_UNIT) * (1 + move) * (0.5 + crowd / 65536)
    )


def _tied_walk(start: float, end: float, steps: list[float]) -> list[float]:
    """Return the walk by `steps` from `start`, bent so that it finishes at `end`."""
    walk = list(accumulate(steps, initial=start))
    miss = (end - walk[-1]) / len(steps)
    return [level + miss * n for n, level in enumerate(walk)]


def _normal(*chance: int) -> float:
    """Return the numbers' sum as one near the standard normal distribution."""
    return (sum(chance) / 65536 - len(chance) / 2) / sqrt(len(chance) / 12)
