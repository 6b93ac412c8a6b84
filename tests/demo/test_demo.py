"""`manage.py demo` as people run it: it starts, and however it ends, nothing is left."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from formulas.demo.launch import PortTakenError, listen

pytestmark = pytest.mark.timeout(60)


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that has said that it is ready."""

    process: subprocess.Popen[str]
    url: str
    # What its processes put there; a short path, as a socket needs it.
    temporary: Path

    def rest(self) -> str:
        """What is printed until the last of its processes is gone."""
        assert self.process.stdout
        printed = self.process.stdout.read()
        self.process.wait()
        return printed

    def part(self, program: str) -> int:
        """The process that runs a program, which is the one its lifeline holds."""
        [lifeline] = [
            path.parent
            for path in Path("/proc").glob("[0-9]*/cmdline")
            if {b"lifeline.py", program.encode()} <= _words(path)
            and f"TMPDIR={self.temporary}".encode() in _words(path.with_name("environ"))
        ]
        return int((lifeline / "task" / lifeline.name / "children").read_text())


def _words(path: Path) -> set[bytes]:
    """The texts in a list that `/proc` shows, of paths the last part alone."""
    try:
        words = path.read_bytes().split(b"\0")
    except OSError:  # it has just ended, or is somebody else's
        return set()
    return {word if b"=" in word else word.rpartition(b"/")[2] for word in words}


@pytest.fixture
def temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="demo-") as directory:
        yield Path(directory)


@contextmanager
def run(
    temporary: Path, state: Path, *, port: int = 0, before: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[str]]:
    command = [
        *before,
        *(sys.executable, str(settings.BASE_DIR / "manage.py"), "demo"),
        *("--port", str(port), "--state", str(state)),
    ]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"sqlite:///{state / 'db.sqlite3'}",
        "REDIS_URL": "",
        "TMPDIR": str(temporary),
    }
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def running(
    temporary: Path, state: Path, *, before: tuple[str, ...] = ()
) -> Iterator[Running]:
    with run(temporary, state, before=before) as process:
        assert process.stdout
        printed = ""
        while not (ready := re.search(r"ready: (http://\S+/)\n", printed)):
            line = process.stdout.readline()
            assert line, f"The demo did not start: {printed}"
            printed += line
        yield Running(process, ready[1], temporary)


@pytest.fixture
def demo(temporary: Path, tmp_path: Path) -> Iterator[Running]:
    with running(temporary, tmp_path) as started:
        yield started


def page(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310  (our own address)
        text: str = answer.read().decode()
    return text


def nobody_listens(url: str) -> bool:
    host, port = url.removeprefix("http://").removesuffix("/").split(":")
    with socket.socket() as connection:
        return connection.connect_ex((host, int(port))) != 0


def test_the_demo_shows_where_to_sign_in_and_ends_when_told_to(demo: Running) -> None:
    assert "<form" in page(f"{demo.url}accounts/login/")
    demo.process.send_signal(signal.SIGINT)
    assert "demo / demo (or admin / admin" in demo.rest()
    assert demo.process.returncode == 0
    assert nobody_listens(demo.url)
    assert list(demo.temporary.iterdir()) == []


def test_told_twice_the_demo_still_ends_in_good_order(demo: Running) -> None:
    demo.process.send_signal(signal.SIGTERM)
    demo.process.send_signal(signal.SIGINT)
    demo.rest()
    assert demo.process.returncode == 0
    assert list(demo.temporary.iterdir()) == []


def test_nothing_is_left_when_the_demo_is_killed_and_it_starts_again(
    temporary: Path, tmp_path: Path
) -> None:
    with running(temporary, tmp_path) as demo:
        demo.process.kill()
        demo.rest()
        assert nobody_listens(demo.url)
        assert list(temporary.iterdir()) == []
    with running(temporary, tmp_path) as demo:
        assert "<form" in page(f"{demo.url}accounts/login/")


def test_nothing_is_left_when_what_started_the_demo_is_killed(
    temporary: Path, tmp_path: Path
) -> None:
    shell = ("sh", "-c", '"$@" --parent $$; true', "sh")
    with running(temporary, tmp_path, before=shell) as demo:
        demo.process.kill()
        demo.rest()
        assert nobody_listens(demo.url)
        assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("valkey-server", "Valkey"),
        ("simulate", "The simulator"),
        ("config.serve", "The app"),
    ],
)
def test_the_demo_ends_with_any_of_its_parts(
    demo: Running, program: str, name: str
) -> None:
    os.kill(demo.part(program), signal.SIGKILL)
    assert f"{name} ended with status 137.\n" in demo.rest()
    assert demo.process.returncode == 1
    assert list(demo.temporary.iterdir()) == []


def test_a_taken_port_ends_the_demo_before_anything_is_started(
    temporary: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as theirs:
        port = theirs.getsockname()[1]
        with run(temporary, tmp_path, port=port) as process:
            assert process.stdout
            sentence = process.stdout.read()
        assert process.returncode == 1
        assert re.fullmatch(rf"Port {port} can't be used \(.*\): .*\n", sentence)
        assert list(tmp_path.iterdir()) == []


def test_a_port_is_listened_to_at_once() -> None:
    with listen(0) as listener, socket.create_connection(listener.getsockname()):
        pass


def test_a_port_is_listened_to_once() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as theirs,
        pytest.raises(PortTakenError),
    ):
        listen(theirs.getsockname()[1])


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_what_is_no_port_is_refused(port: str) -> None:
    asked = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", "demo", f"--port={port}"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert asked.returncode == 2
    assert f"'{port}' is no port" in asked.stderr
