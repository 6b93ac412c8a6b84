"""`manage.py simulate`: the exchange simulator alone, for the demo and benchmarks."""

import asyncio
import json
import signal
from argparse import ArgumentTypeError
from dataclasses import fields
from pathlib import Path
from typing import Any, override

from django.core.management.base import BaseCommand, CommandError, CommandParser

from formulas.simulator.config import INSTANT, REFERENCE, Config, Latency
from formulas.simulator.conversation import Limits
from formulas.simulator.exchange import DEFAULT_SEED
from formulas.simulator.faults import Faults
from formulas.simulator.replay import Recording, read_recording
from formulas.simulator.screens import MOMENTUM
from formulas.simulator.server import Simulator, serve

_WARM_CHARTS = (("1W", 300), ("1D", 300))


class Command(BaseCommand):
    """Prints one JSON line of settings when ready; all else goes to stderr."""

    help = "Run the exchange simulator: both upstreams on one loopback port."
    # It needs nothing of the app: no secret key, no database, no Redis.
    requires_system_checks = []

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8900, help="0 takes a free one")
        parser.add_argument("--seed", default=DEFAULT_SEED, help="what prices hang on")
        parser.add_argument("--instant", action="store_true", help="no latency at all")
        for field in fields(Latency):
            usual = 1000 * getattr(REFERENCE, field.name)
            parser.add_argument(
                f"--{field.name}-ms",
                type=float,
                help=f"milliseconds; {usual:g} by default",
            )
        parser.add_argument(
            "--live-seconds", type=float, help="send changed bars this often"
        )
        parser.add_argument(
            "--faults", type=_faults, default=(), help="script, a JSON file"
        )
        parser.add_argument("--replay", type=_recording, help="capture, JSON lines")
        parser.add_argument("--deflate", action="store_true", help="allow compression")
        parser.add_argument(
            "--no-dial-limits", action="store_true", help="never answer 429"
        )
        parser.add_argument("--max-sockets", type=int, default=5)
        parser.add_argument("--series-per-session", type=int, default=1)
        parser.add_argument(
            "--login-redirect", action="store_true", help="302, not a page"
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(self._run(_config(options)))
        except OSError as error:
            raise CommandError(f"Port {options['port']} is not free.") from error

    async def _run(self, config: Config) -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        async with serve(config) as simulator:
            _warm(simulator)
            self.stdout.write(json.dumps(simulator.settings()))
            self.stdout.flush()
            await stopped.wait()


def _config(options: dict[str, Any]) -> Config:
    return Config(
        port=options["port"],
        latency=_latency(options),
        limits=_limits(options),
        seed=options["seed"],
        faults=options["faults"],
        live_seconds=options["live_seconds"],
        allows_deflate=options["deflate"],
        redirects_to_login=options["login_redirect"],
        replay=options["replay"],
    )


def _latency(options: dict[str, Any]) -> Latency:
    usual = INSTANT if options["instant"] else REFERENCE
    given = {field.name: options[f"{field.name}_ms"] for field in fields(Latency)}
    return Latency(
        **{
            name: getattr(usual, name) if milliseconds is None else milliseconds / 1000
            for name, milliseconds in given.items()
        }
    )


def _limits(options: dict[str, Any]) -> Limits:
    series = options["series_per_session"]
    if options["no_dial_limits"]:
        return Limits(series_per_session=series, sockets=None, dial_gap_seconds=0)
    return Limits(series_per_session=series, sockets=options["max_sockets"])


def _warm(simulator: Simulator) -> None:
    """Make the main screen's prices, so that no measurement includes it."""
    now = simulator.config.clock()
    for symbol in MOMENTUM.symbols:
        for resolution, count in _WARM_CHARTS:
            simulator.timescale.warm(symbol, resolution, count, now)


def _faults(path: str) -> list[dict[str, Any]]:
    try:
        script: list[dict[str, Any]] = json.loads(
            Path(path).read_text(encoding="utf-8")
        )
        Faults(script)
    except (OSError, ValueError) as error:
        raise ArgumentTypeError(str(error)) from error
    return script


def _recording(path: str) -> Recording:
    try:
        with Path(path).open(encoding="utf-8") as lines:
            return read_recording(lines)
    except (OSError, ValueError) as error:
        raise ArgumentTypeError(str(error)) from error
