"""One quote session: name, price and sector of many symbols in one round trip."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from formulas.market.charts import Facts
from formulas.upstream.tradingview import commands
from formulas.upstream.tradingview.messages import (
    CriticalError,
    QuoteCompleted,
    QuoteData,
    SessionMessage,
)

# No other field is asked for: all of them would be 8 kB for each symbol.
_FIELDS = ("lp", "ch", "chp", "description", "currency_code", "sector", "industry")


class Quotes:
    """Gathers the facts of symbols until TradingView has told all it will."""

    def __init__(self, session: str, symbols: Iterable[str]) -> None:
        self.session = session
        self._values: dict[str, dict[str, Any]] = {symbol: {} for symbol in symbols}
        self._missing = set(self._values)

    @property
    def is_complete(self) -> bool:
        """Say whether nothing more is to come."""
        return not self._missing

    def begin(self) -> list[str]:
        """Return what to send first."""
        return [
            commands.quote_create_session(self.session),
            commands.quote_set_fields(self.session, *_FIELDS),
            commands.quote_add_symbols(self.session, *self._values),
        ]

    def receive(self, message: SessionMessage) -> None:
        """Take a message of this session."""
        match message:
            case QuoteData(ok=True, symbol=symbol, values=values):
                self._values.get(symbol, {}).update(values)
            case QuoteData(symbol=symbol) | QuoteCompleted(symbol=symbol):
                self._missing.discard(symbol)
            case CriticalError():
                self._missing.clear()
            case _:
                pass

    def farewell(self) -> list[str]:
        """Return what to send last."""
        return [commands.quote_delete_session(self.session)]

    def facts(self) -> dict[str, Facts]:
        """Return by symbol what is known so far; a symbol without an answer is absent."""
        return {
            symbol: _facts(symbol, values)
            for symbol, values in self._values.items()
            if values
        }


def _facts(symbol: str, values: dict[str, Any]) -> Facts:
    return Facts(
        symbol,
        name=_text(values.get("description")),
        sector=_text(values.get("sector")),
        industry=_text(values.get("industry")),
        price=_number(values.get("lp")),
        change=_number(values.get("ch")),
        change_percent=_number(values.get("chp")),
        currency=_text(values.get("currency_code")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> float | None:
    """Return the number; TradingView writes "none" as null or as 1e+100."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) and abs(value) < 1e99 else None
