"""The whole app on this machine, with an exchange simulator, for the browser tests."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from config.env import ROOT
from formulas.demo.children import Children
from formulas.demo.keys import demo_keys
from formulas.demo.launch import HOST, listen
from formulas.demo.valkey import start_valkey

_MANAGE = (sys.executable, "manage.py")
_START_SECONDS = 60


@dataclass(frozen=True)
class Site:
    """Where the app and its simulator answer."""

    url: str
    simulator: str

    def state(self) -> dict[str, Any]:
        """Return what the simulator has counted."""
        answer = httpx.get(f"{self.simulator}/simulator/state")
        return dict(answer.raise_for_status().json())

    def count_anew(self) -> None:
        httpx.post(f"{self.simulator}/simulator/reset").raise_for_status()

    def script(self, *faults: dict[str, Any]) -> None:
        """Have these faults from now on; without any, none."""
        answer = httpx.post(f"{self.simulator}/simulator/faults", json=faults)
        answer.raise_for_status()


@contextmanager
def running_site(place: Path, *, replay: Path | None = None) -> Iterator[Site]:
    """Run a site whose database and keys are kept in the directory `place`."""
    recording = ("--replay", replay) if replay else ()
    with Children(ROOT) as children:
        simulator = children.start(
            "The simulator",
            [*_MANAGE, "simulate", "--port", "0", *recording],
            piped=True,
        )
        upstreams = json.loads(simulator.wait_for_line(within=_START_SECONDS))
        environment = {
            # The real settings, not those of the tests: files have their hashed names.
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{place / 'db.sqlite3'}",
            "REDIS_URL": start_valkey(children),
            "DEMO": "true",
            "ALLOWED_HOSTS": HOST,
            **demo_keys(place),
            **upstreams,
        }
        children.run("seed_demo", [*_MANAGE, "seed_demo"], environment=environment)
        url = _start_app(children, environment)
        yield Site(url, upstreams["MARKETINOUT_URL"])


def _start_app(children: Children, environment: Mapping[str, str]) -> str:
    """Return the app's address once it answers there."""
    with listen(0) as listener:
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        number = listener.fileno()
        app = children.start(
            "The app",
            [
                sys.executable,
                "-m",
                "daphne",
                "--fd",
                str(number),
                "config.asgi:application",
            ],
            environment=environment,
            descriptors=[number],
        )
    app.wait_until(lambda: _answers(url), within=_START_SECONDS)
    return url


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=1).is_success
    except httpx.TransportError:
        return False
