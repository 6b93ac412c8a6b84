"""Events of a run of two stocks, to be written down in one form or another."""

from dataclasses import replace

from formulas.charts.outcomes import Failed, Landed
from formulas.market.charts import ChartRequest, Facts
from formulas.market.screen import ScreenRow
from formulas.streams.cursor import Cursor
from formulas.streams.events import (
    ChartBatch,
    Complete,
    Event,
    FactsFound,
    Notice,
    Results,
    RunFailed,
    Stock,
)
from formulas.streams.progress import Progress
from formulas.streams.run import Step
from formulas.upstream.errors import TimedOutError
from tests.support.charts import stored

MAHINDRA = ScreenRow(
    marketinout="M_M.NS",
    symbol="NSE:M&M",
    spellings=("NSE:M&M", "NSE:M_M"),
    price=3601.0,
    date="2025-12-18",
    metrics=("-0.10", ""),
)
ELSEWHERE = ScreenRow(
    marketinout="BRK-B.US",
    symbol="BRK-B.US",
    spellings=(),
    price=None,
    date="",
    metrics=("1.7", "<b>"),
)
FACTS = Facts(
    symbol="NSE:M&M",
    name="Mahindra <script>alert(1)</script> & Mahindra",
    sector="Consumer Durables",
    industry="Motor Vehicles",
    price=3605.5,
    change=4.5,
    change_percent=0.125,
    currency="INR",
)

RESULTS = Results(
    formula_name="Cars <now>",
    stocks=(Stock(row=MAHINDRA, facts=FACTS), Stock(row=ELSEWHERE, facts=None)),
    metric_names=("Change",),
    resolutions=("1W", "1D"),
    bars=300,
    total_charts=4,
    age_seconds=None,
)
NOTICE = Notice(code="anonymous", message="Charts are <delayed>.")
FACTS_FOUND = FactsFound({0: FACTS})
LANDED = Landed(1, stored("NSE:M&M", "1D"), is_cached=True)
FAILED = Failed(
    2, ChartRequest("BRK-B.US", "1W", 300), TimedOutError("No answer <in time>.")
)
BATCH = ChartBatch(
    index=2,
    total_batches=3,
    outcomes=(LANDED, FAILED),
    charts_per_stock=2,
    progress=Progress(total=4, loaded=2, failed=1, from_cache=1),
    started_at=1766031047.25,
    ended_at=1766031047.5,
)
COMPLETE = Complete(
    progress=Progress(total=4, loaded=3, failed=1, from_cache=1), seconds=1.25
)
RUN_FAILED = RunFailed(
    code="unreachable", message="MarketInOut can't be <reached>.", retryable=True
)
RUN_BROKE_OFF = replace(RUN_FAILED, has_results=True)

CURSOR = Cursor("aaaaaaaaaaaaaaaa", batches=2, cached=1, ended=0b111, failed=0b100)
ALL = (
    RESULTS,
    NOTICE,
    FACTS_FOUND,
    BATCH,
    COMPLETE,
    RUN_FAILED,
    RUN_BROKE_OFF,
)
ALL_TYPES = tuple(map(type, ALL))


def step(event: Event) -> Step:
    return Step(event, CURSOR)
