"""Faults by chance, for load that goes on for long: each is rare, all of them happen."""

from random import Random
from typing import Any

from formulas.simulator.faults import DEEDS

_PROBABILITIES = {
    "dial": 0.2,
    "socket": 0.2,
    "http": 0.2,
    "session": 0.01,
    "series": 0.02,
}
_MOST_SECONDS = 2.0


def random_faults(random: Random) -> list[dict[str, Any]]:
    """Return a script of a few faults that are met now and then."""
    return [_fault(random) for _ in range(random.randint(1, 4))]


def _fault(random: Random) -> dict[str, Any]:
    on = random.choice(sorted(DEEDS))
    return {
        "on": on,
        "do": random.choice(sorted(DEEDS[on])),
        "probability": _PROBABILITIES.get(on, 0.05),
        "seconds": random.uniform(0, _MOST_SECONDS),
        "status": random.choice([403, 429, 500, 503]),
        "bars": random.randint(1, 50),
    }
