"""What the bars of a chart may be, when faults have been at them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from formulas.charts.stored import StoredChart
from formulas.simulator.server import Simulator

type Bars = tuple[tuple[Any, ...], ...]


def is_right(chart: StoredChart, simulator: Simulator, rules: Iterable[Any]) -> bool:
    """Say whether the chart holds the exchange's bars of what it was asked for.

    Two deeds leave a chart that is right although bars are missing: "fewer" keeps the
    newest ones, and "absurd" puts 1e+100, which is no price, in every tenth. As a rule
    need not meet every answer, any choice among those of the chart may have been at it.
    """
    request, symbol = chart.request, chart.instrument.symbol
    now = simulator.config.clock()
    bars: Bars = simulator.exchange.bars(symbol, request.resolution, request.bars, now)
    return any(
        tuple(map(tuple, chart.bars)) == tuple(map(tuple, altered))
        for altered in _altered(bars, [r for r in rules if _alters(r, symbol, request)])
    )


def _alters(rule: Mapping[str, Any], symbol: str, request: Any) -> bool:
    return (
        (rule["on"], rule["do"]) in {("series", "fewer"), ("series", "absurd")}
        and rule.get("symbol", "") in {"", symbol}
        and rule.get("resolution", "") in {"", request.resolution}
    )


def _altered(bars: Bars, rules: list[Mapping[str, Any]]) -> Iterator[Bars]:
    for count in range(len(rules) + 1):
        for chosen in combinations(rules, count):
            yield _after(bars, chosen)


def _after(bars: Bars, rules: Iterable[Mapping[str, Any]]) -> Bars:
    """Return what is left; None marks a bar that is no bar any more."""
    left: list[tuple[Any, ...] | None] = list(bars)
    for rule in rules:
        if rule["do"] == "fewer":
            left = left[-rule["bars"] :]
        else:
            left[1::10] = [None] * len(left[1::10])
    return tuple(bar for bar in left if bar is not None)
