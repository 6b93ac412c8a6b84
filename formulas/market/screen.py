"""Screens: what a formula finds now, as ordered rows."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenRow:
    """One stock of a screen.

    `marketinout` is the symbol as MarketInOut wrote it (`M_M.NS`), `symbol` its
    likeliest spelling on TradingView, `spellings` all of them in the order to try;
    none when TradingView does not know the exchange, and then `symbol` is
    MarketInOut's. `price` is None where the cell held no number; `date` and `metrics`
    are the remaining cells as they came, in the screen's order.
    """

    marketinout: str
    symbol: str
    spellings: tuple[str, ...]
    price: float | None
    date: str
    metrics: tuple[str, ...]

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Self:
        """Return the row of these fields, as JSON gives them back."""
        return cls(
            **fields
            | {
                "spellings": tuple(fields["spellings"]),
                "metrics": tuple(fields["metrics"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Screen:
    """The rows of a screen, each symbol once, in MarketInOut's order."""

    rows: tuple[ScreenRow, ...]
