"""What arrives is bent at random: nothing crashes, hangs, or is kept without bound.

`FUZZ_ROUNDS=100000 pytest tests/upstream/tradingview/test_fuzz.py` goes on for longer.
"""

import os
import re
from collections.abc import Callable
from random import Random

import pytest

from formulas.market.charts import Chart, ChartRequest
from formulas.simulator.conversation import Conversation, Limits
from formulas.simulator.outbox import Outbox
from formulas.simulator.timescale import timescale_of
from formulas.upstream.errors import UpstreamError
from formulas.upstream.tradingview import commands
from formulas.upstream.tradingview.frames import Decoder
from formulas.upstream.tradingview.messages import Hello, ProtocolError, parse
from formulas.upstream.tradingview.session import Lane

REQUEST = ChartRequest("NSE:SBIN", "1D", 20)
MOMENT = 1766031047.25

_ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "5000"))
_LONGEST = 8000  # a longer frame only takes longer
_FRAMES = re.compile(r"(?=~m~[0-9]+~m~)")
_PIECES = ["~m~", "~h~", "~m~9~m~", "~m~99999999~m~", '"', "{", "]", "null", "1e+100",
           "-1", "\0", "é", "\N{ROCKET}", '"p":["cs_1",', "sds_1", "s1"]  # fmt: skip


@pytest.fixture(scope="module")
def simulated() -> list[str]:
    """Return what a simulator sends for a chart, as it sends it."""
    conversation = Conversation(timescale_of("candlestream"), Limits())
    outbox = Outbox()
    said = [commands.set_auth_token("unauthorized_user_token")]
    for message in [*said, *Lane("cs_1").begin(REQUEST)]:
        for answer in conversation.receive(message, MOMENT):
            outbox.put(answer, due=0)
    return [outgoing.text for outgoing in outbox.take(0, MOMENT)]


def _inserted(text: str, at: int, random: Random) -> str:
    return text[:at] + random.choice(_PIECES) + text[at:]


def _cut(text: str, at: int, random: Random) -> str:
    return text[:at] + text[at + random.randint(1, 40) :]


def _doubled(text: str, at: int, random: Random) -> str:
    piece = text[at : at + random.randint(1, 40)]
    return text[:at] + piece + text[at:]


def _changed(text: str, at: int, random: Random) -> str:
    return text[:at] + chr(random.randrange(0xD800)) + text[at + 1 :]


def _renumbered(text: str, at: int, random: Random) -> str:
    found = text.find("~m~", at) + 3
    return text[:found] + str(random.randrange(10 ** random.randint(1, 9))) + text[at:]


_WAYS: list[Callable[[str, int, Random], str]] = [
    _inserted,
    _cut,
    _doubled,
    _changed,
    _renumbered,
]


def _bent(message: str, random: Random) -> str:
    for _ in range(random.randint(1, 4)):
        way = random.choice(_WAYS)
        message = way(message, random.randrange(len(message) + 1), random)
    return message


def _endure(messages: list[str], seed: int) -> int:
    """Give bent messages to a lane again and again; return how often a chart ended."""
    random = Random(seed)  # noqa: S311 - the same seed, the same messages
    frames = [each for message in messages for each in _FRAMES.split(message)]
    frames = [each for each in frames if 0 < len(each) <= _LONGEST]
    decoder, ended = Decoder(), 0
    lane = Lane("cs_1")
    lane.begin(REQUEST)
    for _ in range(_ROUNDS):
        message = "".join(random.choices(frames, k=random.randint(1, 4)))
        outcomes = _received(lane, decoder, _bent(message, random))
        if outcomes:
            ended += len(outcomes)
            lane = Lane("cs_1")
            lane.begin(REQUEST)
    return ended


def _received(lane: Lane, decoder: Decoder, text: str) -> list[Chart | UpstreamError]:
    outcomes = []
    for frame in decoder.feed(text):
        message = parse(frame) if isinstance(frame, str) else None
        if message is None or isinstance(message, Hello | ProtocolError):
            continue
        if outcome := lane.receive(message):
            outcomes.append(outcome)
    assert all(isinstance(each, Chart | UpstreamError) for each in outcomes)
    return outcomes


@pytest.mark.parametrize("seed", range(3))
def test_bent_messages_of_the_simulator_end_charts_and_nothing_else(seed, simulated):
    assert _endure(simulated, seed) > 10


@pytest.mark.parametrize("seed", range(3))
def test_bent_captured_messages_end_charts_and_nothing_else(seed, received):
    assert _endure(received, seed) > 10
