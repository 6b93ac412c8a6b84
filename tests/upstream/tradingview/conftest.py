"""Fixtures: the captured session of TradingView's own client, and a check for leaks."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

_CAPTURE = Path(__file__).parents[4] / "shared/recordings/tradingview-1d.jsonl"


@pytest.fixture(scope="session")
def capture() -> list[dict[str, str]]:
    if not _CAPTURE.exists():
        pytest.skip("the captured session is not beside this checkout")
    return [orjson.loads(line) for line in _CAPTURE.read_text().splitlines()]


@pytest.fixture(scope="session")
def received(capture: list[dict[str, str]]) -> list[str]:
    return [line["data"] for line in capture if line["direction"] == "receive"]


@pytest.fixture(scope="session")
def sent(capture: list[dict[str, str]]) -> list[str]:
    return [line["data"] for line in capture if line["direction"] == "send"]


@pytest.fixture
async def nothing_is_left() -> AsyncIterator[None]:
    yield
    assert asyncio.all_tasks() == {asyncio.current_task()}
