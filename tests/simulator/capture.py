"""The captured session, where it is at hand."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from formulas.simulator.frames import payloads

PATH = Path(__file__).parents[3] / "shared" / "recordings" / "tradingview-1d.jsonl"

# When the captured server answered: 09:40 in Mumbai on 2025-12-18.
NOW = 1766031047


@cache
def lines() -> list[str]:
    if not PATH.exists():
        pytest.skip(f"the captured session is not at {PATH}")
    return PATH.read_text(encoding="utf-8").splitlines()


@cache
def received() -> list[dict[str, Any]]:
    """Return every JSON message that the captured server sent."""
    entries = (json.loads(line) for line in lines())
    return [
        json.loads(payload)
        for entry in entries
        if entry["direction"] == "receive"
        for payload in payloads(entry["data"])
        if not payload.startswith("~h~")
    ]


def first(method: str) -> dict[str, Any]:
    return next(each for each in received() if each.get("m") == method)
