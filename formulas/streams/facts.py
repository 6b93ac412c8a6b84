"""Facts about stocks, kept for a day; prices among them only for minutes."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from time import time

import orjson

from formulas.market.charts import Facts
from formulas.store import Store, StoreDownError

_PREFIX = "candlestream:facts:1"
_DAY = 24 * 3600


class KnownFacts:
    """Remembers facts in the store.

    Args:
        price_seconds: how long a price counts as the last one.
    """

    def __init__(self, store: Store, *, price_seconds: int) -> None:
        self._store = store
        self._price_seconds = price_seconds

    async def recall(
        self, symbols: Sequence[str]
    ) -> tuple[dict[str, Facts], list[str]]:
        """Return what is known by symbol, and the symbols to ask about.

        An old price is left out of what is known, and asked for again.
        """
        try:
            found = await self._store.get_many([_key(symbol) for symbol in symbols])
        except StoreDownError:
            return {}, list(symbols)
        known: dict[str, Facts] = {}
        missing: list[str] = []
        oldest = time() - self._price_seconds
        for symbol, data in zip(symbols, found, strict=True):
            fields = orjson.loads(data) if data else None
            if fields:
                facts = Facts(**fields["facts"])
                known[symbol] = facts if fields["at"] >= oldest else _lasting(facts)
            if not fields or fields["at"] < oldest:
                missing.append(symbol)
        return known, missing

    async def remember(self, facts: Iterable[Facts]) -> None:
        """Keep facts for a day."""
        now = time()
        values = {
            _key(each.symbol): orjson.dumps({"facts": each, "at": now})
            for each in facts
        }
        with suppress(StoreDownError):
            await self._store.put(values, seconds=_DAY)


def _lasting(facts: Facts) -> Facts:
    return replace(facts, price=None, change=None, change_percent=None)


def _key(symbol: str) -> str:
    return f"{_PREFIX}:{symbol}"
