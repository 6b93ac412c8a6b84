"""How a simulator is set up: latency, limits, faults, the clock."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from formulas.simulator.conversation import Limits
from formulas.simulator.exchange import DEFAULT_SEED
from formulas.simulator.replay import Recording


@dataclass(frozen=True, slots=True)
class Latency:
    """How long each kind of answer takes, in seconds; those of a captured session.

    `series` passes between `create_series` and its bars, whatever else is under way.
    `jitter` is the most that chance adds to any of them.
    """

    connect: float = 0.300
    screen: float = 0.250
    token: float = 0.150
    series: float = 0.250
    page: float = 0.400
    create: float = 1.300
    jitter: float = 0.0


REFERENCE = Latency()
INSTANT = Latency(connect=0, screen=0, token=0, series=0, page=0, create=0)


@dataclass(frozen=True, slots=True)
class Config:
    """One simulator. `port` 0 takes any free one.

    `live_seconds` is how often changed bars and quotes are sent, None for never.
    `replay` answers its own symbol and resolution from a capture.
    """

    port: int = 0
    latency: Latency = REFERENCE
    limits: Limits = field(default_factory=Limits)
    seed: str = DEFAULT_SEED
    faults: Sequence[Mapping[str, Any]] = ()
    live_seconds: float | None = None
    heartbeat_seconds: float = 10.0
    allows_deflate: bool = False
    redirects_to_login: bool = False
    replay: Recording | None = None
    clock: Callable[[], float] = time.time
