"""Runs to test with: what a viewer asks for, and what came."""

from contextlib import aclosing
from dataclasses import dataclass, field, replace
from time import time
from typing import Any

from formulas.charts.outcomes import Failed, Landed
from formulas.engine import Engine
from formulas.market.secret import Secret
from formulas.simulator.screens import MOMENTUM
from formulas.streams.events import ChartBatch, Event
from formulas.streams.run import Step
from formulas.streams.viewing import Viewing


def viewing(key: str = MOMENTUM.key, **changes: Any) -> Viewing:
    """Return what user 1 asks for formula 1: weekly and daily charts of 300 bars."""
    asked = Viewing(
        user_id=1,
        formula_id=1,
        formula_name="Momentum leaders",
        api_key=Secret(key),
        metric_names=(),
        credentials=None,
        resolutions=("1W", "1D"),
        bars=300,
        batch_size=18,
        is_refresh=False,
        cursor="",
        asked_at=time(),
        since=0.0,
    )
    return replace(asked, **changes)


@dataclass
class Seen:
    """What a viewer has seen, over one connection or several."""

    steps: list[Step] = field(default_factory=list)

    @property
    def events(self) -> list[Event]:
        return [step.event for step in self.steps]

    @property
    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    @property
    def batches(self) -> list[ChartBatch]:
        return [event for event in self.events if isinstance(event, ChartBatch)]

    @property
    def outcomes(self) -> list[Landed | Failed]:
        return [outcome for batch in self.batches for outcome in batch.outcomes]

    @property
    def landed(self) -> dict[tuple[str, str], Landed]:
        return {
            (each.request.symbol, each.request.resolution): each
            for each in self.outcomes
            if isinstance(each, Landed)
        }

    @property
    def failed(self) -> list[Failed]:
        return [each for each in self.outcomes if isinstance(each, Failed)]

    def last[E](self, kind: type[E]) -> E:
        event = self.events[-1]
        assert isinstance(event, kind)
        return event


async def watch(engine: Engine, asked: Viewing, *, steps: int | None = None) -> Seen:
    """Watch a run, to its end or for so many steps."""
    seen = Seen()
    async with aclosing(engine.runs.steps(asked)) as stream:
        async for step in stream:
            seen.steps.append(step)
            if len(seen.steps) == steps:
                break
    return seen
