"""Hundreds of mixtures of faults: each chart comes right, or ends as a named error.

`FAULT_MIXTURES=5000 pytest tests/faults/test_mixtures.py` tries more of them, and
`FAULT_MIXTURE=123` the one of that number alone.
"""

import asyncio
import os
from itertools import batched

import pytest

from tests.faults.harness import endure
from tests.faults.mixture import mixture

pytestmark = pytest.mark.usefixtures("nothing_is_left", "no_file_is_left", "no_trouble")

_AT_ONCE = 12
_MIXTURES = int(os.environ.get("FAULT_MIXTURES", "500"))
_NUMBERS = (
    [int(os.environ["FAULT_MIXTURE"])]
    if "FAULT_MIXTURE" in os.environ
    else range(_MIXTURES)
)


def _span(numbers: tuple[int, ...]) -> str:
    return f"{numbers[0]}-{numbers[-1]}"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "numbers", list(batched(_NUMBERS, 25, strict=False)), ids=_span
)
async def test_charts_come_right_or_end_as_named_errors(numbers, valkey):
    left = list(numbers)
    failures: list[str] = []

    async def work(database: int) -> None:
        while left:
            number = left.pop(0)
            try:
                await endure(mixture(number), f"{valkey}?db={database}")
            except Exception as error:  # noqa: BLE001 - whatever it is, by its number
                failures.append(f"FAULT_MIXTURE={number}: {error!r}")

    await asyncio.gather(*map(work, range(_AT_ONCE)))
    assert failures == []
