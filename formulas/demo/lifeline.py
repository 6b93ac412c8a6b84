"""Run a command that ends when the process that started this one ends.

    python -I -S lifeline.py DIRECTORY COMMAND ...

Standard input is the lifeline: a pipe whose other end only the parent holds. It closes
when the parent closes it or dies, of whatever cause, SIGKILL too. The command is then
ended, with SIGTERM and after a while with SIGKILL. A DIRECTORY, where one is named
(it may be the empty text), is private, made before the command and removed after it.

Runs as a script, on the standard library alone, so that it is up in milliseconds.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys

GRACE_SECONDS = 5
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(directory: str, *command: str) -> int:
    """Return the command's exit status, as a shell would tell it."""
    woken = _wake_on(signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)
    if directory:
        os.mkdir(directory, 0o700)  # noqa: PTH102  (pathlib takes as long as the rest)
    try:
        return _run(command, woken)
    finally:
        if directory:
            shutil.rmtree(directory, ignore_errors=True)


def _wake_on(*numbers: signal.Signals) -> int:
    """Return a descriptor that can be read as soon as one of the signals came."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return woken


def _run(command: tuple[str, ...], woken: int) -> int:
    process = subprocess.Popen(  # noqa: S603  (the demo's own commands)
        command,
        stdin=subprocess.DEVNULL,
        close_fds=False,  # an inherited listening socket goes on to the command
        preexec_fn=_end_with_parent,  # noqa: PLW1509  (there are no threads here)
    )
    while select.select([sys.stdin, woken], [], [])[0] == [woken]:
        # The signal also comes of a command that is only stopped, or goes on.
        if {*os.read(woken, 64)} != {signal.SIGCHLD} or process.poll() is not None:
            break
    return _end(process)


def _end_with_parent() -> None:
    """Let the kernel end the command when this process itself is killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    try:
        status = process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        status = process.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
