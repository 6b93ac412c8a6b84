"""The control address `/simulator/`: counts, faults, and the truth about bars."""

import json
from collections.abc import Callable
from typing import Any

from formulas.simulator.accounts import MARKETINOUT, TRADINGVIEW
from formulas.simulator.exchange import Exchange
from formulas.simulator.faults import Faults
from formulas.simulator.marketinout import MarketInOut
from formulas.simulator.site import Request, Response, json_response
from formulas.simulator.state import State


class Control:
    """What tests and benchmarks ask of a running simulator, and tell it."""

    def __init__(
        self, exchange: Exchange, marketinout: MarketInOut, faults: Faults, state: State
    ) -> None:
        self._exchange, self._marketinout = exchange, marketinout
        self._faults, self._state = faults, state
        self._facts: dict[str, Callable[[], Any]] = {
            "state": state.as_json,
            "screens": self._screens,
            "accounts": _accounts,
        }

    def answer(self, request: Request, now: float) -> Response | None:
        """Answer a request; None for a path that is not under `/simulator/`."""
        if not request.path.startswith("/simulator/"):
            return None
        match request.method, request.path.removeprefix("/simulator/"):
            case "GET", "bars":
                return self._bars(request, now)
            case "POST", "faults":
                return self._take_faults(request.body)
            case "POST", "reset":
                self._state.reset()
                self._faults.replace([])
                return json_response({})
            case "GET", name if name in self._facts:
                return json_response(self._facts[name]())
            case _:
                return json_response({"error": "there is no such address"}, 404)

    def _take_faults(self, body: bytes) -> Response:
        try:
            self._faults.replace(json.loads(body))
        except (ValueError, TypeError) as error:
            return json_response({"error": str(error)}, 400)
        return json_response({})

    def _bars(self, request: Request, now: float) -> Response:
        query = {name: values[0] for name, values in request.query.items()}
        try:
            bars = self._exchange.bars(
                query["symbol"],
                query["resolution"],
                int(query.get("count", "300")),
                float(query.get("now", now)),
            )
        except KeyError as error:
            return json_response({"error": f"there is no {error}"}, 400)
        except ValueError as error:
            return json_response({"error": str(error)}, 400)
        return json_response(bars)

    def _screens(self) -> list[dict[str, Any]]:
        return [
            {
                "id": screen.id,
                "name": screen.name,
                "key": screen.key,
                "rows": len(screen.symbols),
            }
            for screen in self._marketinout.screens.values()
        ]


def _accounts() -> dict[str, Any]:
    return {
        "marketinout": {"name": MARKETINOUT.name, "value": MARKETINOUT.value},
        "tradingview": [
            {
                "username": account.username,
                "sessionid": account.sessionid,
                "sessionid_sign": account.sessionid_sign,
                "exchanges": account.exchanges,
            }
            for account in TRADINGVIEW
        ],
    }
