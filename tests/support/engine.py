"""The app's parts, looked at from outside."""

import asyncio
from typing import Any

from formulas.engine import Engine
from formulas.store import StoreDownError


async def settled(engine: Engine) -> None:
    """Wait until what viewers left to itself has ended."""
    while tasks := _under_way(engine):
        await asyncio.wait(tasks)
        await asyncio.sleep(0)


def _under_way(engine: Engine) -> list[asyncio.Task[Any]]:
    flight, facts = engine.flight, engine.facts
    return [
        *flight._leaving,
        *(each.task for each in flight._flights.values()),
        *(work.task for work in facts._fetching._under_way.values()),
        *facts._serving,
    ]


async def assert_idle(engine: Engine) -> None:
    """Check that no work goes on for anybody."""
    await settled(engine)
    for account in engine.accounts._accounts.values():
        assert "0 lanes busy, 0 charts queued" in repr(account._pool)
    assert await leases(engine) == []


async def leases(engine: Engine) -> list[bytes]:
    """Return the leases that are held; none when the store is down."""
    try:
        [keys] = await engine.store.run(("KEYS", "*:lease"))
    except StoreDownError:
        return []
    held: list[bytes] = keys
    return held
