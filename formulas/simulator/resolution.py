"""Resolutions as TradingView's server reads them, and the periods they cut time into."""

import re
from dataclasses import dataclass

from formulas.simulator.trading_days import Session

_SPELLING = re.compile(r"(?P<number>[1-9]\d{0,3})?(?P<unit>[SHDWM]?)")
_ENOUGH_MINUTES = 1440

# What a plan without custom intervals may ask for.
_STANDARD_MINUTES = frozenset({1, 3, 5, 15, 30, 45, 60, 120, 180, 240})


@dataclass(frozen=True, slots=True)
class Resolution:
    """A number of minutes or seconds (`unit` "" or "S"), days, weeks or months."""

    number: int
    unit: str

    @property
    def is_intraday(self) -> bool:
        return self.unit == ""

    @property
    def is_daily(self) -> bool:
        return (self.number, self.unit) == (1, "D")

    @property
    def is_seconds(self) -> bool:
        return self.unit == "S"

    @property
    def is_custom(self) -> bool:
        return self.is_intraday and self.number not in _STANDARD_MINUTES

    def period(self, session: Session) -> int:
        """Return the number of the period that the session belongs to."""
        day = session.day
        match self.unit:
            case "M":
                return (day.year * 12 + day.month - 1) // self.number
            case "W":
                return (day.toordinal() - 1) // 7 // self.number
            case _:
                return day.toordinal() // self.number


def parse_resolution(text: str) -> Resolution:
    """Return the resolution that a client wrote: `188`, `1D`, `D`, `1H`, `15S`.

    Raises:
        ValueError: it is not one; `1h`, `15m` and `1d` are not.
    """
    match = _SPELLING.fullmatch(text)
    if match is None or not text:
        raise ValueError(f"no resolution: {text}")
    number, unit = int(match["number"] or 1), match["unit"]
    if unit == "H":
        number, unit = 60 * number, ""
    if unit == "" and number > _ENOUGH_MINUTES:
        raise ValueError(f"no resolution: {text}")
    return Resolution(number, unit)
