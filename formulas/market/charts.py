"""Charts: the bars of one symbol at one resolution, and what is asked for them."""

from dataclasses import dataclass
from enum import StrEnum

from formulas.market.bars import Bar

# As the earlier app and the captured session ask for them.
DEFAULT_ADJUSTMENT = "dividends"


class Freshness(StrEnum):
    """How far behind the market an exchange's data is, for the account that asked."""

    STREAMING = "streaming"
    DELAYED = "delayed"
    END_OF_DAY = "endofday"


@dataclass(frozen=True, slots=True)
class ChartRequest:
    """What to fetch: one symbol (`NSE:TCS`), one resolution, how many bars."""

    symbol: str
    resolution: str
    bars: int
    adjustment: str = DEFAULT_ADJUSTMENT


@dataclass(frozen=True, slots=True)
class Instrument:
    """What TradingView says of a symbol (`symbol_resolved`)."""

    symbol: str
    description: str
    exchange: str
    kind: str
    timezone: str
    session: str
    currency: str
    price_scale: int
    min_move: int
    has_volume: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in ascending order of time, unique, with what is known of them.

    `delay_seconds` is what the freshness says (900 for `delayed_streaming_900`).
    `last_bar_closes_at` is the UTC second at which the last bar ends, None where
    TradingView did not say; `answered_at` is TradingView's own clock, UTC seconds.
    """

    request: ChartRequest
    instrument: Instrument
    bars: tuple[Bar, ...]
    freshness: Freshness
    delay_seconds: int = 0
    last_bar_closes_at: int | None = None
    answered_at: float | None = None

    @property
    def is_forming(self) -> bool:
        """Say whether the last bar was still open when TradingView answered."""
        return (
            self.last_bar_closes_at is not None
            and self.answered_at is not None
            and self.answered_at <= self.last_bar_closes_at
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a stock beside its bars; None where nobody has told it."""

    symbol: str
    name: str | None = None
    sector: str | None = None
    industry: str | None = None
    price: float | None = None
    change: float | None = None
    change_percent: float | None = None
    currency: str | None = None
