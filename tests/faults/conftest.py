"""Fixtures: nothing is left open, nothing is logged as an error, dials may be close."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits that have no limit of their own.

    The store may take longer: on a busy machine it would else be down now and then.
    """
    monkeypatch.setattr("formulas.charts.leadership._DIAL_SPACING_MILLISECONDS", 0)
    monkeypatch.setattr("formulas.upstream.tradingview.page._TIMEOUT_SECONDS", 0.7)
    monkeypatch.setattr("formulas.store._TIMEOUT_SECONDS", 5.0)


@pytest.fixture
async def no_file_is_left() -> AsyncIterator[None]:
    before = _open_files()
    yield
    async with asyncio.timeout(5):
        while _open_files() > before:
            await asyncio.sleep(0)


@pytest.fixture
def no_trouble(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check that nothing was logged as an error, by asyncio for one."""
    yield
    gc.collect()
    records = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert [each.getMessage() for each in records] == []


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
