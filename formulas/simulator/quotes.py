"""One quote session: the fields wanted, the symbols followed, what was last sent."""

from dataclasses import dataclass, field
from typing import Any

from formulas.simulator.access import Access
from formulas.simulator.answers import Answer, CriticalError, message
from formulas.simulator.asking import symbol_in
from formulas.simulator.exchange import Exchange
from formulas.simulator.instrument import only, quote_values

_OF_SYMBOLS = frozenset(
    {"quote_add_symbols", "quote_fast_symbols", "quote_remove_symbols"}
)


@dataclass
class QuoteSession:
    """What one `quote_create_session` opened."""

    name: str
    access: Access
    exchange: Exchange
    fields: frozenset[str] = frozenset()
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_hibernating: bool = False

    def receive(self, method: str, arguments: list[Any], now: float) -> list[Answer]:
        """Answer one message; those not known here are ignored.

        Raises:
            CriticalError: a parameter is no symbol.
        """
        if method == "quote_set_fields":
            self.fields = frozenset(arguments)
        elif method == "quote_hibernate_all":
            self.is_hibernating = True
        elif method in _OF_SYMBOLS:
            return self._change(method, arguments, now)
        return []

    def live(self, now: float) -> list[Answer]:
        """Return what has changed of the followed symbols since it was last sent."""
        if self.is_hibernating:
            return []
        return [answer for symbol in self.sent for answer in self._changes(symbol, now)]

    def _change(self, method: str, symbols: list[Any], now: float) -> list[Answer]:
        if not all(isinstance(symbol, str) for symbol in symbols):
            raise CriticalError(self.name, "invalid_parameters", method)
        self.is_hibernating = False
        if method != "quote_add_symbols":
            stays = method == "quote_fast_symbols"
            self.sent = {
                name: sent
                for name, sent in self.sent.items()
                if (name in symbols) == stays
            }
        if method == "quote_remove_symbols":
            return []
        fresh = [name for name in symbols if name not in self.sent]
        return [self._first(symbol, now) for symbol in fresh]

    def _first(self, symbol: str, now: float) -> Answer:
        values = self._values(symbol, now)
        if values is None:
            news = {"n": symbol, "s": "error", "errmsg": "invalid symbol", "v": {}}
        else:
            self.sent[symbol] = values
            news = {"n": symbol, "s": "ok", "v": values}
        messages = [
            message("qsd", [self.name, news], stamped=False),
            message("quote_completed", [self.name, symbol], stamped=False),
        ]
        return Answer(self.name, messages, delayed=True)

    def _changes(self, symbol: str, now: float) -> list[Answer]:
        values, before = self._values(symbol, now) or {}, self.sent[symbol]
        changed = {
            name: value for name, value in values.items() if before[name] != value
        }
        if not changed:
            return []
        self.sent[symbol] = values
        news = {"n": symbol, "s": "ok", "v": changed}
        return [Answer(self.name, [message("qsd", [self.name, news], stamped=False)])]

    def _values(self, symbol: str, now: float) -> dict[str, Any] | None:
        listing = self.exchange.listing(symbol_in(symbol))
        if listing is None:
            return None
        mode = self.access.update_mode(listing.exchange)
        return only(quote_values(self.exchange, listing, now, mode), self.fields)
