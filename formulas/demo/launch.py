"""The parts of the demo, started in the order in which they need each other."""

import http.client
import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from formulas.demo.children import Children
from formulas.demo.valkey import start_valkey

HOST = "127.0.0.1"
_MANAGE = (sys.executable, "manage.py")
_START_SECONDS = 60


class PortTakenError(Exception):
    """Somebody else listens where the demo is to listen."""


def listen(port: int) -> socket.socket:
    """Return a socket that listens on the port; 0 takes any that is free.

    Raises:
        PortTakenError: the port is taken, or not ours to take.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"Port {port} can't be used ({error.strerror}): name another,"
            f" as in `make demo PORT={port + 1}`."
        ) from error
    return listener


def start_upstreams(
    children: Children, *, redis_url: str, replay: Path | None
) -> dict[str, str]:
    """Start the simulator, and a Valkey where there is no `redis_url`.

    Returns:
        The settings that lead the app to them.

    Raises:
        ChildError: one of them does not start.
        NoValkeyError: there is no Valkey for this machine.
    """
    recording = ("--replay", replay) if replay else ()
    simulator = children.start(
        "The simulator", [*_MANAGE, "simulate", "--port", "0", *recording], piped=True
    )
    store = redis_url or start_valkey(children)
    addresses = json.loads(simulator.wait_for_line(within=_START_SECONDS))
    return {"REDIS_URL": store, **addresses}


def start_app(
    children: Children, environment: Mapping[str, str], listener: socket.socket
) -> None:
    """Bring the database up to date and start the app; return once it answers.

    Raises:
        ChildError: the database can't be brought up to date, or the app not started.
    """
    children.run("seed_demo", [*_MANAGE, "seed_demo"], environment=environment)
    app = children.start(
        "The app",
        [
            *(sys.executable, "-m", "daphne", "--verbosity", "0"),
            *("--fd", str(listener.fileno()), "config.asgi:application"),
        ],
        environment=environment,
        descriptors=[listener.fileno()],
    )
    port = listener.getsockname()[1]
    listener.close()  # when the app ends, nobody listens any more
    app.wait_until(lambda: _is_alive(port), within=_START_SECONDS)


def _is_alive(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
