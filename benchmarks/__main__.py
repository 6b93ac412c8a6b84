"""`make bench`: measures, prints a table and one line of JSON, and keeps us to it.

The status is 1 when a promise is broken.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence

from benchmarks import earlier
from benchmarks.figures import Figures, Medians, Promise, comparison, promises
from benchmarks.stack import App, Stack, running_stack
from formulas.simulator.screens import MOMENTUM, WIDE, Screen

_ROUNDS = 7
_ROUNDS_WITHOUT_PROMISE = 3
_RESOLUTIONS = 2
_WAYS = {
    "cold": "44 stocks, cold: nothing cached, no socket, no token",
    "second_view": "again within five minutes",
    "warm_pool": "nothing cached, but a socket open",
    "new_process": "cold, and the first of a new process",
    "wide_cold": "250 stocks, cold",
    "earlier": "44 stocks, the earlier strategy, cold",
}
_COLUMNS = ("results_ms", "first_chart_ms", "last_chart_ms", "complete_ms", "cpu_ms")


def main() -> int:
    """Return the status."""
    load = os.getloadavg()[0]
    figures = Figures()
    with running_stack() as stack:
        _measure(stack, figures)
    medians = figures.medians()
    checked = list(promises(medians))
    for line in _table(medians, checked):
        print(line)
    print(f"The machine's load was {load:.1f} on {os.cpu_count()} processors before.")
    kept = all(promise.is_kept for promise in checked)
    compared = comparison(medians)
    print(json.dumps(medians | {"compared": compared, "kept": kept, "load": load}))
    return 0 if kept else 1


def _measure(stack: Stack, figures: Figures) -> None:
    with stack.app() as app:
        _see(app, MOMENTUM)
        for number in range(1, _ROUNDS + 1):
            print(f"Round {number} of {_ROUNDS}", file=sys.stderr)
            _compare(stack, app, figures)
        stack.cool_down()
        _see(app, WIDE)  # the simulator makes its prices
        for _ in range(_ROUNDS_WITHOUT_PROMISE):
            stack.cool_down()
            _see(app, WIDE, figures, "wide_cold")
    for _ in range(_ROUNDS_WITHOUT_PROMISE):
        stack.cool_down()
        with stack.app() as app:
            _see(app, MOMENTUM, figures, "new_process")


def _compare(stack: Stack, app: App, figures: Figures) -> None:
    """Do it both ways in turn, so that what the machine does besides meets both."""
    stack.cool_down()
    _see(app, MOMENTUM, figures, "cold")
    _see(app, MOMENTUM, figures, "second_view")
    stack.forget()
    _see(app, MOMENTUM, figures, "warm_pool")
    figures.add_earlier(asyncio.run(earlier.view(stack.upstreams)))


def _see(
    app: App, screen: Screen, figures: Figures | None = None, way: str = ""
) -> None:
    """Open the page of a screen, as a browser does, and then watch its stream."""
    page = app.viewer.open_page(screen.name)
    before = app.cpu_seconds()
    view = app.viewer.watch(page, charts=_RESOLUTIONS * len(screen.symbols))
    if figures is not None:
        figures.add_view(way, view, cpu_seconds=app.cpu_seconds() - before)


def _table(medians: Medians, checked: Sequence[Promise]) -> Iterator[str]:
    width = max(map(len, _WAYS.values()))
    heads = (column.removesuffix("_ms").replace("_", " ") for column in _COLUMNS)
    yield f"{'Medians, in milliseconds':{width}}" + "".join(f"{h:>13}" for h in heads)
    for way, name in _WAYS.items():
        cells = (medians[way].get(column) for column in _COLUMNS)
        yield f"{name:{width}}" + "".join(
            f"{'' if cell is None else f'{cell:,.0f}':>13}" for cell in cells
        )
    cold = medians["cold"]
    yield (
        f"One chart of 300 bars takes {cold['bytes_per_chart']:,.0f} bytes as HTML,"
        f" {cold['gzip_bytes_per_chart']:,.0f} with gzip."
    )
    for promise in checked:
        verdict = "kept  " if promise.is_kept else "BROKEN"
        yield f"{verdict} {promise.text}: {promise.value:g}"


if __name__ == "__main__":
    sys.exit(main())
