"""Mixtures of faults that hang on a number alone, so that each can be repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from formulas.charts.outcomes import Wanted
from formulas.market.charts import ChartRequest
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.conversation import Limits as ServerLimits
from formulas.simulator.faults import DEEDS
from formulas.upstream.tradingview.limits import Limits

# Trading goes on at this moment: 09:40 of 2025-12-18 in Mumbai.
MOMENT = 1766031047.25

# By their possible spellings, as the rows of a screen give them.
STOCKS = (
    ("NSE:TCS",),
    ("NSE:INFY",),
    ("NSE:SBIN",),  # its name is not ASCII
    ("NSE:M&M", "NSE:M_M"),
    ("NSE:NIFTY",),  # has no volume
    ("NSE:LGEINDIA",),  # has few bars
    ("NSE:SGBDE31III",),  # has none
    ("NSE:DOESNOTEXIST",),
    ("NSE:EMBASSY_RR", "NSE:EMBASSY.RR"),  # TradingView takes the second
)
RESOLUTIONS = ("1W", "1D")

# Everything is over soon, so that hundreds of mixtures are.
SHORT = Limits(
    lanes=8,
    chart_seconds=0.3,
    first_answer_seconds=0.2,
    facts_seconds=0.3,
    idle_seconds=0.05,
    dial_spacing=0.0,
    dial_pause=0.01,
    open_seconds=0.25,
    retry_pause=0.005,
)
OPEN = ServerLimits(dial_gap_seconds=0)

_REASONS = {
    "critical_error": ["", "invalid parameters", "max sessions rate reached"],
    "protocol_error": [
        "",
        "bad auth token",
        "max sessions rate reached",
        "user connections limit reached",
        "wrong data",
    ],
    "series_error": ["", "custom_resolution", "seconds_not_entitled", "study error"],
    "symbol_error": ["", "permission denied"],
}


@dataclass(frozen=True)
class Mixture:
    """What goes wrong, for whom, and within which limits.

    `leaves_after` are the outcomes after which each viewer leaves; None stays.
    """

    number: int
    faults: tuple[Mapping[str, Any], ...]
    wanted: tuple[Wanted, ...]
    limits: Limits
    server_limits: ServerLimits
    has_account: bool
    leaves_after: tuple[int | None, ...]

    @property
    def config(self) -> Config:
        return Config(
            latency=replace(INSTANT, jitter=0.004),
            limits=self.server_limits,
            faults=self.faults,
            heartbeat_seconds=0.1,
            clock=lambda: MOMENT,
        )


def mixture(number: int) -> Mixture:
    """Return the mixture of that number."""
    random = Random(number)  # noqa: S311 - the same number, the same mixture
    stocks = random.sample(STOCKS, random.randint(3, 5))
    bars = random.choice([5, 12, 30])
    has_account = random.random() < 0.5
    return Mixture(
        number=number,
        faults=tuple(_rule(random) for _ in range(random.randint(1, 5))),
        wanted=wanted(stocks, bars),
        limits=replace(
            SHORT,
            sockets=random.choice([1, 1, 2, 4]),
            lanes=random.choice([1, 2, 4, 8]),
            sessions_per_socket=random.choice([2, 5, 150]),
            retries=random.choice([0, 1, 1, 2]),
            idle_seconds=random.choice([0.005, 0.05]),
        ),
        server_limits=replace(
            OPEN,
            sessions_per_socket=random.choice([3, 8, 200]),
            sessions_kill_socket=random.random() < 0.5,
        ),
        has_account=has_account,
        leaves_after=(None, *random.choices([None, 0, 2], k=random.randint(0, 2))),
    )


def wanted(stocks: list[tuple[str, ...]], bars: int) -> tuple[Wanted, ...]:
    """Return the charts of the stocks, at both resolutions."""
    charts = [(names, each) for names in stocks for each in RESOLUTIONS]
    return tuple(
        Wanted(place, ChartRequest(names[0], resolution, bars), names)
        for place, (names, resolution) in enumerate(charts)
    )


def _rule(random: Random) -> dict[str, Any]:
    on = random.choice([*DEEDS, "series", "series", "symbol"])
    do = random.choice(sorted(DEEDS[on]))
    rule: dict[str, Any] = {
        "on": on,
        "do": do,
        "first": random.choice([1, 2, 5, None]),
        "after": random.choice([0, 0, 1, 3]),
        "every": random.choice([1, 1, 2, 3]),
        "probability": random.choice([1.0, 0.5, 0.2]),
        "seconds": random.choice([0.0, 0.01, 0.1, 0.4]),
        "status": random.choice([403, 429, 429, 500, 503]),
        "reason": random.choice(_REASONS.get(do, [""])),
        "bars": random.randint(1, 10),
    }
    if on in {"series", "symbol"} and random.random() < 0.4:
        rule["symbol"] = random.choice(STOCKS)[-1]
    if on == "series" and random.random() < 0.3:
        rule["resolution"] = random.choice(RESOLUTIONS)
    return rule
