"""Charts kept for a few minutes, for all users and processes."""

from collections.abc import Sequence
from contextlib import suppress

from formulas.charts.stored import StoredChart, read_outcome
from formulas.market.charts import ChartRequest, Freshness
from formulas.store import Store, StoreDownError

FIGURES = "candlestream:figures:charts"
_PREFIX = "candlestream:chart:1"


def chart_key(request: ChartRequest, entitlement: Freshness) -> str:
    """Return where a chart is kept.

    `entitlement` is the freshness that the viewer's account has on the symbol's
    exchange: who may see streaming data is never served somebody's delayed bars.
    """
    return (
        f"{_PREFIX}:{entitlement}:{request.symbol}:{request.resolution}"
        f":{request.bars}:{request.adjustment}"
    )


class ChartCache:
    """Reads charts from the store; a store that is down is a cache that is empty."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_many(self, keys: Sequence[str]) -> list[StoredChart | None]:
        """Return the chart under each key, of whatever age; None where there is none."""
        try:
            found = map(read_outcome, await self._store.get_many(keys))
        except StoreDownError:
            return [None] * len(keys)
        return [
            outcome if isinstance(outcome, StoredChart) else None for outcome in found
        ]

    async def count(self, *, hits: int, misses: int) -> None:
        """Add to the figures that all processes keep together."""
        with suppress(StoreDownError):
            await self._store.run(
                ("HINCRBY", FIGURES, "hits", hits),
                ("HINCRBY", FIGURES, "misses", misses),
            )
