"""`manage.py simulate` as a process of its own, with nothing set in its environment."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def simulate(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "manage.py",
        "simulate",
        *arguments,
        cwd=ROOT,
        env={},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_prints_its_settings_serves_and_ends_quietly(number):
    async with simulate("--port", "0", "--instant") as process:
        assert process.stdout is not None
        settings = json.loads(await process.stdout.readline())
        async with httpx.AsyncClient() as client:
            state = await client.get(settings["TRADINGVIEW_URL"] + "/simulator/state")
            assert state.json()["dials"] == 0
        process.send_signal(number)
        rest, errors = await process.communicate()
        assert (process.returncode, rest, errors) == (0, b"", b"")
    assert settings.keys() == {
        "MARKETINOUT_URL",
        "MARKETINOUT_API_URL",
        "TRADINGVIEW_URL",
        "TRADINGVIEW_WS_URL",
    }


async def test_a_taken_port_is_one_sentence(simulator):
    async with simulate("--port", str(simulator.port)) as process:
        output, errors = await process.communicate()
        assert (process.returncode, output) == (1, b"")
        assert (
            errors.decode().strip()
            == f"CommandError: Port {simulator.port} is not free."
        )
