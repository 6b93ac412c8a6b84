"""A short soak; `python -m benchmarks.soak --minutes 30` is a long one."""

import asyncio
import sys

import pytest

from config.env import ROOT


@pytest.mark.timeout(90)
async def test_nothing_grows_and_nothing_breaks_while_viewers_come_and_go():
    command = (sys.executable, "-m", "benchmarks.soak", "--minutes", "0.3")
    soak = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await soak.communicate()
    assert soak.returncode == 0, told.decode()
