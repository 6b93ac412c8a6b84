"""What a lifeline does when it is cut, and when it is not."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from formulas.demo import lifeline

# The output of a process that waits for ever is at its end when the process is.
WAIT = "import signal; print('up', flush=True); signal.pause()"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAIT}"


def start(script: str, *, directory: Path | str = "") -> subprocess.Popen[str]:
    return hold([lifeline.__file__, str(directory), sys.executable, "-c", script])


def hold(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def output(process: subprocess.Popen[str]) -> str:
    """All that is printed until the last process that could print is gone."""
    with process:
        assert process.stdout
        return process.stdout.read()


def test_a_command_that_ends_by_itself_hands_on_its_status() -> None:
    process = start("raise SystemExit(7)")
    output(process)
    assert process.returncode == 7


def test_a_command_that_a_signal_ends_has_the_status_of_a_shell() -> None:
    process = start("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    output(process)
    assert process.returncode == 128 + 9


def test_the_command_ends_when_the_lifeline_is_cut() -> None:
    process = start(WAIT)
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "up\n"
    process.stdin.close()
    assert output(process) == ""
    assert process.returncode == 128 + 15


def test_the_command_ends_when_the_lifeline_itself_is_told_to() -> None:
    process = start(WAIT)
    assert process.stdout
    process.stdout.readline()
    process.terminate()
    assert output(process) == ""
    assert process.returncode == 128 + 15


def test_the_command_ends_when_the_lifeline_itself_is_killed() -> None:
    process = start(WAIT)
    assert process.stdout
    process.stdout.readline()
    process.kill()
    assert output(process) == ""


def test_a_command_that_does_not_listen_is_killed() -> None:
    process = hold(
        [
            "-c",
            f"import sys; sys.path.append({str(Path(lifeline.__file__).parent)!r});"
            "import lifeline; lifeline.GRACE_SECONDS = 0.05;"
            f"sys.exit(lifeline.main('', sys.executable, '-c', {DEAF!r}))",
        ]
    )
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    process.stdin.close()
    assert output(process) == ""
    assert process.returncode == 128 + 9


def test_the_directory_is_private_and_goes_with_the_command(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    process = start(WAIT, directory=directory)
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    assert directory.stat().st_mode & 0o777 == 0o700
    (directory / "left").touch()
    process.stdin.close()
    output(process)
    assert not directory.exists()


def test_a_directory_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "theirs").touch()
    process = subprocess.run(
        [sys.executable, lifeline.__file__, tmp_path, sys.executable, "-c", "pass"],
        capture_output=True,
        check=False,
    )
    assert process.returncode == 1
    assert (tmp_path / "theirs").exists()


def test_a_command_that_is_stopped_can_go_on() -> None:
    process = start(
        "import os, signal; print(os.getpid(), flush=True);"
        "os.kill(os.getpid(), signal.SIGSTOP); print('on')"
    )
    assert process.stdout
    pid = int(process.stdout.readline())
    while not select.select([process.stdout], [], [], 0.01)[0]:
        os.kill(pid, signal.SIGCONT)
    assert output(process) == "on\n"
    assert process.returncode == 0
