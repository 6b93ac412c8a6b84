"""Charts to test with."""

from dataclasses import replace

from formulas.charts.stored import StoredChart
from formulas.market.bars import Bar
from formulas.market.charts import Chart, ChartRequest, Freshness, Instrument

INSTRUMENT = Instrument(
    symbol="NSE:TCS",
    description="Tata Consultancy Services Limited",
    exchange="NSE",
    kind="stock",
    timezone="Asia/Kolkata",
    session="0915-1530",
    currency="INR",
    price_scale=100,
    min_move=5,
    has_volume=True,
)

# 2025-12-18 03:45 UTC: 09:15 in Mumbai, when its exchanges open.
OPENING = 1766029500
DAY = 86_400


def bars(count: int) -> tuple[Bar, ...]:
    """Return daily bars, the last one of 2025-12-18; each closes 0.05 higher."""
    return tuple(
        Bar(
            OPENING - DAY * (count - 1 - place),
            100.0,
            102.5,
            99.0,
            (2000 + place) * 5 / 100,
            1000.0 + place,
        )
        for place in range(count)
    )


def chart(symbol: str = "NSE:TCS", resolution: str = "1D", count: int = 3) -> Chart:
    return Chart(
        request=ChartRequest(symbol, resolution, 300),
        instrument=replace(INSTRUMENT, symbol=symbol),
        bars=bars(count),
        freshness=Freshness.DELAYED,
        delay_seconds=900,
        last_bar_closes_at=OPENING + 22_499,
        answered_at=OPENING + 1547.5,
    )


def stored(
    symbol: str = "NSE:TCS",
    resolution: str = "1D",
    *,
    count: int = 3,
    fetched_at: float = OPENING + 1547.0,
) -> StoredChart:
    fetched = chart(symbol, resolution, count)
    return StoredChart.of(fetched, request=fetched.request, fetched_at=fetched_at)
