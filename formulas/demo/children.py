"""Child processes that end with us, however we end."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from formulas.demo import lifeline

_POLL_SECONDS = 0.01


class ChildError(Exception):
    """A child that ended by itself, or that is not ready in time."""


class Child:
    """One running command; `Children.start` makes it."""

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self._process = process

    @property
    def pid(self) -> int:
        """The process that holds the command's lifeline, and is its parent."""
        return self._process.pid

    def check(self) -> None:
        """Raise ChildError if the command has ended."""
        status = self._process.poll()
        if status is not None:
            raise ChildError(f"{self.name} ended with status {status}.")

    def wait_until(self, ready: Callable[[], bool], *, within: float) -> None:
        """Return once `ready()` is true, asked every few milliseconds.

        Raises:
            ChildError: the command has ended, or `within` seconds are over.
        """
        deadline = time.monotonic() + within
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildError(f"{self.name} is not ready after {within:g} s.")
            time.sleep(_POLL_SECONDS)

    def wait_for_line(self, *, within: float) -> str:
        """Return the first line that a command started with `piped` prints.

        Raises:
            ChildError: it ends first, or prints nothing `within` seconds.
        """
        output = _present(self._process.stdout)
        if not select.select([output], [], [], within)[0]:
            raise ChildError(f"{self.name} has said nothing for {within:g} s.")
        line = output.readline().decode()
        if not line:
            self._process.wait()
            self.check()
        return line

    def wait_for_success(self) -> None:
        """Return once the command has ended well.

        Raises:
            ChildError: it ended with another status than 0.
        """
        if self._process.wait() != 0:
            self.check()

    def stop(self) -> None:
        """End the command, gently at first, and wait until it is gone."""
        _present(self._process.stdin).close()
        try:
            self._process.wait(lifeline.GRACE_SECONDS + 2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


class Children:
    """Starts children; leaving the context stops them, the youngest first.

    Args:
        place: the directory they work in; our own where none is named.
    """

    def __init__(self, place: Path | None = None) -> None:
        self._place = place
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        while self._children:
            self._children.pop().stop()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        descriptors: Sequence[int] = (),
        piped: bool = False,
    ) -> Child:
        """Start a command.

        Args:
            name: what people call it, for messages.
            command: the program and its arguments.
            environment: what is added to our own.
            directory: made for the command, private, and removed after it.
            descriptors: open ones that the command inherits.
            piped: whether its standard output is for `wait_for_line`.
        """
        process = subprocess.Popen(  # noqa: S603  (the demo's own commands)
            [sys.executable, "-I", "-S", lifeline.__file__, directory or "", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if piped else None,
            env={**os.environ, **(environment or {})},  # noqa: TID251  (handed on)
            cwd=self._place,
            pass_fds=descriptors,
            # A Ctrl-C in the terminal is for us alone: we stop them in order.
            start_new_session=True,
        )
        child = Child(name, process)
        self._children.append(child)
        return child

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Run a command to its end.

        Raises:
            ChildError: it ended with another status than 0.
        """
        child = self.start(name, command, environment=environment)
        child.wait_for_success()
        self._children.remove(child)
        child.stop()

    def check(self) -> None:
        """Raise ChildError if one of them has ended."""
        for child in self._children:
            child.check()


def _present(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101  (started with a pipe)
    return pipe
