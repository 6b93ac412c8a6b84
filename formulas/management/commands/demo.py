"""`manage.py demo`: everything on this machine, from one command, until Ctrl-C."""

import os
import signal
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any, Never, override

from django.conf import settings
from django.core.management.base import BaseCommand

from formulas.demo.children import ChildError, Children
from formulas.demo.keys import demo_keys
from formulas.demo.launch import HOST, PortTakenError, launch, listen
from formulas.demo.valkey import NoValkeyError

_WATCH_SECONDS = 0.2


class Command(BaseCommand):
    """Starts the parts and watches them; the parts alone know the demo's settings.

    They end with this process, whatever ends it (see `formulas.demo.lifeline`).
    """

    help = "Run the app with an embedded Valkey and a simulated exchange."
    requires_system_checks = []

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=_port, default=8000)
        parser.add_argument(
            "--replay",
            type=Path,
            metavar="FILE",
            help="a recording, for the simulator to replay",
        )
        parser.add_argument(
            "--state",
            type=Path,
            metavar="DIRECTORY",
            default=settings.BASE_DIR / ".demo",
            help="where the demo keeps its secret keys (default: .demo)",
        )
        parser.add_argument(
            "--parent", type=int, metavar="PID", help="end when this parent has ended"
        )

    @override
    def handle(self, *_: Any, **options: Any) -> None:
        _end_on(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        try:
            with Children(settings.BASE_DIR) as children:
                self._launch(children, **options)
                _watch(children, options["parent"] or os.getppid())
        except (PortTakenError, NoValkeyError, ChildError) as error:
            sys.exit(str(error))

    def _launch(
        self,
        children: Children,
        *,
        port: int,
        replay: Path | None,
        state: Path,
        **_: Any,
    ) -> None:
        with listen(port) as listener:
            port = listener.getsockname()[1]
            launch(
                children,
                listener,
                keys=demo_keys(state),
                redis_url=settings.REDIS_URL,
                replay=replay and replay.resolve(),
            )
        self.stdout.write(
            f"Candlestream is ready: http://{HOST}:{port}/\n"
            "Sign in as demo / demo (or admin / admin for staff). Ctrl-C ends it."
        )
        self.stdout.flush()


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= 65_535):
        raise ArgumentTypeError(f"{text!r} is no port: ports are 0 to 65535")
    return int(text)


def _end_on(*numbers: signal.Signals) -> None:
    """Leave in good order, with status 0, on the first of these signals."""

    def leave(*_: Any) -> Never:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        sys.exit()

    for number in numbers:
        signal.signal(number, leave)


def _watch(children: Children, parent: int) -> None:
    """Return when the parent has ended; raise ChildError when a child has."""
    while os.getppid() == parent:
        children.check()
        time.sleep(_WATCH_SECONDS)
