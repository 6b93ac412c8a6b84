"""Runs on record, so that any process can continue one from its cursor."""

from contextlib import suppress
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Self

import orjson

from formulas.charts.outcomes import Wanted
from formulas.market.charts import ChartRequest
from formulas.market.errors import InvalidValueError
from formulas.market.screen import Screen, ScreenRow
from formulas.store import Store, StoreDownError
from formulas.streams.cursor import Cursor
from formulas.streams.viewing import Viewing

_PREFIX = "candlestream:run:1"
_KEPT_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One viewing of one formula: its screen as it was, and the charts wanted.

    Charts are numbered stock by stock, in the order of the screen, and within a stock
    in the order of the resolutions. Times are UTC seconds; a chart fetched before
    `since` is not fresh.
    """

    token: str
    user_id: int
    formula_id: int
    rows: tuple[ScreenRow, ...]
    resolutions: tuple[str, ...]
    bars: int
    started_at: float
    since: float

    # Factories

    @classmethod
    def of_screen(cls, screen: Screen, viewing: Viewing) -> Self:
        """Return a new run of what a screen found."""
        return cls(
            token=token_urlsafe(12),
            user_id=viewing.user_id,
            formula_id=viewing.formula_id,
            rows=screen.rows,
            resolutions=viewing.resolutions,
            bars=viewing.bars,
            started_at=viewing.asked_at,
            since=viewing.since,
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        fields = orjson.loads(data)
        return cls(
            **fields
            | {
                "rows": tuple(map(ScreenRow.from_fields, fields["rows"])),
                "resolutions": tuple(fields["resolutions"]),
            }
        )

    # Queries

    @property
    def total(self) -> int:
        return len(self.rows) * len(self.resolutions)

    def place(self, chart: int) -> tuple[int, str]:
        """Return the place of a chart's stock in the screen, and its resolution."""
        stock, resolution = divmod(chart, len(self.resolutions))
        return stock, self.resolutions[resolution]

    def wanted(self, cursor: Cursor) -> list[Wanted]:
        """Return the charts that were not sent up to the cursor, in order."""
        return [
            self._wanted(chart) for chart in range(self.total) if not cursor.has(chart)
        ]

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    def _wanted(self, chart: int) -> Wanted:
        stock, resolution = self.place(chart)
        row = self.rows[stock]
        request = ChartRequest(row.symbol, resolution, self.bars)
        return Wanted(chart, request, row.spellings)


class Journal:
    """Keeps runs in the store for some minutes after their start."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(self, run: Run) -> None:
        """Keep a run. While the store is down, it can't be resumed."""
        with suppress(StoreDownError):
            await self._store.put(
                {f"{_PREFIX}:{run.token}": run.to_bytes()}, seconds=_KEPT_SECONDS
            )

    async def find(
        self, cursor: str, *, user_id: int, formula_id: int
    ) -> tuple[Run, Cursor] | None:
        """Return the user's run of the formula at the cursor.

        None when it is unknown, forgotten or somebody else's: then a fresh run is due.
        """
        try:
            place = Cursor.parse(cursor)
            data = await self._store.get(f"{_PREFIX}:{place.run}")
        except (InvalidValueError, StoreDownError):
            return None
        run = Run.from_bytes(data) if data else None
        if run is None or (run.user_id, run.formula_id) != (user_id, formula_id):
            return None
        return (run, place) if place.ended >> run.total == 0 else None
