"""All of one account's traffic with TradingView: charts and facts, over few sockets."""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from functools import partial
from math import ceil
from typing import override

from formulas.market.charts import Chart, ChartRequest, Facts
from formulas.upstream.errors import (
    TimedOutError,
    TokenRejectedError,
    UnexpectedAnswerError,
    UnreachableError,
    UpstreamError,
)
from formulas.upstream.tradingview.connection import RedirectedError, SilentError
from formulas.upstream.tradingview.dialing import Dialing
from formulas.upstream.tradingview.lanes import Job
from formulas.upstream.tradingview.limits import Limits
from formulas.upstream.tradingview.quotes import Quotes
from formulas.upstream.tradingview.sockets import Socket
from formulas.upstream.tradingview.token import TokenSource

logger = logging.getLogger(__name__)

_random = secrets.SystemRandom()


class Pool:
    """Fetches charts in the order they are asked for, many at a time.

    It belongs to one account and one event loop. Sockets open on first use and close
    after a while without any. Every change of state ends in `_settle`, which alone
    decides what happens next.
    """

    def __init__(
        self,
        endpoint: str,
        tokens: TokenSource,
        limits: Limits | None = None,
        admit: Callable[[], AbstractAsyncContextManager[object]] = nullcontext,
    ) -> None:
        """Take the websocket's address and where tokens come from.

        A socket lives, from before its dial until after its end, inside a context of
        `admit`, which may make it wait or raise an `UpstreamError`.
        """
        self._endpoint = endpoint
        self._tokens = tokens
        self._limits = limits or Limits()
        self._admit = admit
        self._jobs: set[Job] = set()
        self._queue: deque[Job] = deque()
        self._waiting: set[asyncio.Future[None]] = set()
        self._sockets: dict[Socket, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._dialing = Dialing(self._limits, _jittered)
        self._is_closed = False

    @override
    def __repr__(self) -> str:
        opened = sum(socket.is_open for socket in self._sockets)
        busy = sum(socket.lanes.busy for socket in self._sockets)
        return (
            f"<Pool: {opened} of {len(self._sockets)} sockets open, {busy} lanes busy, "
            f"{len(self._jobs) - busy} charts queued>"
        )

    # What callers do.

    async def fetch(self, request: ChartRequest) -> Chart:
        """Return the chart; whoever asked first is served first.

        Raises:
            UpstreamError: there is no chart, and why.
        """
        self._refuse_if_closed()
        job = Job(request, asyncio.get_running_loop().create_future())
        self._jobs.add(job)
        self._queue.append(job)
        self._settle()
        try:
            return await job.answer
        finally:
            self._forget(job)

    def is_fetching(self, request: ChartRequest) -> bool:
        """Say whether TradingView is at work on the chart, which then has a lane."""
        return any(socket.lanes.is_fetching(request) for socket in self._sockets)

    async def facts(self, symbols: Iterable[str]) -> dict[str, Facts]:
        """Return by symbol what TradingView tells in time; absent where it tells nothing.

        Raises:
            UpstreamError: no socket could be opened.
        """
        quotes = Quotes(f"qs_{secrets.token_hex(6)}", symbols)
        if quotes.is_complete:
            return {}
        socket = await self._open_socket()
        with socket.hosting(quotes) as told:
            self._settle()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.facts_seconds):
                    await told.wait()
        self._settle()
        return quotes.facts()

    async def warm(self) -> None:
        """Have a socket dialed, if there is none; returns without waiting for it."""
        self._refuse_if_closed()
        self._dial_up_to(1)
        await asyncio.sleep(0)

    async def aclose(self) -> None:
        """Close everything; whoever still waits is told so."""
        self._is_closed = True
        self._tell_everybody(_closed())
        for socket in list(self._sockets):
            self._close(socket)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # What happens to a job.

    def _ended(self, job: Job, outcome: Chart | UpstreamError) -> None:
        limits = self._limits
        if not isinstance(outcome, Chart) and job.may_retry(outcome, limits.retries):
            job.retries += 1
            pause = _jittered(limits.retry_pause)
            asyncio.get_running_loop().call_later(pause, self._put_back, job)
        else:
            self._answer(job, outcome)
        self._settle()

    def _put_back(self, job: Job) -> None:
        if job in self._jobs:
            self._queue.appendleft(job)
            self._settle()

    def _answer(self, job: Job, outcome: Chart | UpstreamError) -> None:
        self._jobs.discard(job)
        job.end(outcome)

    def _forget(self, job: Job) -> None:
        """Let go of a job whose caller is gone, wherever it is."""
        self._jobs.discard(job)
        if job.answer.done() and not job.answer.cancelled():
            return
        if job in self._queue:
            self._queue.remove(job)
        any(socket.lanes.drop(job) for socket in self._sockets)
        self._settle()

    def _tell_everybody(self, error: UpstreamError) -> None:
        self._queue.clear()
        for job in list(self._jobs):
            self._answer(job, error)
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(error)

    # What happens to a socket.

    def _start(self) -> None:
        socket = Socket(self._endpoint, self._tokens, self._limits, self._ended)
        task = asyncio.create_task(self._run(socket))
        self._tasks.add(task)
        self._sockets[socket] = task
        task.add_done_callback(partial(self._gone, socket))

    async def _run(self, socket: Socket) -> None:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(self._dialing.take_turn(now))
        try:
            async with asyncio.timeout(self._limits.open_seconds) as patience:
                async with self._admit():
                    await socket.connection.run(partial(self._opened, socket, patience))
        except TimeoutError as error:
            raise TimedOutError("TradingView cannot be reached in time.") from error

    def _opened(self, socket: Socket, patience: asyncio.Timeout) -> None:
        patience.reschedule(None)
        socket.opened()
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._settle()

    async def _open_socket(self) -> Socket:
        self._refuse_if_closed()
        while not (serving := self._serving()):
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            self._settle()
            try:
                await waiter
            finally:
                self._waiting.discard(waiter)
        return serving[0]

    def _gone(self, socket: Socket, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            if self._sockets.pop(socket, None):
                self._tell_everybody(_closed())  # the event loop is ending
            return
        error = task.exception()
        if not isinstance(error, UpstreamError):
            logger.error("A TradingView socket failed unexpectedly.", exc_info=error)
            error = UnexpectedAnswerError("TradingView's answer cannot be handled.")
        if self._sockets.pop(socket, None):
            self._lost(socket, error)

    def _lost(self, socket: Socket, error: UpstreamError) -> None:
        """Start over what was under way: elsewhere, or with another token."""
        opened, heard = socket.is_open, socket.connection.heard > 0
        if isinstance(error, RedirectedError):
            self._endpoint = error.endpoint
        elif isinstance(error, TokenRejectedError | SilentError) or (
            opened and not heard
        ):
            self._tokens.invalidate()
        now = asyncio.get_running_loop().time()
        self._dialing.lost(error, now, served=heard)
        for job in reversed(socket.surrender()):
            if heard:
                self._ended(job, error)
            else:
                self._queue.appendleft(job)
        is_last = not any(other.is_open for other in self._sockets)
        if is_last and self._dialing.is_hopeless(error):
            self._tell_everybody(error)
        if not (self._jobs or self._waiting):
            self._dialing.forgive()
        self._settle()

    def _close(self, socket: Socket) -> None:
        socket.surrender()
        self._sockets.pop(socket).cancel()

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise _closed()

    # What happens next.

    def _settle(self) -> None:
        """Put jobs on lanes, dial what is missing, let go what is not needed."""
        if not self._is_closed:
            self._place_jobs()
            self._retire_sockets()
            self._dial_up_to(self._wanted())

    def _place_jobs(self) -> None:
        serving = self._serving()
        unplaced = []
        while self._queue and any(socket.lanes.free for socket in serving):
            job = self._queue.popleft()
            if not _place(job, serving):
                unplaced.append(job)
        self._queue.extendleft(reversed(unplaced))

    def _serving(self) -> list[Socket]:
        """Return the sockets that take jobs: a spent one, only until another is open."""
        opened = [socket for socket in self._sockets if socket.is_open]
        return [socket for socket in opened if not socket.is_spent] or opened

    def _wanted(self) -> int:
        """Return how many sockets there should be, besides those that are spent."""
        charts = len(self._queue) + sum(socket.lanes.busy for socket in self._sockets)
        needed = max(ceil(charts / self._limits.lanes), bool(self._waiting))
        return min(needed, self._limits.sockets)

    def _dial_up_to(self, count: int) -> None:
        fresh = sum(not socket.is_spent for socket in self._sockets)
        for _ in range(min(count - fresh, self._room())):
            self._start()

    def _room(self) -> int:
        """Return how many more sockets the account's plan has."""
        most = self._tokens.max_connections
        return self._limits.sockets if most is None else most - len(self._sockets)

    def _retire_sockets(self) -> None:
        serving = self._serving()
        for socket in list(self._sockets):
            if socket.is_busy or not socket.is_open:
                socket.wake()
            elif socket not in serving or (self._queue and socket.is_spent):
                self._close(socket)
            else:
                socket.rest(self._close)


def _place(job: Job, sockets: Iterable[Socket]) -> bool:
    by_load = sorted(sockets, key=lambda socket: socket.lanes.busy)
    return any(socket.place(job) for socket in by_load)


def _jittered(seconds: float) -> float:
    return seconds * _random.uniform(0.75, 1.25)


def _closed() -> UnreachableError:
    return UnreachableError("The connection to TradingView is closed.")
