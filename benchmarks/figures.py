"""What was measured, and what is made of it: medians, ratios, promises."""

import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.earlier import Batch
from benchmarks.viewer import View
from formulas.simulator.config import REFERENCE

type Medians = dict[str, dict[str, float]]


class Figures:
    """Samples of each figure of each way to see a screen; names end in their unit."""

    def __init__(self) -> None:
        self._samples: dict[str, dict[str, list[float]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add_view(self, way: str, view: View, *, cpu_seconds: float) -> None:
        """Add a stream of the app."""
        self._add(
            way,
            results_ms=1000 * view.results,
            first_chart_ms=1000 * view.batches[0].at,
            last_chart_ms=1000 * view.batches[-1].at,
            complete_ms=1000 * view.complete,
            cpu_ms=1000 * cpu_seconds,
            stream_bytes=view.size,
            bytes_per_chart=len(_charts(view)) / view.charts,
            gzip_bytes_per_chart=len(gzip.compress(_charts(view), 6)) / view.charts,
        )

    def add_earlier(self, batches: Sequence[Batch]) -> None:
        """Add a run of the earlier strategy."""
        self._add(
            "earlier",
            first_chart_ms=1000 * batches[0].at,
            last_chart_ms=1000 * batches[-1].at,
        )

    def medians(self) -> Medians:
        return {
            way: {name: round(median(values), 1) for name, values in samples.items()}
            for way, samples in self._samples.items()
        }

    def _add(self, way: str, **figures: float) -> None:
        for name, value in figures.items():
            self._samples[way][name].append(value)


def _charts(view: View) -> bytes:
    return b"".join(batch.event for batch in view.batches)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the project says of its speed; `value` is what was measured."""

    text: str
    value: float
    least: float = 0.0
    most: float = float("inf")

    @property
    def is_kept(self) -> bool:
        return self.least <= self.value <= self.most


def comparison(medians: Medians) -> dict[str, float]:
    """Return how a cold view compares with MarketInOut and the earlier strategy."""
    earlier, cold = medians["earlier"], medians["cold"]
    return {
        "results_after_screen_ms": round(
            cold["results_ms"] - 1000 * REFERENCE.screen, 1
        ),
        "times_faster_to_first_chart": _ratio(earlier, cold, "first_chart_ms"),
        "times_faster_to_last_chart": _ratio(earlier, cold, "last_chart_ms"),
    }


def _ratio(slower: dict[str, float], faster: dict[str, float], figure: str) -> float:
    return round(slower[figure] / faster[figure], 2)


def promises(medians: Medians) -> Iterator[Promise]:
    """Yield each promise with its figure."""
    compared, cold = comparison(medians), medians["cold"]
    yield Promise(
        "cold: ms from MarketInOut's answer to the stocks, at most 60",
        compared["results_after_screen_ms"],
        most=60,
    )
    yield Promise(
        "cold: ms to the first chart, at most 750", cold["first_chart_ms"], most=750
    )
    yield Promise(
        "cold: ms to the last of 88 charts, at most 1350",
        cold["last_chart_ms"],
        most=1350,
    )
    yield Promise(
        "again: ms to the end, at most 250",
        medians["second_view"]["complete_ms"],
        most=250,
    )
    yield Promise(
        "times faster than the earlier strategy to the first chart, at least 4",
        compared["times_faster_to_first_chart"],
        least=4,
    )
    yield Promise(
        "times faster than the earlier strategy to the last chart, at least 6",
        compared["times_faster_to_last_chart"],
        least=6,
    )
