"""One chart session: symbols resolved into slots, series and studies upon them.

Pure. Each method is a client's message and returns the answers to it, or raises what
ends the session.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from formulas.simulator.access import Access
from formulas.simulator.answers import (
    Answer,
    CriticalError,
    Message,
    Stage,
    called,
    message,
)
from formulas.simulator.asking import (
    bars_asked,
    range_asked,
    range_start,
    symbol_in,
)
from formulas.simulator.instrument import symbol_info
from formulas.simulator.listing import Listing
from formulas.simulator.resolution import parse_resolution
from formulas.simulator.timescale import NODE, Series, Timescale, coming, emptied


@dataclass
class ChartSession:
    """What one `chart_create_session` opened."""

    name: str
    access: Access
    timescale: Timescale
    series_limit: int
    slots: dict[str, Listing | None] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)

    def receive(self, method: str, arguments: list[Any], now: float) -> list[Answer]:
        """Answer one message; those not known here are ignored, as upstream.

        Raises:
            CriticalError: the session ends.
        """
        handler = _HANDLERS.get(method)
        if handler is None:
            return []
        try:
            return handler(self, arguments, now)
        except (ValueError, TypeError, KeyError) as error:
            raise CriticalError(
                self.name, "invalid parameters", called(method, arguments)
            ) from error

    def live(self, now: float) -> list[Answer]:
        """Return the newest bars that have changed since they were last sent."""
        updates = [self.timescale.live(series, now) for series in self.series.values()]
        return [Answer(self.name, [update]) for update in updates if update]

    # Answers to what a client sends

    def switch_timezone(self, arguments: list[Any], now: float) -> list[Answer]:
        (zone,) = arguments
        if zone != "exchange":
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError) as error:
                raise self._refusal(
                    "invalid timezone", "switch_timezone", arguments
                ) from error
        return []

    def resolve_symbol(self, arguments: list[Any], now: float) -> list[Answer]:
        slot, text = arguments
        if slot in self.slots:
            raise self._refusal("duplicate id", "resolve_symbol", arguments)
        listing = self.timescale.exchange.listing(symbol_in(text))
        self.slots[slot] = listing
        if listing is None:
            failure = [self.name, slot, "invalid symbol"]
            return [self._resolved("symbol_error", failure)]
        resolved = [self.name, slot, symbol_info(listing)]
        answer = self._resolved("symbol_resolved", resolved)
        return [replace(answer, symbol=listing.symbol, slot=slot)]

    def create_series(self, arguments: list[Any], now: float) -> list[Answer]:
        name, turnaround, slot, resolution, count, *more = arguments
        if name in self.series:
            raise self._refusal("duplicate id", "create_series", arguments)
        if len(self.series) >= self.series_limit:
            raise self._refusal(
                "exceed limit of series in the session", "create_series", arguments
            )
        parse_resolution(resolution)
        symbol = self._symbol(slot)
        series = Series(
            self.name, name, slot, turnaround, symbol, resolution, bars_asked(count)
        )
        if isinstance(count, list) and symbol:
            self._skip_to(series, count, now)
        self.series[name] = series
        return [self._load(series, range_asked(more), now)]

    def modify_series(self, arguments: list[Any], now: float) -> list[Answer]:
        name, turnaround, slot, resolution, *more = arguments
        parse_resolution(resolution)
        series, symbol = self.series[name], self._symbol(slot)
        series.slot, series.turnaround = slot, turnaround
        if (symbol, resolution) == (series.symbol, series.resolution):
            return [self._extend(series, range_asked(more), now)]
        clears = symbol != series.symbol
        series.symbol, series.resolution = symbol, resolution
        series.skip, series.newest_bar = 0, None
        return [self._load(series, range_asked(more), now, clears=clears)]

    def remove_series(self, arguments: list[Any], now: float) -> list[Answer]:
        (name,) = arguments
        if name not in self.series:
            raise self._refusal("unknown series id", "remove_series", arguments)
        del self.series[name]
        return []

    def request_more_data(self, arguments: list[Any], now: float) -> list[Answer]:
        name, count = arguments
        series = self.series[name]
        before = series.loaded
        page = series.symbol and self.timescale.older_page(series, count, now)
        is_end = series.loaded < before + count
        return [self._answer(series, [page] if page else [], is_end=is_end)]

    def request_more_tickmarks(self, arguments: list[Any], now: float) -> list[Answer]:
        name, count = arguments
        marks = coming(self.series[name], count, now)
        return [Answer(self.name, [marks], delayed=True)]

    def create_study(self, arguments: list[Any], now: float) -> list[Answer]:
        study, turnaround, parent, *_ = arguments
        if parent not in self.series:
            raise self._refusal("unknown parent id", "create_study", arguments)
        turn = f"{self.series[parent].turnaround}_{turnaround}"
        refusal = [self.name, study, turn, "Study not allowed in this connection", NODE]
        messages = [
            message("study_loading", [self.name, study, turn], Stage.LOADING),
            message("study_error", refusal, Stage.COMPLETED),
        ]
        return [Answer(self.name, messages, delayed=True)]

    # How a series is loaded

    def _load(
        self, series: Series, time_range: str, now: float, *, clears: bool = False
    ) -> Answer:
        refusal = self._series_refusal(series)
        if refusal:
            return self._failure(series, refusal)
        count = max(series.count, self._needed(series, time_range, now))
        page = self.timescale.first_page(series, count, now)
        messages = [emptied(series)] if clears else []
        messages += [page] if page else []
        messages += self._timeframe(series, time_range, now)
        return self._answer(series, messages, is_end=series.loaded < count)

    def _extend(self, series: Series, time_range: str, now: float) -> Answer:
        """Answer a change that changes nothing: only bars not yet sent are sent."""
        refusal = self._series_refusal(series)
        if refusal:
            return self._failure(series, refusal)
        missing = self._needed(series, time_range, now) - series.loaded
        page = self.timescale.older_page(series, missing, now) if missing > 0 else None
        messages = [page] if page else []
        return self._answer(series, messages + self._timeframe(series, time_range, now))

    def _skip_to(self, series: Series, reference: list[Any], now: float) -> None:
        """Read `["bar_count", time, n]`: bars up to the time, or after it where n < 0."""
        _, time, count = reference
        newer = self.timescale.exchange.count_since(
            series.symbol, series.resolution, time + 1, now
        )
        series.skip = newer if count > 0 else max(0, newer + count)
        series.count = min(newer, -count) if count < 0 else count

    def _needed(self, series: Series, time_range: str, now: float) -> int:
        """Return how many bars a range reaches back over."""
        if not time_range:
            return 0
        return self.timescale.exchange.count_since(
            series.symbol, series.resolution, range_start(time_range, now), now
        )

    def _timeframe(self, series: Series, time_range: str, now: float) -> list[Message]:
        if not time_range:
            return []
        first = series.newest + 1 - self._needed(series, time_range, now)
        parts = [
            self.name,
            series.name,
            series.turnaround,
            first,
            series.newest,
            time_range,
        ]
        return [message("series_timeframe", [*parts, last]) for last in (False, True)]

    def _series_refusal(self, series: Series) -> str:
        """Return why the account or the symbol cannot have the series, or nothing."""
        resolution = parse_resolution(series.resolution)
        if not series.symbol:
            return "resolve error"
        if resolution.is_seconds:
            return "seconds_not_entitled"
        if resolution.is_custom and not self.access.has_custom_resolutions:
            return "custom_resolution"
        return ""

    # Shapes of answers

    def _answer(
        self, series: Series, messages: list[Message], *, is_end: bool = False
    ) -> Answer:
        mode = self.access.update_mode(series.symbol.partition(":")[0])
        options: dict[str, Any] = {"rt_update_period": self.access.update_period}
        if is_end:
            options["data_completed"] = "end"
        ids = [self.name, series.name]
        completed = [*ids, mode, series.turnaround, options]
        return Answer(
            self.name,
            [
                message("series_loading", [*ids, series.turnaround], Stage.LOADING),
                *messages,
                message("series_completed", completed, Stage.COMPLETED),
            ],
            delayed=True,
            series=series.name,
            slot=series.slot,
            symbol=series.symbol,
            resolution=series.resolution,
            turnaround=series.turnaround,
        )

    def _resolved(self, method: str, parameters: list[Any]) -> Answer:
        resolved = message(method, parameters, Stage.RESOLVED)
        return Answer(self.name, [resolved], delayed=True)

    def _failure(self, series: Series, reason: str) -> Answer:
        ids = [self.name, series.name, series.turnaround]
        messages = [
            message("series_loading", ids, Stage.LOADING),
            message("series_error", [*ids, reason, NODE], Stage.COMPLETED),
        ]
        return Answer(self.name, messages, delayed=True)

    def _symbol(self, slot: str) -> str:
        """Return the symbol in a slot, or nothing where it could not be resolved."""
        listing = self.slots[slot]
        return listing.symbol if listing else ""

    def _refusal(self, reason: str, method: str, arguments: list[Any]) -> CriticalError:
        return CriticalError(self.name, reason, called(method, arguments))


_Handler = Callable[[ChartSession, list[Any], float], list[Answer]]
_HANDLERS: Mapping[str, _Handler] = {
    "switch_timezone": ChartSession.switch_timezone,
    "resolve_symbol": ChartSession.resolve_symbol,
    "create_series": ChartSession.create_series,
    "modify_series": ChartSession.modify_series,
    "remove_series": ChartSession.remove_series,
    "request_more_data": ChartSession.request_more_data,
    "request_more_tickmarks": ChartSession.request_more_tickmarks,
    "create_study": ChartSession.create_study,
}
