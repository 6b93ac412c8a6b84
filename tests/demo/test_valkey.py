"""The embedded Valkey answers, is private, and leaves nothing behind."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Never

import pytest
from redis import Redis

from formulas.demo import valkey
from formulas.demo.valkey import NoValkeyError, embedded_valkey


@pytest.fixture
def client() -> Iterator[Redis]:
    with embedded_valkey() as url, Redis.from_url(url) as connected:
        yield connected


def place(url: str) -> Path:
    return Path(url.removeprefix("unix://"))


def test_it_keeps_what_it_is_given(client: Redis) -> None:
    client.set("symbol", "NSE:TCS")
    assert client.get("symbol") == b"NSE:TCS"


def test_it_writes_nothing_to_disk(client: Redis) -> None:
    assert client.config_get("save") == {"save": ""}
    assert client.config_get("appendonly") == {"appendonly": "no"}


def test_it_listens_on_no_port(client: Redis) -> None:
    assert client.config_get("port") == {"port": "0"}


def test_its_socket_is_for_its_owner_alone() -> None:
    with embedded_valkey() as url:
        assert place(url).stat().st_mode & 0o777 == 0o600
        assert place(url).parent.stat().st_mode & 0o777 == 0o700


def test_two_do_not_meet() -> None:
    with embedded_valkey() as one, embedded_valkey() as other:
        assert one != other


def test_nothing_is_left_of_it() -> None:
    with embedded_valkey() as url:
        assert place(url).exists()
    assert not place(url).parent.exists()


def test_nothing_is_left_of_it_when_we_are_killed() -> None:
    ours = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import signal\n"
            "from formulas.demo.valkey import embedded_valkey\n"
            "with embedded_valkey() as url:\n"
            "  print(url, flush=True); signal.pause()",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with ours:
        assert ours.stdout
        url = ours.stdout.readline().strip()
        assert place(url).exists()
        ours.send_signal(signal.SIGKILL)
        # At its end when the last process that holds it is gone.
        assert ours.stdout.read() == ""
    assert not place(url).parent.exists()


def test_a_directory_too_deep_for_a_socket_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("deep" * 25)))
    with embedded_valkey() as url:
        assert place(url).parent.parent == Path("/tmp")  # noqa: S108  (the short one)


def test_a_machine_without_one_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(name: str) -> Never:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(valkey, "files", absent)
    with pytest.raises(NoValkeyError, match="set REDIS_URL"), embedded_valkey():
        pass
