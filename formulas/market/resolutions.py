"""Resolutions: how much time one bar covers, spelled as TradingView spells it."""

import re

from formulas.market.errors import InvalidValueError

_SPELLING = re.compile(r"[1-9][0-9]{0,3}[SDWM]?")
_DAILY_UNITS = "DWM"


def parse_resolution(text: str) -> str:
    """Return the canonical spelling: `188` (minutes), `15S`, `1D`, `1W` or `1M`.

    A bare unit is taken once (`D` is `1D`). TradingView answers a lower-case or
    otherwise odd spelling with an error that ends the whole chart session, so
    nothing else passes.

    Raises:
        InvalidValueError: the text is no resolution.
    """
    resolution = text.strip().upper()
    if resolution in tuple(_DAILY_UNITS):
        resolution = f"1{resolution}"
    if not _SPELLING.fullmatch(resolution):
        raise InvalidValueError("A resolution is minutes (15) or 1D, 1W, 1M.")
    return resolution


def is_intraday(resolution: str) -> bool:
    """Say whether bars of this resolution are shorter than a day."""
    return resolution[-1] not in _DAILY_UNITS


def describe(resolution: str) -> str:
    """Return the words for people: `Weekly`, `Daily`, `3 hours`, `188 minutes`."""
    number, unit = _split(resolution)
    if number == 1 and unit in _SINGLE:
        return _SINGLE[unit]
    if unit == "" and number % 60 == 0:
        number, unit = number // 60, "H"
    word = _WORDS[unit]
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


_SINGLE = {"D": "Daily", "W": "Weekly", "M": "Monthly"}
_WORDS = {
    "": "minute",
    "H": "hour",
    "S": "second",
    "D": "day",
    "W": "week",
    "M": "month",
}


def _split(resolution: str) -> tuple[int, str]:
    unit = "" if resolution[-1].isdigit() else resolution[-1]
    return int(resolution.removesuffix(unit)), unit
