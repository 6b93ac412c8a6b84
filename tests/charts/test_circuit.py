"""Circuits, open for all processes once one was refused."""

import re

import pytest

from formulas.charts.circuit import Circuit
from formulas.store import Store
from formulas.upstream.errors import (
    SignedOutError,
    ThrottledError,
    UnreachableError,
    UpstreamError,
)


@pytest.mark.parametrize("refusal", [ThrottledError("Slow."), SignedOutError("Out.")])
async def test_a_refusal_opens_it_for_every_process(store: Store, refusal):
    await Circuit(store, "one").learn(refusal)
    with pytest.raises(type(refusal)) as met:
        await Circuit(store, "one").check()
    assert re.fullmatch(
        rf"{refusal} It is asked again from \d\d:\d\d:\d\d UTC\.", str(met.value)
    )


async def test_another_name_is_another_circuit(store: Store):
    await Circuit(store, "one").learn(ThrottledError("Slow."))
    await Circuit(store, "other").check()


async def test_other_failures_leave_it_closed(store: Store):
    await Circuit(store, "one").learn(UnreachableError("Nobody is there."))
    await Circuit(store, "one").check()


async def test_it_closes_by_itself(store: Store):
    circuit = Circuit(store, "one", seconds=9)
    await circuit.learn(ThrottledError("Slow."))
    [left] = await store.run(("TTL", "candlestream:circuit:one"))
    assert 0 < left <= 9


async def test_without_a_store_it_is_closed():
    circuit = Circuit(Store(""), "one")
    error: UpstreamError = ThrottledError("Slow.")
    await circuit.learn(error)
    await circuit.check()
