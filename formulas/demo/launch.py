"""The parts of the demo, started in the order in which they need each other."""

import http.client
import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from formulas.demo.children import Child, Children
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


def launch(
    children: Children,
    listener: socket.socket,
    *,
    keys: Mapping[str, str],
    redis_url: str,
    replay: Path | None,
) -> None:
    """Start everything, and return once the app answers on the listener, now closed.

    Args:
        children: among which the parts are started.
        listener: what the app is to accept its visitors from.
        keys: the app's secret keys, by the names of their settings.
        redis_url: the Redis or Valkey to use; empty for an embedded Valkey.
        replay: a recording for the simulator to replay.

    Raises:
        ChildError: a part does not start.
        NoValkeyError: there is no Valkey for this machine.
    """
    simulator = start_simulator(children, *(("--replay", replay) if replay else ()))
    environment = {
        "DEMO": "true",
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "REDIS_URL": redis_url or start_valkey(children),
        **keys,
    }
    # The simulator makes its prices meanwhile.
    children.run("seed_demo", [*_MANAGE, "seed_demo"], environment=environment)
    addresses = json.loads(simulator.wait_for_line(within=_START_SECONDS))
    start_app(children, listener, environment | addresses)


def start_simulator(children: Children, *options: str | Path) -> Child:
    """Start the simulator; its first line, when it is ready, is the app's settings."""
    return children.start(
        "The simulator", [*_MANAGE, "simulate", "--port", "0", *options], piped=True
    )


def start_app(
    children: Children, listener: socket.socket, environment: Mapping[str, str]
) -> Child:
    """Start the app, and return once it answers on the listener, now closed.

    Raises:
        ChildError: it does not start.
    """
    app = children.start(
        "The app",
        [
            *(sys.executable, "-m", "config.serve", "--verbosity", "0"),
            *("--fd", str(listener.fileno()), "config.asgi:application"),
        ],
        environment=environment,
        descriptors=[listener.fileno()],
    )
    port = listener.getsockname()[1]
    listener.close()  # so that nobody listens any more when the app has ended
    app.wait_until(lambda: _is_alive(port), within=_START_SECONDS)
    return app


def _is_alive(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
