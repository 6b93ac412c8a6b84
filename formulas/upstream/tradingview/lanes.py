"""The lanes of one connection: which chart each is fetching, and by when."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from formulas.market.charts import Chart, ChartRequest
from formulas.upstream.errors import (
    ThrottledError,
    TimedOutError,
    TokenRejectedError,
    UpstreamError,
)
from formulas.upstream.tradingview.connection import Connection
from formulas.upstream.tradingview.limits import Limits
from formulas.upstream.tradingview.messages import SessionMessage
from formulas.upstream.tradingview.session import Lane


@dataclass(eq=False)
class Job:
    """One chart that somebody waits for; `retries` counts further tries."""

    request: ChartRequest
    answer: asyncio.Future[Chart]
    retries: int = 0

    def may_retry(self, error: UpstreamError, most: int) -> bool:
        """Say whether another session may do better; a deadline is not given twice."""
        curable = error.retryable or isinstance(error, TokenRejectedError)
        is_late = isinstance(error, TimedOutError)
        return curable and not is_late and self.retries < most

    def end(self, outcome: Chart | UpstreamError) -> None:
        """Tell who waits, if somebody still does."""
        if self.answer.done():
            return
        if isinstance(outcome, Chart):
            self.answer.set_result(outcome)
        else:
            self.answer.set_exception(outcome)


@dataclass(eq=False)
class _Fetch:
    """A job on its lane, which it leaves at the deadline at the latest."""

    job: Job
    lane: Lane
    deadline: asyncio.TimerHandle = field(repr=False)


class Lanes:
    """Places jobs on lanes, making lanes as needed within the limits.

    `ended` is called, once for a job, with its chart or with why there is none.
    """

    def __init__(
        self,
        connection: Connection,
        limits: Limits,
        ended: Callable[[Job, Chart | UpstreamError], None],
    ) -> None:
        self._connection = connection
        self._limits = limits
        self._ended = ended
        self._lanes: dict[str, Lane] = {}
        self._fetches: dict[str, _Fetch] = {}
        self._made = 0
        self._is_refused = False

    @property
    def busy(self) -> int:
        """How many lanes are fetching a chart."""
        return len(self._fetches)

    @property
    def free(self) -> int:
        """How many more charts could be under way."""
        return self._limits.lanes - self.busy

    @property
    def is_spent(self) -> bool:
        """Say whether the connection has had all the chart sessions it may have."""
        return self._is_refused or self._made >= self._limits.sessions_per_socket

    def is_fetching(self, request: ChartRequest) -> bool:
        """Say whether a lane is at work on the chart."""
        return any(fetch.job.request == request for fetch in self._fetches.values())

    def place(self, job: Job) -> bool:
        """Start the job on a lane; False when none can take it."""
        lane = self._lane_for(job.request)
        if lane is None:
            return False
        deadline = asyncio.get_running_loop().call_later(
            self._limits.chart_seconds, self._overdue, job
        )
        self._fetches[lane.session] = _Fetch(job, lane, deadline)
        self._connection.send(lane.begin(job.request))
        return True

    def drop(self, job: Job) -> bool:
        """Stop a job that nobody waits for; its session goes with it."""
        for fetch in self._fetches.values():
            if fetch.job is job:
                self._finish(fetch)
                self._retire(fetch.lane)
                return True
        return False

    def surrender(self) -> list[Job]:
        """Give up every job, because the connection is gone."""
        fetches = list(self._fetches.values())
        for fetch in fetches:
            self._finish(fetch)
        return [fetch.job for fetch in fetches]

    def _lane_for(self, request: ChartRequest) -> Lane | None:
        idle = [lane for lane in self._lanes.values() if not lane.is_busy]
        for lane in idle:
            if lane.can_take(request):
                return lane
        if self.is_spent or not self.free:
            return None
        if idle and len(self._lanes) >= self._limits.lanes:
            self._retire(idle[0])
        return self._make()

    def _make(self) -> Lane:
        lane = Lane(f"cs_{secrets.token_hex(6)}")
        self._made += 1
        self._lanes[lane.session] = lane
        self._connection.attach(lane.session, partial(self._receive, lane))
        return lane

    def _retire(self, lane: Lane) -> None:
        del self._lanes[lane.session]
        self._connection.detach(lane.session)
        self._connection.send(lane.farewell())

    def _receive(self, lane: Lane, message: SessionMessage) -> None:
        outcome = lane.receive(message)
        if not lane.is_usable:
            self._retire(lane)
        if outcome is not None:
            self._is_refused |= isinstance(outcome, ThrottledError)
            fetch = self._fetches[lane.session]
            self._finish(fetch)
            self._ended(fetch.job, outcome)

    def _finish(self, fetch: _Fetch) -> None:
        fetch.deadline.cancel()
        del self._fetches[fetch.lane.session]

    def _overdue(self, job: Job) -> None:
        self.drop(job)
        self._ended(job, TimedOutError("TradingView did not send the chart in time."))
