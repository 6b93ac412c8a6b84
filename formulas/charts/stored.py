"""A chart as it is kept and sent: its bars as compact text, with what is known of it.

What a fetch ended with is kept as bytes: a chart, or for a moment the failure.
"""

import logging
from dataclasses import dataclass
from typing import Any, Self

import orjson

from formulas.market import polyline
from formulas.market.bars import Bar
from formulas.market.charts import Chart, ChartRequest, Freshness, Instrument
from formulas.upstream.errors import UpstreamError, error_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class StoredChart:
    """A chart ready to send.

    `text` holds the bars (market.polyline); the last bar and the close before it stand
    apart, so that nobody has to read the text for a summary. Times are UTC seconds;
    `fetched_at` is by our clock.
    """

    request: ChartRequest
    instrument: Instrument
    text: str
    count: int
    last: Bar
    close_before: float | None
    freshness: Freshness
    delay_seconds: int
    is_forming: bool
    fetched_at: float

    # Factories

    @classmethod
    def of(cls, chart: Chart, *, request: ChartRequest, fetched_at: float) -> Self:
        """Return the chart as it is kept under the request it answers."""
        return cls(
            request=request,
            instrument=chart.instrument,
            text=polyline.encode(chart.bars),
            count=len(chart.bars),
            last=chart.bars[-1],
            close_before=chart.bars[-2].close if len(chart.bars) > 1 else None,
            freshness=chart.freshness,
            delay_seconds=chart.delay_seconds,
            is_forming=chart.is_forming,
            fetched_at=fetched_at,
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the chart that `to_bytes` wrote.

        Raises:
            ValueError: the bytes are of another shape, as of an older version.
        """
        header, _, text = data.partition(b"\n")
        try:
            fields: dict[str, Any] = orjson.loads(header)
            return cls(
                **fields
                | {
                    "text": text.decode(),
                    "request": ChartRequest(**fields["request"]),
                    "instrument": Instrument(**fields["instrument"]),
                    "last": Bar(*fields["last"]),
                    "freshness": Freshness(fields["freshness"]),
                }
            )
        except (TypeError, KeyError) as error:
            raise ValueError("This is not a stored chart.") from error

    # Queries

    def to_bytes(self) -> bytes:
        """Return one line of JSON and then the text of the bars."""
        return (
            orjson.dumps(
                {
                    "request": self.request,
                    "instrument": self.instrument,
                    "count": self.count,
                    "last": list(self.last),
                    "close_before": self.close_before,
                    "freshness": self.freshness,
                    "delay_seconds": self.delay_seconds,
                    "is_forming": self.is_forming,
                    "fetched_at": self.fetched_at,
                }
            )
            + b"\n"
            + self.text.encode()
        )

    @property
    def bars(self) -> tuple[Bar, ...]:
        return polyline.decode(self.text)

    @property
    def change_percent(self) -> float | None:
        """How far the last close is from the one before, in percent."""
        if not self.close_before:
            return None
        return (self.last.close / self.close_before - 1) * 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFailure:
    """Why a chart could not be fetched, as one process tells the others."""

    code: str
    message: str
    fetched_at: float

    @classmethod
    def of(cls, error: UpstreamError, *, fetched_at: float) -> Self:
        return cls(code=error.code, message=str(error), fetched_at=fetched_at)

    def to_bytes(self) -> bytes:
        return _FAILURE + orjson.dumps(self)

    def error(self) -> UpstreamError:
        """Return the error as it was raised where it happened."""
        return error_of(self.code, self.message)


type Outcome = StoredChart | StoredFailure

_FAILURE = b"!"


def read_outcome(data: bytes | None) -> Outcome | None:
    """Return what was kept; None when there is nothing, or nothing that we know."""
    if data is None:
        return None
    try:
        if data.startswith(_FAILURE):
            return StoredFailure(**orjson.loads(data.removeprefix(_FAILURE)))
        return StoredChart.from_bytes(data)
    except (ValueError, TypeError):
        logger.warning("The store holds a chart of another version; it is fetched.")
        return None
