"""The app in several processes: one store, one database, one exchange simulator."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from redis import Redis

from config.env import ROOT
from formulas.demo.children import Child, Children
from formulas.demo.keys import demo_keys
from formulas.demo.launch import HOST, listen, start_app, start_simulator
from formulas.demo.valkey import start_valkey
from formulas.simulator.screens import MOMENTUM, Screen

_START_SECONDS = 60
_PATIENCE_SECONDS = 20
# Who waits in another process is missed for two, and then nothing happens for one.
_STILL_SECONDS = 3.5


@dataclass(frozen=True)
class Process:
    """One process of the app, which can be met with the worst."""

    port: int
    child: Child

    @cached_property
    def pid(self) -> int:
        lifeline = self.child.pid
        return int(Path(f"/proc/{lifeline}/task/{lifeline}/children").read_text())

    @property
    def memory(self) -> int:
        """How many bytes it has in memory."""
        pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        with suppress(ProcessLookupError):
            self.send_signal(signal.SIGKILL)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let it hang for the time of the block."""
        self.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.send_signal(signal.SIGCONT)


@dataclass(frozen=True)
class Surroundings:
    """All but the app's processes."""

    environment: Mapping[str, str]
    valkey: "Valkey"

    @property
    def simulator(self) -> str:
        return f"{self.environment['TRADINGVIEW_URL']}/simulator"

    def state(self) -> dict[str, Any]:
        """Return what the simulator has counted."""
        answer = httpx.get(f"{self.simulator}/state")
        return dict(answer.raise_for_status().json())

    @property
    def fetched(self) -> int:
        """How many charts the simulator was asked for."""
        state = self.state()
        return int(state["series_created"] + state["series_modified"])

    @property
    def landed(self) -> int:
        """How many charts are in the store."""
        with Redis.from_url(self.valkey.url) as redis:
            return sum(key.endswith(b":splits") for key in redis.keys("*:chart:1:*"))

    async def has_sockets(self, *, at_most: int) -> None:
        """Return once no more sockets are open."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while self.state()["sockets_open"] > at_most:
                await asyncio.sleep(0.1)

    async def stands_still(self) -> None:
        """Return once nothing has been fetched for a second, which is soon."""
        async with asyncio.timeout(_STILL_SECONDS):
            before = -1
            while before < (before := self.fetched):
                await asyncio.sleep(1)

    def start_anew(self) -> None:
        """Forget what is cached and what was counted."""
        with Redis.from_url(self.valkey.url) as redis:
            redis.flushall()
        self.count_anew()

    def forget_charts(self) -> None:
        """Forget the charts and what was counted; who leads the account stays."""
        with Redis.from_url(self.valkey.url) as redis:
            redis.delete(*(redis.keys("candlestream:chart:*") or ["none"]))
        self.count_anew()

    def count_anew(self) -> None:
        """Forget what was counted."""
        httpx.post(f"{self.simulator}/reset").raise_for_status()


class Valkey:
    """A store that can be killed, and started again at the same address."""

    def __init__(self, children: Children, directory: Path) -> None:
        self._children = children
        self._directory = directory
        self.start()

    def start(self) -> None:
        self.url = start_valkey(self._children, self._directory)

    def kill(self) -> None:
        with Redis.from_url(self.url) as redis:
            pid = redis.info("server")["process_id"]
        os.kill(pid, signal.SIGKILL)


@contextmanager
def running_surroundings(place: Path) -> Iterator[Surroundings]:
    """Run Valkey and the simulator, with a new database in the directory `place`."""
    with Children(ROOT) as children:
        simulator = start_simulator(children)
        valkey = Valkey(children, place / "valkey")
        environment = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{place}/db.sqlite3",
            "REDIS_URL": valkey.url,
            "DEMO": "true",
            "ALLOWED_HOSTS": HOST,
            "LOG_LEVEL": "WARNING",
            **demo_keys(place),
        }
        seed = [sys.executable, "manage.py", "seed_demo"]
        children.run("seed_demo", seed, environment=environment)
        addresses = json.loads(simulator.wait_for_line(within=_START_SECONDS))
        yield Surroundings(environment | addresses, valkey)


@contextmanager
def running_processes(
    surroundings: Surroundings, count: int
) -> Iterator[list[Process]]:
    """Run so many new processes of the app."""
    with Children(ROOT) as children, ThreadPoolExecutor(count) as starting:

        def start(_: int) -> Process:
            with listen(0) as listener:
                port = listener.getsockname()[1]
                child = start_app(children, listener, surroundings.environment)
            return Process(port, child)

        processes = list(starting.map(start, range(count)))
        yield processes
        for process in processes:
            process.kill()  # which takes less time than to end gently


@dataclass(frozen=True)
class Visit:
    """The demo's user, signed in, and where the stream of a formula is."""

    cookie: str
    stream: str


def sign_in(process: Process, screen: Screen = MOMENTUM) -> Visit:
    """Sign in by the form, as a browser does; the session is good for all processes."""
    with httpx.Client(
        base_url=f"http://{HOST}:{process.port}", follow_redirects=True, timeout=20
    ) as client:
        client.get("/accounts/login/")
        form = {
            "username": "demo",
            "password": "demo",
            "csrfmiddlewaretoken": client.cookies["csrftoken"],
        }
        formulas = client.post("/accounts/login/", data=form).text
        link = re.search(
            rf'href="(/formulas/\d+/)">{re.escape(screen.name)}<', formulas
        )
        assert link
        return Visit(f"sessionid={client.cookies['sessionid']}", f"{link[1]}stream/")
