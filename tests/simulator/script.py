"""A conversation driven by hand: what a client sends, and what it is answered."""

import json
from typing import Any

from formulas.simulator.accounts import PREMIUM
from formulas.simulator.answers import Answer
from formulas.simulator.conversation import Conversation, Limits
from formulas.simulator.timescale import timescale_of
from tests.simulator.conftest import MONDAY


class Script:
    def __init__(
        self,
        *,
        token: str | None = None,
        limits: Limits | None = None,
        now: float = MONDAY,
    ) -> None:
        self.now = now
        self.conversation = Conversation(
            timescale_of("candlestream"), limits or Limits()
        )
        self.say("set_auth_token", token or PREMIUM.token(self.now))

    def answers(self, method: str, *arguments: Any) -> list[Answer]:
        payload = json.dumps({"m": method, "p": arguments})
        return self.conversation.receive(payload, self.now)

    def say(self, method: str, *arguments: Any) -> list[tuple[str, list[Any]]]:
        """Send one message; return name and parameters of each that answers it."""
        return read(self.answers(method, *arguments))

    def open_chart(self, symbol: str = "NSE:TCS", session: str = "cs_1") -> None:
        self.say("chart_create_session", session, "")
        self.say("resolve_symbol", session, "sym_1", symbol)

    def load(
        self, symbol: str = "NSE:TCS", resolution: str = "1D", count: Any = 300
    ) -> list[tuple[str, list[Any]]]:
        """Open a chart with one series; return what answers the series."""
        self.open_chart(symbol)
        return self.say(
            "create_series", "cs_1", "sds_1", "s1", "sym_1", resolution, count, ""
        )


def read(answers: list[Answer]) -> list[tuple[str, list[Any]]]:
    messages = [json.loads(each.text) for answer in answers for each in answer.messages]
    return [(message["m"], message["p"]) for message in messages]


def names(messages: list[tuple[str, list[Any]]]) -> list[str]:
    return [name for name, _ in messages]


def points(messages: list[tuple[str, list[Any]]]) -> list[dict[str, Any]]:
    """Return the points of the update among some messages."""
    updates = [p for name, p in messages if name == "timescale_update" and p[1]]
    found: list[dict[str, Any]] = updates[-1][1]["sds_1"]["s"]
    return found
