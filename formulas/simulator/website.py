"""TradingView's website: the page that carries the token, lists of symbols, the user."""

import json
import re
from dataclasses import dataclass
from typing import Any

from formulas.simulator.access import Account
from formulas.simulator.accounts import account_with
from formulas.simulator.screens import MOMENTUM
from formulas.simulator.site import Request, Response, json_response

_CHART = re.compile(r"/chart/(?:[A-Za-z0-9]+/)?")
_LIST = re.compile(
    r"/api/v1/symbols_list/(?P<kind>custom|active)/(?:(?P<id>\d+)/)?"
    r"(?:(?P<verb>append|remove|replace)/)?"
)
_STAMP = "2025-12-18T04:10:47Z"

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Live stock charts</title></head>
<body><script>
var is_authenticated = {is_authenticated};
window.initData = {data};
</script><div id="chart"></div></body></html>
"""


@dataclass
class SymbolList:
    """One list of symbols, as the list API gives it."""

    id: int
    name: str
    symbols: list[str]
    is_active: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": "custom",
            "name": self.name,
            "symbols": self.symbols,
            "active": self.is_active,
            "shared": False,
            "color": None,
            "description": None,
            "created": _STAMP,
            "modified": _STAMP,
        }


class Website:
    """The site, with lists that both demo accounts share."""

    def __init__(self) -> None:
        grouped = ["###\u2064Momentum", *MOMENTUM.symbols[:10]]
        self.lists = {
            196379825: SymbolList(196379825, "Momentum", grouped, is_active=True)
        }

    def answer(self, request: Request, now: float) -> Response | None:
        """Answer a request; None for a path that is not of this site."""
        sessionid = request.cookies.get("sessionid")
        if _CHART.fullmatch(request.path):
            sign = request.cookies.get("sessionid_sign", "")
            return _chart_page(account_with(sessionid, sign), now)
        account = account_with(sessionid)
        if request.path == "/api/v1/user/":
            return _user(account)
        if request.path == "/api/v1/symbols_list/all/":
            return json_response(self._all(account), takes="page")
        if match := _LIST.fullmatch(request.path):
            return self._list(request, account, match)
        return None

    def _all(self, account: Account | None) -> list[dict[str, Any]]:
        if account is None:
            return [{"id": None, "type": "custom", "name": "", "symbols": []}]
        colored = {
            "id": 1,
            "type": "colored",
            "name": "",
            "color": "red",
            "symbols": [],
        }
        return [*(each.as_json() for each in self.lists.values()), colored]

    def _list(
        self, request: Request, account: Account | None, match: re.Match[str]
    ) -> Response:
        if match["id"] is None and request.method == "GET":
            custom = [each for each in self._all(account) if each["type"] == "custom"]
            return json_response(custom, takes="page")
        if account is None:
            return json_response({"detail": "Not authenticated"}, 401, takes="page")
        if match["id"] is None:
            return self._create(request)
        chosen = self.lists.get(int(match["id"]))
        if chosen is None:
            return json_response({"detail": "Not found"}, 404, takes="page")
        return self._change(request, chosen, match)

    def _create(self, request: Request) -> Response:
        wanted = json.loads(request.body)
        number = max(self.lists) + 1 if self.lists else 1
        self.lists[number] = SymbolList(number, wanted["name"], list(wanted["symbols"]))
        return json_response(self.lists[number].as_json(), takes="page")

    def _change(
        self, request: Request, chosen: SymbolList, match: re.Match[str]
    ) -> Response:
        if request.method == "DELETE":
            del self.lists[chosen.id]
            return Response(status=204, takes="page")
        if match["kind"] == "active":
            for each in self.lists.values():
                each.is_active = each is chosen
        elif match["verb"]:
            named = json.loads(request.body)
            chosen.symbols = _changed(chosen.symbols, match["verb"], named)
            return json_response(chosen.symbols, takes="page")
        return json_response(chosen.as_json(), takes="page")


def _changed(symbols: list[str], verb: str, named: list[str]) -> list[str]:
    match verb:
        case "append":
            return list(dict.fromkeys([*symbols, *named]))
        case "remove":
            return [symbol for symbol in symbols if symbol not in named]
        case _:
            return named


def _chart_page(account: Account | None, now: float) -> Response:
    data: dict[str, Any] = {"theme": "light", "currentLocaleInfo": {"iso": "en"}}
    if account is not None:
        data |= {
            "id": account.user_id,
            "username": account.username,
            "auth_token": account.token(now),
        }
    body = _PAGE.format(
        is_authenticated=json.dumps(account is not None),
        data=json.dumps(data, separators=(",", ":")),
    )
    return Response(body, takes="token")


def _user(account: Account | None) -> Response:
    if account is None:
        return json_response({"detail": "Not authenticated"}, 401, takes="page")
    known = {"id": account.user_id, "username": account.username}
    return json_response(known, takes="page")
