"""Bars on the wire: `timescale_update` and `du`, with the marks of the time axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from formulas.simulator.answers import Message, Stage, compact, message
from formulas.simulator.day import Bar
from formulas.simulator.exchange import Exchange, closing_time, coming_times
from formulas.simulator.resolution import Resolution, parse_resolution
from formulas.simulator.trading_days import IST, sessions_back

NODE = "mum1-charts-pro-4-series-x4ur6-2"

# Enough for every chart of a large screen; past it all is encoded anew.
_CACHE_LIMIT = 2048


@dataclass
class Series:
    """A series of a chart session, and what the client has of it.

    `newest` is the index of its newest bar, `older` how many bars lie below index 0,
    `skip` how many newer ones were left out by a reference time.
    """

    session: str
    name: str
    slot: str
    turnaround: str
    symbol: str
    resolution: str
    count: int
    skip: int = 0
    newest: int = -1
    older: int = 0
    newest_bar: Bar | None = None

    @property
    def loaded(self) -> int:
        return self.newest + 1 + self.older


class Timescale:
    """Encodes an exchange's bars, and keeps what is encoded while it holds true."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self._encoded: dict[tuple[object, ...], _Page] = {}

    def first_page(self, series: Series, count: int, now: float) -> Message | None:
        """Return the newest `count` bars, with indices from 0; None if there is none."""
        page = self._encode(series, count, series.skip, now)
        series.newest, series.older, series.newest_bar = page.size - 1, 0, page.newest
        return self._update(series, page, now) if page.size else None

    def older_page(self, series: Series, count: int, now: float) -> Message | None:
        """Return up to `count` bars before those loaded, with indices below 0."""
        skip = series.skip + series.loaded
        page = self._encode(series, count, skip, now, -series.older)
        series.older += page.size
        return self._update(series, page, now) if page.size else None

    def warm(self, symbol: str, resolution: str, count: int, now: float) -> None:
        """Encode a series before anybody asks for it."""
        self.first_page(Series("", "", "", "", symbol, resolution, count), count, now)

    def live(self, series: Series, now: float) -> Message | None:
        """Return the newest bar where it has changed since it was last sent."""
        known = series.newest_bar
        if series.skip or known is None:
            return None
        bars = self.exchange.bars(series.symbol, series.resolution, 1, now)
        if known == bars[0]:
            return None
        series.newest += known.time != bars[0].time
        series.newest_bar = bars[0]
        points = compact(_points(bars, series.newest))
        keyed = f"{{{compact(series.name)}:{_data(series, points, now)}}}"
        text = f'{{"m":"du","p":[{compact(series.session)},{keyed}]}}'
        return Message(text, stamped=False)

    def _update(self, series: Series, page: "_Page", now: float) -> Message:
        keyed = f"{{{compact(series.name)}:{_data(series, page.points, now)}}}"
        session = compact(series.session)
        return Message(
            f'{{"m":"timescale_update","p":[{session},{keyed},{page.scale}]}}'
        )

    def _encode(
        self, series: Series, count: int, skip: int, now: float, end: int | None = None
    ) -> "_Page":
        """Return bars with indices from 0, or up to `end` where it is given."""
        session = next(sessions_back(now))
        as_of = session.closes if now >= session.closes else int(now)
        key = (series.symbol, series.resolution, count, skip, end, as_of)
        if key not in self._encoded:
            if len(self._encoded) >= _CACHE_LIMIT:
                self._encoded.clear()
            bars = self.exchange.bars(
                series.symbol, series.resolution, count, now, skip=skip
            )
            first = 0 if end is None else end - len(bars)
            times = [bar.time for bar in bars]
            scale = _scale(times, first, parse_resolution(series.resolution))
            self._encoded[key] = _Page(
                len(bars),
                bars[-1] if bars else None,
                compact(_points(bars, first)),
                compact(scale),
            )
        return self._encoded[key]


class _Page(NamedTuple):
    """Some bars, encoded: how many, the newest, their points and their time scale."""

    size: int
    newest: Bar | None
    points: str
    scale: str


@cache
def timescale_of(seed: str) -> Timescale:
    """Return the one timescale of a seed: simulators alike share what is encoded."""
    return Timescale(Exchange(seed))


def emptied(series: Series) -> Message:
    """Return the update without bars that comes before another symbol's."""
    parameters = [
        series.session,
        {
            series.name: {
                "node": NODE,
                "s": [],
                "ns": _NO_GRAPHICS,
                "t": series.turnaround,
            }
        },
        _scale([], 0, parse_resolution(series.resolution)),
    ]
    return message("timescale_update", parameters, Stage.CLEARED)


def coming(series: Series, count: int, now: float) -> Message:
    """Return the marks of the times to come; there is no series in it."""
    times = coming_times(series.resolution, count, now)
    scale = _scale(times, series.newest + 1, parse_resolution(series.resolution))
    return message("timescale_update", [series.session, {}, scale])


_NO_GRAPHICS = {"d": "", "indexes": []}


def _data(series: Series, bars: str, now: float) -> str:
    closes = closing_time(series.resolution, now)
    return (
        f'{{"node":"{NODE}","s":{bars},"ns":{compact(_NO_GRAPHICS)},'
        f'"t":{compact(series.turnaround)},"lbs":{{"bar_close_time":{closes}}}}}'
    )


def _points(bars: Sequence[Bar], first: int) -> list[dict[str, Any]]:
    return [{"i": first + n, "v": _values(bar)} for n, bar in enumerate(bars)]


def _values(bar: Bar) -> list[float]:
    values = [float(bar.time), bar.open, bar.high, bar.low, bar.close]
    return values if bar.volume is None else [*values, bar.volume]


def _scale(
    times: Sequence[float], first: int, resolution: Resolution
) -> dict[str, Any]:
    return {
        "index": first,
        "zoffset": max(0, -first),
        "changes": [float(time) for time in times],
        "marks": _marks(times, first, resolution),
        "index_diff": [],
    }


def _marks(
    times: Sequence[float], first: int, resolution: Resolution
) -> list[list[int]]:
    """Return weight, time and index of each bar's tick on the time axis.

    A day's tick is midnight UTC of its date; one within a day is the wall clock's time
    written as if it were UTC.
    """
    if not times:
        return []
    walls = [datetime.fromtimestamp(time, IST).replace(tzinfo=UTC) for time in times]
    before = [_wall_before(times[0], resolution), *walls]
    return [
        [
            _weight(previous, wall),
            int((wall if resolution.is_intraday else _midnight(wall)).timestamp()),
            first + n,
        ]
        for n, (previous, wall) in enumerate(zip(before, walls, strict=False))
    ]


def _wall_before(time: float, resolution: Resolution) -> datetime:
    """Return the wall clock's time of a bar before the first one."""
    if resolution.unit in "WM":
        back = timedelta(days=7 if resolution.unit == "W" else 28)
        return datetime.fromtimestamp(time, IST).replace(tzinfo=UTC) - back
    previous = next(sessions_back(time - 1))
    return datetime.fromtimestamp(previous.opens, IST).replace(tzinfo=UTC)


def _weight(previous: datetime, wall: datetime) -> int:
    """Return how much of the calendar turned: a year weighs 70, a minute 33."""
    if previous.year != wall.year:
        return 70
    if previous.month != wall.month:
        return 60
    if previous.isocalendar().week != wall.isocalendar().week:
        return 50
    return 40 if previous.date() != wall.date() else 33


def _midnight(wall: datetime) -> datetime:
    return wall.replace(hour=0, minute=0, second=0)
