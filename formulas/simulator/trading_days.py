"""The exchange's calendar: on which days it trades, and from when to when."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from itertools import count
from typing import NamedTuple

# India keeps one time all year round.
IST = timezone(timedelta(hours=5, minutes=30))

REGULAR_HOURS = "0915-1530"

# Days and hours out of the ordinary, as `symbol_resolved` writes them: the festive
# evening sessions, a day prolonged after a breakdown, and weekends that traded.
SPECIAL_HOURS = (
    "0915-1530:20150228,20200201,20240120,20240302,20240518,20250201,20260201;"
    "0915-1700:20210224;1345-1445:20251021;1800-1900:20241101;"
    "1800-1945:20191027,20201114,20211104;1815-1945:20221024,20231112"
)

# NSE's own lists; years without one keep the national days alone.
_HOLIDAYS = {
    2004: "0126 0202 0302 0409 0414 1013 1022 1115 1126",
    2005: "0121 0126 0325 0414 0815 0907 1012 1103 1115",
    2006: "0111 0126 0209 0315 0406 0411 0414 0501 0815 1002 1024 1025 1225",
    2007: "0101 0126 0130 0216 0327 0406 0501 0502 0815 1002 1221 1225",
    2008: "0306 0320 0321 0414 0418 0501 0519 0815 0903 1002 1009 1030 1113 1209 1225",
    2009: "0108 0126 0223 0310 0311 0403 0407 0410 0414 0501 0921 0928 1002 1019 1102 "
    "1225 1228",
    2010: "0101 0126 0212 0301 0324 0402 0414 0910 1117 1217",
    2011: "0126 0302 0412 0414 0422 0815 0831 0901 1006 1027 1107 1110 1206",
    2012: "0126 0220 0308 0405 0406 0501 0815 0820 0919 1002 1024 1114 1128 1225",
    2013: "0126 0310 0327 0329 0419 0424 0501 0809 0815 0909 1002 1013 1016 1104 1115 "
    "1225",
    2014: "0227 0317 0408 0414 0418 0424 0501 0729 0815 0829 1002 1003 1006 1015 1024 "
    "1104 1106 1225",
    2015: "0126 0217 0306 0402 0403 0414 0501 0917 0925 1002 1022 1112 1125 1225",
    2016: "0126 0307 0324 0325 0414 0415 0419 0706 0815 0905 0913 1011 1012 1031 1114",
    2017: "0126 0224 0313 0404 0414 0501 0626 0815 0825 1002 1020 1225",
    2018: "0126 0213 0302 0329 0330 0501 0815 0822 0913 0920 1002 1018 1108 1123 1225",
    2019: "0126 0302 0304 0321 0417 0419 0429 0501 0605 0812 0815 0902 0910 1002 1008 "
    "1021 1028 1112 1225",
    2020: "0221 0310 0402 0406 0410 0414 0501 0525 1002 1116 1130 1225",
    2021: "0126 0311 0329 0402 0414 0421 0513 0721 0819 0910 1015 1104 1105 1119",
    2022: "0126 0301 0318 0414 0415 0503 0809 0815 0831 1005 1024 1026 1108",
    2023: "0126 0307 0330 0404 0407 0414 0501 0629 0815 0919 1002 1024 1114 1127 1225",
    2024: "0122 0126 0308 0325 0329 0411 0417 0501 0520 0617 0717 0815 1002 1115 1120 "
    "1225",
    2025: "0226 0314 0331 0410 0414 0418 0501 0815 0827 1002 1021 1022 1105 1225",
    2026: "0115 0126 0303 0326 0331 0403 0414 0501 0528 0626 0914 1002 1020 1110 1124 "
    "1225",
}
_NATIONAL_DAYS = "0126 0501 0815 1002 1225"


class Session(NamedTuple):
    """One day's trading; `opens` and `closes` are UTC seconds."""

    day: date
    opens: int
    closes: int

    @property
    def minutes(self) -> int:
        return (self.closes - self.opens) // 60


@cache
def sessions_of(year: int) -> tuple[Session, ...]:
    """Return the sessions of one calendar year, in order."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    days = (first + timedelta(days=n) for n in range((after - first).days))
    return tuple(session for day in days if (session := _session_on(day)))


def sessions_back(now: float) -> Iterator[Session]:
    """Yield the sessions that have opened by `now` (UTC seconds), newest first."""
    for year in count(_year(now), -1):
        for session in reversed(sessions_of(year)):
            if session.opens <= now:
                yield session


def sessions_after(now: float) -> Iterator[Session]:
    """Yield the sessions that open after `now` (UTC seconds), next first."""
    for year in count(_year(now)):
        for session in sessions_of(year):
            if session.opens > now:
                yield session


def holidays_listed() -> str:
    """Return all known holidays as TradingView's `session_holidays`, `yyyymmdd,yyyymmdd`."""
    return ",".join(
        f"{year}{day}" for year in _HOLIDAYS for day in _HOLIDAYS[year].split()
    )


def regular_opening(day: date) -> int:
    """Return the UTC second of 09:15 in Mumbai on that day."""
    return _instant(day, REGULAR_HOURS[:4])


def _session_on(day: date) -> Session | None:
    stamp = f"{day:%Y%m%d}"
    hours = _special_hours().get(stamp)
    if hours is None:
        if day.weekday() > 4 or stamp[4:] in _holidays(day.year):
            return None
        hours = REGULAR_HOURS
    opens, closes = hours.split("-")
    return Session(day, _instant(day, opens), _instant(day, closes))


def _holidays(year: int) -> str:
    return _HOLIDAYS.get(year, _NATIONAL_DAYS)


@cache
def _special_hours() -> dict[str, str]:
    groups = (group.split(":") for group in SPECIAL_HOURS.split(";"))
    return {day: hours for hours, days in groups for day in days.split(",")}


def _instant(day: date, hhmm: str) -> int:
    moment = datetime(
        day.year, day.month, day.day, int(hhmm[:2]), int(hhmm[2:]), tzinfo=IST
    )
    return int(moment.timestamp())


def _year(now: float) -> int:
    return datetime.fromtimestamp(now, UTC).astimezone(IST).year
