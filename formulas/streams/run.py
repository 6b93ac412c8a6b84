"""One run as ordered events: the screen, its charts as they come, and the end."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from time import time

from formulas.charts.accounts import Accounts
from formulas.charts.facts import FactsFetcher
from formulas.charts.fetcher import ChartFetcher
from formulas.streams.cursor import Cursor
from formulas.streams.events import Event, Notice, Results, RunFailed, Stock
from formulas.streams.gathering import Gathering
from formulas.streams.journal import Journal, Run
from formulas.streams.screens import FoundScreen, Screens
from formulas.streams.viewing import Viewing
from formulas.upstream.errors import SignedOutError, UpstreamError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """An event, and the cursor behind it where one can go on from there."""

    event: Event
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    """Makes runs, from the parts that a process keeps."""

    accounts: Accounts
    charts: ChartFetcher
    facts: FactsFetcher
    journal: Journal
    screens: Screens

    async def steps(self, viewing: Viewing) -> AsyncGenerator[Step]:
        """Yield the run's events; `Complete` or `RunFailed` is the last.

        Close the generator: that stops all work which nobody else waits for.
        """
        steps = self._steps(viewing)
        has_results = bool(viewing.cursor)  # Then the page shows them already.
        try:
            async for step in steps:
                yield step
                has_results = True
        except UpstreamError as error:
            yield Step(
                RunFailed(
                    code=error.code,
                    message=str(error),
                    retryable=error.retryable,
                    has_results=has_results,
                )
            )
        except Exception:
            logger.exception("A run of formula %s broke.", viewing.formula_id)
            yield Step(
                RunFailed(
                    code="internal",
                    message=_BROKEN,
                    retryable=True,
                    has_results=has_results,
                )
            )
        finally:
            await steps.aclose()

    async def _steps(self, viewing: Viewing) -> AsyncGenerator[Step]:
        # The way to TradingView opens while MarketInOut is still at work.
        entering = asyncio.create_task(self.accounts.enter(viewing.credentials))
        try:
            resumed = await self._resume(viewing)
            if resumed is None:
                found = await self.screens.find(
                    viewing.api_key, is_refresh=viewing.is_refresh
                )
                run = Run.of_screen(found.screen, viewing)
                cursor = Cursor(run.token)
                await self.journal.record(run)
                yield Step(await self._results(viewing, found, run), cursor)
            else:
                run, cursor = resumed
            account, trouble = await entering
        finally:
            entering.cancel()
            await asyncio.gather(entering, return_exceptions=True)
        if viewing.credentials is None or trouble is not None:
            yield Step(_notice(trouble))
        gathering = Gathering(
            run, cursor, account, charts=self.charts, facts=self.facts
        )
        events = gathering.events(viewing.batch_size)
        try:
            async for event in events:
                yield Step(event, gathering.cursor)
        finally:
            await events.aclose()

    async def _resume(self, viewing: Viewing) -> tuple[Run, Cursor] | None:
        if not viewing.cursor:
            return None
        return await self.journal.find(
            viewing.cursor, user_id=viewing.user_id, formula_id=viewing.formula_id
        )

    async def _results(self, viewing: Viewing, found: FoundScreen, run: Run) -> Results:
        known, _ = await self.facts.recall([row.symbol for row in run.rows])
        return Results(
            formula_name=viewing.formula_name,
            stocks=tuple(
                Stock(row=row, facts=known.get(row.symbol)) for row in run.rows
            ),
            metric_names=viewing.metric_names,
            resolutions=run.resolutions,
            bars=run.bars,
            total_charts=run.total,
            age_seconds=round(time() - found.found_at) if found.is_cached else None,
        )


_BROKEN = "Something broke on our side. It has been noted; please try again."
_ANONYMOUS = "Charts are delayed: connect your TradingView account to see live bars."
_SIGNED_OUT = "Charts are delayed until you connect your TradingView account again."
_TROUBLE = "Charts are delayed, because your own account can't be used just now."


def _notice(trouble: UpstreamError | None) -> Notice:
    if trouble is None:
        return Notice(code="anonymous", message=_ANONYMOUS)
    words = _SIGNED_OUT if isinstance(trouble, SignedOutError) else _TROUBLE
    return Notice(code=trouble.code, message=f"{words} {trouble}")
