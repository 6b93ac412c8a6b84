"""`python -m benchmarks.soak --minutes 30`: viewers come and go while much goes wrong.

The simulator and Valkey run in processes of their own; what is measured is the engine.
Prints one line of JSON; the status is 1 when something went wrong or has grown.
"""

import argparse
import asyncio
import gc
import json
import logging
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from time import time
from typing import override

import httpx
from django.conf import settings

from benchmarks.mishaps import random_faults
from config.env import ROOT
from formulas.charts.accounts import Credentials
from formulas.demo.children import Children
from formulas.demo.launch import start_simulator
from formulas.demo.valkey import start_valkey
from formulas.engine import Engine, engine
from formulas.market.secret import Secret
from formulas.simulator.accounts import BASIC, PREMIUM
from formulas.simulator.screens import JUNIPER, MOMENTUM, UNTIDY
from formulas.streams.events import ChartBatch, Complete, Results, RunFailed
from formulas.streams.viewing import Viewing
from formulas.upstream.tradingview.token import Cookies

_VIEWERS = 6
_WARM_UP = 0.4  # of the time
_START_SECONDS = 60
_FAULTS_SECONDS = 1.0
_MOST_GROWTH_KB = 24 * 1024
# Between two samples a socket may have opened, or a listener begun.
_MOST_MORE = 6
_CREDENTIALS = (
    None,
    *(
        Credentials(each.username, Cookies(each.sessionid, each.sessionid_sign))
        for each in (PREMIUM, BASIC)
    ),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process holds at a moment at which nobody views anything."""

    rss_kb: int
    tasks: int
    files: int
    threads: int

    @classmethod
    def now(cls) -> "Sample":
        gc.collect()
        resident = Path("/proc/self/statm").read_text().split()[1]
        return cls(
            rss_kb=int(resident) * 4,
            tasks=len(asyncio.all_tasks()),
            files=sum(1 for _ in Path("/proc/self/fd").iterdir()),
            threads=threading.active_count(),
        )

    def outgrown(self, later: "Sample") -> bool:
        """Say whether the later sample holds more than chance explains."""
        return (
            later.rss_kb - self.rss_kb > _MOST_GROWTH_KB
            or later.tasks - self.tasks > _MOST_MORE
            or later.files - self.files > _MOST_MORE
            or later.threads > self.threads
        )


class Log(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.errors.append(self.format(record))


@dataclass(frozen=True, slots=True)
class Soak:
    """A load on an engine, whose upstreams are the simulator at the address."""

    engine: Engine
    simulator: str
    random: Random
    ended: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    async def go_on(self, seconds: float) -> Sample:
        """Keep the load up for so long, and return what is left behind it."""
        load = [self._keep_viewing() for _ in range(_VIEWERS)]
        tasks = [asyncio.create_task(each) for each in (*load, self._keep_failing())]
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        self.wrong.extend(
            repr(each) for each in ended if not isinstance(each, asyncio.CancelledError)
        )
        await asyncio.sleep(_FAULTS_SECONDS)  # what nobody waits for any more ends
        return Sample.now()

    async def _keep_failing(self) -> None:
        async with httpx.AsyncClient(base_url=self.simulator) as client:
            while True:
                await client.post("/simulator/faults", json=random_faults(self.random))
                await asyncio.sleep(_FAULTS_SECONDS)

    async def _keep_viewing(self) -> None:
        while True:
            viewing = self._viewing()
            leaves_after = self.random.choice([None, None, 1, 2, 4])
            ended = await self._view(viewing, leaves_after)
            self.ended[ended] += 1
            if ended == "internal":
                self.wrong.append(f"{viewing.formula_name} broke")

    def _viewing(self) -> Viewing:
        screen = self.random.choice([MOMENTUM, JUNIPER, UNTIDY])
        is_refresh = self.random.random() < 0.5
        return Viewing(
            user_id=1,
            formula_id=screen.id,
            formula_name=screen.name,
            api_key=Secret(screen.key),
            metric_names=(),
            credentials=self.random.choice(_CREDENTIALS),
            resolutions=("1W", "1D"),
            bars=self.random.choice([50, 100, 300]),
            batch_size=18,
            is_refresh=is_refresh,
            cursor="",
            asked_at=time(),
            since=time() if is_refresh else 0.0,
        )

    async def _view(self, viewing: Viewing, leaves_after: int | None) -> str:
        """Return how a view ended; each chart of one that is complete ended once."""
        charts: Counter[tuple[int, str]] = Counter()
        total = steps = 0
        async with aclosing(self.engine.runs.steps(viewing)) as stream:
            async for step in stream:
                match step.event:
                    case Results(total_charts=count):
                        total = count
                    case ChartBatch(outcomes=outcomes):
                        charts.update(
                            (each.place, each.request.resolution) for each in outcomes
                        )
                    case RunFailed(code=code):
                        return code
                    case Complete(progress=progress):
                        self.ended["failed charts"] += progress.failed
                        if len(charts) != total or charts.total() != total:
                            self.wrong.append(f"{charts.total()} of {total} charts")
                        return "complete"
                    case _:
                        pass
                steps += 1
                if steps == leaves_after:
                    return "left"
        return "broken off"


async def soak(simulator: str, seconds: float, seed: int) -> bool:
    """Say whether all is well after so many seconds; print what was seen."""
    log = Log()
    logging.getLogger().addHandler(log)
    before = Sample.now()
    load = Soak(engine(), simulator, Random(seed))  # noqa: S311 - to be repeated
    warm = await load.go_on(seconds * _WARM_UP)
    after = await load.go_on(seconds * (1 - _WARM_UP))
    await load.engine.aclose()
    closed = Sample.now()
    wrong = [*load.wrong, *log.errors]
    samples = {"before": before, "warm": warm, "after": after, "closed": closed}
    is_well = not (
        wrong
        or warm.outgrown(after)
        or closed.tasks > before.tasks
        or closed.files > before.files
        or not load.ended["complete"]
    )
    shown = {name: asdict(sample) for name, sample in samples.items()}
    print(json.dumps({"well": is_well, "views": load.ended, "wrong": wrong, **shown}))
    return is_well


@contextmanager
def _upstreams() -> Iterator[dict[str, str]]:
    """Run Valkey and a simulator; give the settings that lead there."""
    with Children(ROOT) as children:
        simulator = start_simulator(children)
        redis_url = start_valkey(children)
        addresses = json.loads(simulator.wait_for_line(within=_START_SECONDS))
        yield {"REDIS_URL": redis_url, **addresses}


def main() -> int:
    """Return the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    with _upstreams() as addresses:
        settings.configure(
            SECRET_KEY="only for the soak",  # noqa: S106 - it guards nothing
            TRADINGVIEW_SOCKETS=2,
            TRADINGVIEW_LANES=20,
            CHART_CACHE_SECONDS=2,
            SCREEN_CACHE_SECONDS=2,
            **addresses,
        )
        simulator = addresses["TRADINGVIEW_URL"]
        is_well = asyncio.run(soak(simulator, 60 * arguments.minutes, arguments.seed))
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
