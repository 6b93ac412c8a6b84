"""What a run tells, as values: results, facts, batches of charts, and its end."""

from dataclasses import dataclass

from formulas.charts.outcomes import Earlier, Failed, Landed
from formulas.market.charts import Facts
from formulas.market.screen import ScreenRow
from formulas.streams.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """A row of the screen with what is known of the stock by now."""

    row: ScreenRow
    facts: Facts | None

    @property
    def price(self) -> float | None:
        """The screen's own price, else the last one that TradingView told."""
        if self.row.price is not None:
            return self.row.price
        return self.facts.price if self.facts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The screen answered. `age_seconds` is None unless it came from the cache."""

    formula_name: str
    stocks: tuple[Stock, ...]
    metric_names: tuple[str, ...]
    resolutions: tuple[str, ...]
    bars: int
    total_charts: int
    age_seconds: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the viewer should know of the whole run; it goes on."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FactsFound:
    """Facts about stocks of the screen, by their place in it."""

    facts: dict[int, Facts]


@dataclass(frozen=True, slots=True)
class EarlierCharts:
    """Charts that are shown with their age while they are fetched anew.

    They are no part of the run's charts: each of those still ends, once.
    """

    charts: tuple[Earlier, ...]
    charts_per_stock: int

    def slot(self, earlier: Earlier) -> tuple[int, str]:
        """Return the place of the chart's stock in the screen, and its resolution."""
        return earlier.place // self.charts_per_stock, earlier.request.resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBatch:
    """Charts that ended since the batch before; times are UTC seconds."""

    index: int
    total_batches: int
    outcomes: tuple[Landed | Failed, ...]
    charts_per_stock: int
    progress: Progress
    started_at: float
    ended_at: float

    def slot(self, outcome: Landed | Failed) -> tuple[int, str]:
        """Return the place of the outcome's stock in the screen, and its resolution."""
        return outcome.place // self.charts_per_stock, outcome.request.resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """Every chart has ended, one way or the other."""

    progress: Progress
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed:
    """The run ends here: without its stocks, or without its remaining charts."""

    code: str
    message: str
    retryable: bool
    has_results: bool = False


type Event = (
    Results | Notice | FactsFound | EarlierCharts | ChartBatch | Complete | RunFailed
)
