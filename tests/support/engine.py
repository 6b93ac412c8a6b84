"""The app's parts, looked at from outside."""

import asyncio

from formulas.engine import Engine
from formulas.store import StoreDownError


async def settled(engine: Engine) -> None:
    """Wait until the fetches that viewers left have ended."""
    flight = engine.flight
    while tasks := [*flight._leaving, *(each.task for each in flight._flights.values())]:
        await asyncio.wait(tasks)
        await asyncio.sleep(0)


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
