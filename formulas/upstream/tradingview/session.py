"""One lane: a chart session with one series, which fetches one chart at a time."""

from formulas.market.bars import Bar, in_order
from formulas.market.charts import Chart, ChartRequest, Freshness, Instrument
from formulas.upstream.errors import (
    NoDataError,
    SeriesRefusedError,
    SessionLostError,
    ThrottledError,
    UnexpectedAnswerError,
    UnknownSymbolError,
    UpstreamError,
)
from formulas.upstream.tradingview import commands
from formulas.upstream.tradingview.messages import (
    CriticalError,
    Malformed,
    SeriesCompleted,
    SeriesError,
    SessionMessage,
    SymbolError,
    SymbolResolved,
    TimescaleUpdate,
)

_SERIES = "sds_1"


class Lane:
    """The state of one chart session; gives messages to send and takes what comes.

    The first chart creates the session and its series; a later one points the series
    at another symbol or resolution, under a new turnaround, so that late data of an
    earlier chart cannot be taken for it. After any failure the session is unusable:
    send `farewell()` and make another lane.
    """

    def __init__(self, session: str) -> None:
        self.session = session
        self.is_usable = True
        self._exists = False
        self._turns = 0
        self._held: ChartRequest | None = None
        self._loading: _Loading | None = None

    @property
    def is_busy(self) -> bool:
        """Say whether a chart is under way."""
        return self._loading is not None

    def can_take(self, request: ChartRequest) -> bool:
        """Say whether this lane can fetch the chart now.

        A series keeps the count of bars it was created with, and TradingView sends
        nothing to a series that is pointed at what it already holds.
        """
        if self.is_busy or not self.is_usable:
            return False
        held = self._held
        return held is None or (held.bars == request.bars and held != request)

    def begin(self, request: ChartRequest) -> list[str]:
        """Start on a chart that the lane can take; return what to send."""
        if not self.can_take(request):
            raise ValueError("The lane cannot take this chart.")
        self._turns += 1
        slot, turnaround = f"sds_sym_{self._turns}", f"s{self._turns}"
        address = commands.SeriesAddress(self.session, _SERIES, turnaround)
        resolve = commands.resolve_symbol(
            self.session, slot, request.symbol, request.adjustment
        )
        self._held = request
        self._loading = _Loading(request, slot, turnaround)
        if self._exists:
            return [resolve, commands.modify_series(address, slot, request.resolution)]
        self._exists = True
        return [
            commands.chart_create_session(self.session),
            resolve,
            commands.create_series(address, slot, request.resolution, request.bars),
        ]

    def receive(self, message: SessionMessage) -> Chart | UpstreamError | None:
        """Take a message of this session; return how the chart ended, if it did."""
        if isinstance(message, CriticalError):
            self.is_usable = self._exists = False
        if self._loading is None:
            return None
        outcome = self._loading.receive(message)
        if outcome is not None:
            self._loading = None
            self.is_usable = isinstance(outcome, Chart)
        return outcome

    def farewell(self) -> list[str]:
        """End the lane; return what to send, so that TradingView forgets the session.

        Nothing, where it has ended the session itself: to name an unknown session
        costs the whole socket.
        """
        exists, self._exists = self._exists, False
        self.is_usable, self._loading = False, None
        return [commands.chart_delete_session(self.session)] if exists else []


class _Loading:
    """What has come so far of the chart under way."""

    def __init__(self, request: ChartRequest, slot: str, turnaround: str) -> None:
        self._request = request
        self._slot = slot
        self._turnaround = turnaround
        self._instrument: Instrument | None = None
        self._bars: list[Bar] = []
        self._last_bar_closes_at: int | None = None
        self._answered_at: float | None = None

    def receive(self, message: SessionMessage) -> Chart | UpstreamError | None:
        match message:
            case SymbolResolved(slot=self._slot, instrument=instrument):
                self._instrument = instrument
            case TimescaleUpdate():
                self._merge(message)
            case SeriesCompleted(turnaround=self._turnaround, mode=mode):
                return self._complete(mode)
            case _:
                return self._failure(message)
        return None

    def _merge(self, update: TimescaleUpdate) -> None:
        data = update.series.get(_SERIES)
        if data is None or data.turnaround != self._turnaround or not data.bars:
            return
        self._bars.extend(data.bars)
        self._last_bar_closes_at = data.last_bar_closes_at
        self._answered_at = update.sent_at

    def _complete(self, mode: str) -> Chart | UpstreamError:
        if not self._bars:
            return NoDataError("TradingView has no bars of this symbol.")
        if self._instrument is None:
            return UnexpectedAnswerError("TradingView sent bars of an unnamed symbol.")
        freshness, delay = _freshness(mode)
        return Chart(
            request=self._request,
            instrument=self._instrument,
            bars=in_order(self._bars)[-self._request.bars :],
            freshness=freshness,
            delay_seconds=delay,
            last_bar_closes_at=self._last_bar_closes_at,
            answered_at=self._answered_at,
        )

    def _failure(self, message: SessionMessage) -> UpstreamError | None:
        match message:
            case SymbolError(slot=self._slot, reason=reason):
                return _symbol_failure(reason)
            case SeriesError(turnaround=self._turnaround, reason=reason):
                return _series_failure(reason)
            case CriticalError(reason=reason, detail=detail):
                return _session_failure(reason, detail)
            case Malformed():
                return UnexpectedAnswerError("TradingView's answer cannot be read.")
            case _:
                return None


def _freshness(mode: str) -> tuple[Freshness, int]:
    """Return what a completed series says of itself; anything unknown is delayed."""
    if mode == "streaming":
        return Freshness.STREAMING, 0
    if mode == "endofday":
        return Freshness.END_OF_DAY, 0
    seconds = mode.rpartition("_")[2]
    return Freshness.DELAYED, int(seconds) if seconds.isdecimal() else 0


def _symbol_failure(reason: str) -> UpstreamError:
    if "permission" in reason:
        return SeriesRefusedError("The TradingView plan does not include this symbol.")
    return UnknownSymbolError("TradingView does not know this symbol.")


def _series_failure(reason: str) -> UpstreamError:
    if reason == "resolve error":
        return UnknownSymbolError("TradingView does not know this symbol.")
    if reason.startswith("unsupported resolution"):
        return SeriesRefusedError("TradingView has no such resolution of this symbol.")
    if reason == "custom_resolution" or reason.endswith("_not_entitled"):
        return SeriesRefusedError(
            "The TradingView plan does not include this resolution."
        )
    return SeriesRefusedError("TradingView refuses a chart of this symbol.")


def _session_failure(reason: str, detail: str) -> UpstreamError:
    concerns_series = "create_series" in detail or "modify_series" in detail
    if reason.replace("_", " ") == "invalid parameters" and concerns_series:
        return SeriesRefusedError("TradingView does not know this resolution.")
    if "sessions rate" in reason or "state sessions" in reason:
        return ThrottledError("TradingView asks for fewer chart sessions.")
    return SessionLostError("TradingView ended the chart session.")
