"""What is measured: the app's own processes, between Valkey and simulated upstreams."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from redis import Redis

from benchmarks.viewer import Viewer
from config.env import ROOT
from formulas.demo.children import Child, Children
from formulas.demo.keys import demo_keys
from formulas.demo.launch import HOST, listen, start_app, start_simulator
from formulas.demo.valkey import start_valkey

_START_SECONDS = 60
_USER_AND_SYSTEM = slice(13, 15)  # proc_pid_stat(5), counted from 0

# TradingView ends a socket so when it no longer takes the token. A view, a second one
# and a view over the same socket have the time; the next one starts without either.
_SOCKET_SECONDS = 8.0
_END_OF_SOCKET = {
    "on": "socket",
    "do": "protocol_error",
    "reason": "bad auth token",
    "seconds": _SOCKET_SECONDS,
}


@dataclass(frozen=True, slots=True)
class App:
    """A running app, and somebody who is signed in there."""

    viewer: Viewer
    child: Child

    def cpu_seconds(self) -> float:
        """Return the processor time that the app's process has taken so far.

        0 where the system has no `/proc` to tell it.
        """
        if sys.platform != "linux":
            return 0.0
        lifeline = self.child.pid
        pid = Path(f"/proc/{lifeline}/task/{lifeline}/children").read_text().strip()
        ticks = Path(f"/proc/{pid}/stat").read_text().split()[_USER_AND_SYSTEM]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Stack:
    """All but the app.

    `upstreams` are the addresses of a second simulator, which takes any number of
    sockets at once, as the earlier strategy needs; the app meets one that does not.
    """

    environment: Mapping[str, str]
    upstreams: Mapping[str, str]

    def forget(self) -> None:
        """Empty the store: no screen and no chart is cached any more."""
        with Redis.from_url(self.environment["REDIS_URL"]) as redis:
            redis.flushall()

    def cool_down(self) -> None:
        """Empty the store, and wait until the app has neither a socket nor a token."""
        state = f"{self.environment['TRADINGVIEW_URL']}/simulator/state"
        while httpx.get(state).json()["sockets_open"]:
            time.sleep(0.1)
        self.forget()

    @contextmanager
    def app(self) -> Iterator[App]:
        """Run the app in a new process."""
        with Children(ROOT) as children, listen(0) as listener:
            port = listener.getsockname()[1]
            child = start_app(children, listener, self.environment)
            with closing(Viewer(f"http://{HOST}:{port}")) as viewer:
                yield App(viewer, child)


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Run Valkey and the simulators, with a new database in a directory of its own."""
    with TemporaryDirectory() as place, Children(ROOT) as children:
        reference = start_simulator(children)
        unlimited = start_simulator(children, "--no-dial-limits")
        environment = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{place}/db.sqlite3",
            "REDIS_URL": start_valkey(children),
            "DEMO": "true",
            "ALLOWED_HOSTS": HOST,
            "LOG_LEVEL": "WARNING",
            **demo_keys(Path(place)),
        }
        seed = [sys.executable, "manage.py", "seed_demo"]
        children.run("seed_demo", seed, environment=environment)
        stack = Stack(environment | _addresses(reference), _addresses(unlimited))
        httpx.post(
            f"{stack.environment['TRADINGVIEW_URL']}/simulator/faults",
            json=[_END_OF_SOCKET],
        ).raise_for_status()
        yield stack


def _addresses(simulator: Child) -> dict[str, str]:
    addresses: dict[str, str] = json.loads(
        simulator.wait_for_line(within=_START_SECONDS)
    )
    return addresses
