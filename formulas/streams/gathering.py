"""The charts and facts of a run, as events in the order in which they come."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from enum import Enum, auto
from time import time

from formulas.charts.accounts import Account
from formulas.charts.batches import Batcher
from formulas.charts.facts import FactsFetcher
from formulas.charts.fetcher import ChartFetcher
from formulas.charts.outcomes import Earlier, Failed, Landed
from formulas.market.charts import Facts
from formulas.streams.cursor import Cursor
from formulas.streams.events import ChartBatch, Complete, EarlierCharts, FactsFound
from formulas.streams.journal import Run
from formulas.upstream.errors import UpstreamError

# How long the end of a run waits for facts that are later than its last chart.
_FACTS_GRACE_SECONDS = 1.0
# Charts that wait for a slow reader; further ones stay where they are.
_MOST_WAITING = 64

logger = logging.getLogger(__name__)


class _Mark(Enum):
    DUE = auto()
    END = auto()


type _Arrival = Landed | Failed | EarlierCharts | FactsFound | _Mark


class Gathering:
    """What is still missing of a run, being fetched.

    `cursor` stands behind the last event given; behind a chart batch it moves on.
    """

    def __init__(
        self,
        run: Run,
        cursor: Cursor,
        account: Account,
        *,
        charts: ChartFetcher,
        facts: FactsFetcher,
    ) -> None:
        self.cursor = cursor
        self._run = run
        self._account = account
        self._charts = charts
        self._facts = facts
        self._wanted = run.wanted(cursor)
        self._arrivals: asyncio.Queue[_Arrival] = asyncio.Queue()
        self._room = asyncio.Semaphore(_MOST_WAITING)

    async def events(
        self, batch_size: int
    ) -> AsyncGenerator[ChartBatch | EarlierCharts | FactsFound | Complete]:
        """Yield batches as they are due, facts when they come, and then the end."""
        batcher = Batcher[Landed | Failed](
            size=batch_size,
            total=len(self._wanted),
            is_first=not self.cursor.batches,
        )
        clock = asyncio.get_running_loop().time
        began_at = time()
        fetching = asyncio.create_task(self._fetch())
        try:
            while (arrival := await self._next(batcher.due_at)) is not _Mark.END:
                if isinstance(arrival, FactsFound | EarlierCharts):
                    yield arrival
                elif not isinstance(arrival, _Mark):
                    self._room.release()
                    batcher.add(arrival, clock())
                while outcomes := batcher.take(clock()):
                    batch = self._batch(outcomes, batcher.left, began_at)
                    began_at = batch.ended_at
                    yield batch
            await fetching
        finally:
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
        yield Complete(
            progress=self.cursor.progress(self._run.total),
            seconds=time() - self._run.started_at,
        )

    async def _next(self, due_at: float | None) -> _Arrival:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(due_at):
                return await self._arrivals.get()
        return _Mark.DUE

    def _batch(
        self, outcomes: list[Landed | Failed], left: int, began_at: float
    ) -> ChartBatch:
        landed = [outcome for outcome in outcomes if isinstance(outcome, Landed)]
        self.cursor = self.cursor.after(
            loaded=[outcome.place for outcome in landed],
            failed=[each.place for each in outcomes if isinstance(each, Failed)],
            cached=sum(outcome.is_cached for outcome in landed),
        )
        return ChartBatch(
            index=self.cursor.batches,
            total_batches=self.cursor.batches + left,
            outcomes=tuple(outcomes),
            charts_per_stock=len(self._run.resolutions),
            progress=self.cursor.progress(self._run.total),
            started_at=began_at,
            ended_at=time(),
        )

    # What fills the queue

    async def _fetch(self) -> None:
        asking = asyncio.create_task(self._ask_facts())
        try:
            async with aclosing(
                self._charts.outcomes(
                    self._wanted, self._account, since=self._run.since
                )
            ) as outcomes:
                async for outcome in outcomes:
                    await self._arrived(outcome)
            await asyncio.wait({asking}, timeout=_FACTS_GRACE_SECONDS)
        finally:
            self._arrivals.put_nowait(_Mark.END)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _arrived(self, outcome: Landed | Failed | Earlier) -> None:
        if isinstance(outcome, Earlier):
            earlier = EarlierCharts((outcome,), len(self._run.resolutions))
            self._arrivals.put_nowait(earlier)
        else:
            await self._room.acquire()
            self._arrivals.put_nowait(outcome)

    async def _ask_facts(self) -> None:
        """Tell what is known that a resumed viewer may lack, and then what is new."""
        places = {row.symbol: place for place, row in enumerate(self._run.rows)}
        known, missing = await self._facts.recall(list(places))
        if known and self.cursor.batches:
            self._tell({places[symbol]: facts for symbol, facts in known.items()})
        try:
            found = await self._facts.fetch(missing, self._account)
        except UpstreamError as error:
            logger.info("No facts about a screen's stocks: %s", error)
            return
        self._tell({places[symbol]: facts for symbol, facts in found.items()})

    def _tell(self, facts: dict[int, Facts]) -> None:
        if facts:
            self._arrivals.put_nowait(FactsFound(facts))
