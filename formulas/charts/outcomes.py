"""What is wanted of the charts, and how each of them ends."""

from dataclasses import dataclass

from formulas.charts.stored import StoredChart
from formulas.market.charts import ChartRequest
from formulas.upstream.errors import UpstreamError


@dataclass(frozen=True, slots=True)
class Wanted:
    """A chart that is wanted, and how else its symbol may be spelled.

    `place` is whatever the asker knows it by.
    """

    place: int
    request: ChartRequest
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Landed:
    """A chart that came; `is_cached` when it cost no fetch."""

    place: int
    chart: StoredChart
    is_cached: bool

    @property
    def request(self) -> ChartRequest:
        return self.chart.request


@dataclass(frozen=True, slots=True)
class Earlier:
    """A chart that is no longer fresh, to be looked at until the fresh one ends."""

    place: int
    chart: StoredChart

    @property
    def request(self) -> ChartRequest:
        return self.chart.request


@dataclass(frozen=True, slots=True)
class Failed:
    """A chart that will not come, and why."""

    place: int
    request: ChartRequest
    error: UpstreamError
