"""One socket of a pool: its connection, what is under way on it, and when it ends."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from formulas.market.charts import Chart
from formulas.upstream.errors import UpstreamError
from formulas.upstream.tradingview.connection import Connection, SilentError
from formulas.upstream.tradingview.lanes import Job, Lanes
from formulas.upstream.tradingview.limits import Limits
from formulas.upstream.tradingview.messages import SessionMessage
from formulas.upstream.tradingview.quotes import Quotes
from formulas.upstream.tradingview.token import TokenSource


class Socket:
    """A connection with its lanes and quotes.

    It ends by itself when TradingView meets a question with silence.
    """

    def __init__(
        self,
        endpoint: str,
        tokens: TokenSource,
        limits: Limits,
        ended: Callable[[Job, Chart | UpstreamError], None],
    ) -> None:
        self.is_open = False
        self.connection = Connection(endpoint, tokens)
        self.lanes = Lanes(self.connection, limits, ended)
        self._tokens = tokens
        self._limits = limits
        self._renew_at: float | None = None
        self._heard_before = 0
        self._quotes: set[asyncio.Event] = set()
        self._silence: asyncio.TimerHandle | None = None
        self._idleness: asyncio.TimerHandle | None = None

    @property
    def is_busy(self) -> bool:
        """Say whether anybody waits for an answer of this socket."""
        return bool(self.lanes.busy or self._quotes)

    @property
    def is_spent(self) -> bool:
        """Say whether another socket should take over.

        It should after too many chart sessions, and before the token expires, which
        TradingView would meet with silence.
        """
        now = asyncio.get_running_loop().time()
        is_old = self._renew_at is not None and now >= self._renew_at
        return is_old or self.lanes.is_spent

    def opened(self) -> None:
        """Begin to serve."""
        self.is_open = True
        left = self._tokens.seconds_left(self.connection.token)
        # A token that is old when it is new, by our clock, is as good as any other.
        if left is not None and left > 0:
            self._renew_at = asyncio.get_running_loop().time() + left

    def place(self, job: Job) -> bool:
        """Start the job here; False when no lane can take it."""
        placed = self.lanes.place(job)
        if placed:
            self._expect_an_answer()
        return placed

    @contextmanager
    def hosting(self, quotes: Quotes) -> Iterator[asyncio.Event]:
        """Ask for the quotes; the event says that no more are to come."""
        told = asyncio.Event()

        def receive(message: SessionMessage) -> None:
            quotes.receive(message)
            if quotes.is_complete:
                told.set()

        self._quotes.add(told)
        self.connection.attach(quotes.session, receive)
        self.connection.send(quotes.begin())
        self._expect_an_answer()
        try:
            yield told
        finally:
            self._quotes.discard(told)
            self.connection.detach(quotes.session)
            self.connection.send(quotes.farewell())

    def rest(self, close: Callable[["Socket"], None]) -> None:
        """Be closed after a while, unless `wake` comes first."""
        self._expect_nothing()
        if self._idleness is None:
            loop = asyncio.get_running_loop()
            self._idleness = loop.call_later(self._limits.idle_seconds, close, self)

    def wake(self) -> None:
        """Stay open."""
        if self._idleness is not None:
            self._idleness.cancel()
            self._idleness = None

    def surrender(self) -> list[Job]:
        """Give up everything, because the connection is gone; return the jobs."""
        self.is_open = False
        self.wake()
        self._expect_nothing()
        for told in self._quotes:
            told.set()
        return self.lanes.surrender()

    def _expect_an_answer(self) -> None:
        """Wait for any word; it is waited for since the first question without one."""
        if self._silence is not None and self._heard_before == self.connection.heard:
            return
        self._expect_nothing()
        self._heard_before = self.connection.heard
        self._silence = asyncio.get_running_loop().call_later(
            self._limits.first_answer_seconds, self._end_silence
        )

    def _expect_nothing(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _end_silence(self) -> None:
        if self._heard_before == self.connection.heard:
            self.connection.end(SilentError("TradingView does not answer."))
