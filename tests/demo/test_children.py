"""Children start ready, end in order, and are missed when they end by themselves."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from formulas.demo.children import Child, ChildError, Children

WAIT = "import signal; print('up', flush=True); signal.pause()"


@pytest.fixture
def children() -> Iterator[Children]:
    with Children() as started:
        yield started


def start(children: Children, script: str) -> Child:
    return children.start("The parrot", [sys.executable, "-c", script], piped=True)


def test_the_first_line_of_a_child_is_read(children: Children) -> None:
    assert start(children, WAIT).wait_for_line(within=10) == "up\n"


def test_a_child_that_ends_before_its_first_line_is_named(children: Children) -> None:
    parrot = start(children, "raise SystemExit(3)")
    with pytest.raises(ChildError, match=r"^The parrot ended with status 3\.$"):
        parrot.wait_for_line(within=10)


def test_a_child_that_says_nothing_is_not_waited_for_longer(children: Children) -> None:
    parrot = start(children, "import signal; signal.pause()")
    with pytest.raises(
        ChildError, match=r"^The parrot has said nothing for 0\.05 s\.$"
    ):
        parrot.wait_for_line(within=0.05)


def test_a_child_is_asked_until_it_is_ready(children: Children) -> None:
    answers = iter([False, False, True])
    start(children, WAIT).wait_until(lambda: next(answers), within=10)
    assert next(answers, None) is None


def test_a_child_that_is_never_ready_is_given_up(children: Children) -> None:
    parrot = start(children, WAIT)
    with pytest.raises(ChildError, match=r"^The parrot is not ready after 0\.05 s\.$"):
        parrot.wait_until(lambda: False, within=0.05)


def test_a_child_that_ends_is_not_waited_for(children: Children) -> None:
    parrot = start(children, "raise SystemExit(3)")
    with pytest.raises(ChildError, match=r"^The parrot ended with status 3\.$"):
        parrot.wait_until(lambda: False, within=10)


def test_a_child_that_has_ended_is_missed(children: Children) -> None:
    parrot = start(children, "print('bye')")
    children.check()
    parrot.wait_for_success()
    with pytest.raises(ChildError, match=r"^The parrot ended with status 0\.$"):
        children.check()


def test_what_was_run_to_its_end_is_not_missed(children: Children) -> None:
    children.run("The parrot", [sys.executable, "-c", "pass"])
    children.check()


def test_what_was_run_and_failed_is_named(children: Children) -> None:
    with pytest.raises(ChildError, match=r"^The parrot ended with status 3\.$"):
        children.run("The parrot", [sys.executable, "-c", "raise SystemExit(3)"])


def test_a_child_has_our_environment_and_its_own(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "a")
    parrot = children.start(
        "The parrot",
        [
            sys.executable,
            "-c",
            "import os; print(os.environ['OURS'], os.environ['ITS'])",
        ],
        environment={"ITS": "b"},
        piped=True,
    )
    assert parrot.wait_for_line(within=10) == "a b\n"


def test_children_work_where_they_are_told_to(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        parrot = start(children, "import os; print(os.getcwd())")
        assert parrot.wait_for_line(within=10) == f"{tmp_path}\n"


def test_a_child_answers_on_the_socket_it_inherits(children: Children) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        children.start(
            "The parrot",
            [
                *(sys.executable, "-c"),
                "import socket, sys;"
                "socket.socket(fileno=int(sys.argv[1])).accept()[0].send(b'hello')",
                str(listener.fileno()),
            ],
            descriptors=[listener.fileno()],
        )
        with socket.create_connection(listener.getsockname()) as connection:
            assert connection.recv(16) == b"hello"


def test_the_youngest_child_ends_first() -> None:
    told, tell = os.pipe()
    script = (
        "import os, signal, sys\n"
        "def end(*_): os.write(int(sys.argv[1]), sys.argv[2].encode()); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); signal.pause()"
    )
    with Children() as children:
        for name in "abc":
            children.start(
                name,
                [sys.executable, "-c", script, str(tell), name],
                descriptors=[tell],
                piped=True,
            ).wait_for_line(within=10)
    os.close(tell)
    with os.fdopen(told) as heard:
        assert heard.read() == "cba"


def test_children_end_when_we_are_killed(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    ours = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import pathlib, sys, signal\n"
            "from formulas.demo.children import Children\n"
            "with Children() as children:\n"
            f"  children.start('', [sys.executable, '-c', {WAIT!r}],\n"
            f"    directory=pathlib.Path({str(directory)!r}))\n"
            "  signal.pause()",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with ours:
        assert ours.stdout
        assert ours.stdout.readline() == "up\n"
        ours.send_signal(signal.SIGKILL)
        # At its end when the last process that holds it is gone.
        assert ours.stdout.read() == ""
    assert not directory.exists()
