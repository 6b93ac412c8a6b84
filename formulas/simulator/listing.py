"""What is listed: real symbols with their companies, sectors and industries.

Names and groups are the real ones; prices are near those of December 2025 and only
say where an invented course starts.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

# NSE's first day of trading in shares; nothing here is older.
FIRST_DAY = date(1994, 11, 3)

_INDICES = frozenset({"NSE:NIFTY", "NSE:CNX500"})
_BONDS = frozenset({"NSE:SGBDE31III"})

# TradingView sends the name in the exchange's language as raw UTF-8, not as \u escapes.
_LOCAL_NAMES = {"NSE:SBIN": "भारतीय स्टेट बैंक"}


@dataclass(frozen=True, slots=True)
class Listing:
    """One symbol as TradingView spells it (`NSE:M&M`).

    `price` is None for a listing that has never traded. `listed` is the first day
    with a bar.
    """

    symbol: str
    name: str
    sector: str
    industry: str
    price: float | None
    listed: date
    local_name: str | None = None

    @property
    def exchange(self) -> str:
        return self.symbol.partition(":")[0]

    @property
    def ticker(self) -> str:
        return self.symbol.partition(":")[2]

    @property
    def kind(self) -> str:
        if self.symbol in _INDICES:
            return "index"
        return "bond" if self.symbol in _BONDS else "stock"

    @property
    def has_volume(self) -> bool:
        return self.kind != "index"


@cache
def listings() -> dict[str, Listing]:
    """Return everything listed, by symbol."""
    text = Path(__file__).with_name("listings.csv").read_text(encoding="utf-8")
    return {row["symbol"]: _listing(row) for row in csv.DictReader(text.splitlines())}


def _listing(row: dict[str, str]) -> Listing:
    return Listing(
        symbol=row["symbol"],
        name=row["name"],
        sector=row["sector"],
        industry=row["industry"],
        price=float(row["price"]) if row["price"] else None,
        listed=date.fromisoformat(row["listed"]) if row["listed"] else FIRST_DAY,
        local_name=_LOCAL_NAMES.get(row["symbol"]),
    )
