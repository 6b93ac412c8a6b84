"""MarketInOut: saved screens and watchlists behind a session cookie, rows behind a key."""

import re
from collections.abc import Callable, Mapping
from itertools import count
from urllib.parse import quote

from formulas.simulator import formula_help
from formulas.simulator import marketinout_pages as pages
from formulas.simulator.accounts import MARKETINOUT
from formulas.simulator.exchange import Exchange
from formulas.simulator.listing import listings
from formulas.simulator.screens import (
    BUILT_IN,
    MOMENTUM,
    marketinout_symbol,
    rows,
    saved,
)
from formulas.simulator.site import Request, Response

_COOKIE = re.compile(r"ASPSESSIONID[A-Z0-9]+", re.IGNORECASE)

# What is dropped without a word, as upstream: a symbol must name its exchange.
_SYMBOL = re.compile(r"[^.,\s]+\.[^.,\s]+")


class MarketInOut:
    """The site and its API, with one account."""

    def __init__(self, exchange: Exchange, *, redirects_to_login: bool) -> None:
        self._exchange = exchange
        self._redirects_to_login = redirects_to_login
        self.screens = {screen.id: screen for screen in BUILT_IN}
        self.watchlists = {74562: "AnalysedAlready", 52736: "IndexWatchlist"}
        self.symbols = {
            74562: [marketinout_symbol(symbol) for symbol in MOMENTUM.symbols[:5]],
            52736: ["NIFTY.NS"],
        }
        self._numbers = count(496315)
        self._list_numbers = count(74577)
        self._pages: Mapping[str, Callable[[Request], Response]] = {
            "/stock-screener/my_stock_screens.php": self._screens,
            "/stock-screener/stocks.php": self._screen,
            "/stock-screener/formula_screener.php": self._save,
            "/wl/watch_list.php": self._lists,
            "/wl/wl_add.php": self._list_symbols,
            "/wl/my_watch_lists.php": self._manage_lists,
            "/wl/wl_add_all.php": self._change_one,
            "/wl/wl_add_all_done.php": self._changed_one,
        }

    def answer(self, request: Request, now: float) -> Response | None:
        """Answer a request; None for a path that is not of this site."""
        if request.path == "/run/screen":
            return self._run(_one(request.query, "key"), now)
        if open_page := _OPEN.get(request.path):
            return open_page(request)
        if page := self._pages.get(request.path):
            return page(request) if _is_signed_in(request) else self.login()
        return None

    def login(self) -> Response:
        """Return what a request without a session gets."""
        if self._redirects_to_login:
            return pages.moved("/home/login.php")
        return pages.login()

    def _run(self, key: str, now: float) -> Response:
        for screen in self.screens.values():
            if screen.key == key:
                body = rows(screen, self._exchange, now)
                return Response(body, content_type="text/plain", takes="screen")
        return Response("Invalid key", content_type="text/plain", takes="screen")

    # Screens

    def _screens(self, request: Request) -> Response:
        if _one(request.query, "mode") == "delete":
            for number in request.query.get("todelete", []):
                self.screens.pop(_number(number), None)
            return pages.moved("my_stock_screens.php")
        return pages.screen_list(self.screens.values())

    def _screen(self, request: Request) -> Response:
        screen = self.screens.get(_number(_one(request.query, "screen_id")))
        if screen is None:
            return pages.moved("my_stock_screens.php")
        return pages.screen_page(screen)

    def _save(self, request: Request) -> Response:
        form = request.form
        name, formula = _one(form, "name"), _one(form, "formula")
        if not name or not formula:
            return pages.page("Formula Screener", "Error in formula.")
        number = _number(_one(form, "screen_id")) or next(self._numbers)
        self.screens[number] = saved(number, name, formula)
        return pages.moved(f"stocks.php?screen_id={number}&f=1", takes="create")

    # Watchlists

    def _lists(self, request: Request) -> Response:
        if request.method == "POST" and _one(request.form, "mode") == "add":
            return self._add_many(request.form)
        return pages.watchlists(self.watchlists)

    def _add_many(self, form: Mapping[str, list[str]]) -> Response:
        number = _number(_one(form, "wlid"))
        kept = [] if _one(form, "overwrite") == "1" else self.symbols.get(number, [])
        if number in self.watchlists:
            added = _SYMBOL.findall(_one(form, "stock_list"))
            self.symbols[number] = list(dict.fromkeys([*kept, *added]))
        return pages.moved(f"watch_list.php?wlid={number}")

    def _list_symbols(self, request: Request) -> Response:
        return pages.watchlist_symbols(
            self.symbols.get(_number(_one(request.query, "wlid")), [])
        )

    def _manage_lists(self, request: Request) -> Response:
        if _one(request.query, "mode") == "new":
            number = next(self._list_numbers)
            self.watchlists[number] = _one(request.query, "name")
            self.symbols[number] = []
            return pages.moved(f"watch_list.php?wlid={number}", takes="create")
        for text in request.query.get("todelete", []):
            self.watchlists.pop(_number(text), None)
            self.symbols.pop(_number(text), None)
        return pages.moved("my_watch_lists.php")

    def _change_one(self, request: Request) -> Response:
        action, symbol = _one(request.query, "action"), _one(request.query, "symbol")
        symbols = self.symbols.get(_number(_one(request.query, "wlid")), [])
        if action == "remove" and symbol in symbols:
            symbols.remove(symbol)
        elif action == "add" and symbol not in symbols and _SYMBOL.fullmatch(symbol):
            symbols.append(symbol)
        target = f"wl_add_all_done.php?action={action}&symbol={quote(symbol)}"
        return pages.moved(target)

    def _changed_one(self, request: Request) -> Response:
        is_removal = _one(request.query, "action") == "remove"
        sentence = "removed from" if is_removal else "added to"
        return pages.done(_one(request.query, "symbol"), sentence)


def _options(request: Request) -> Response:
    criterion = _one(request.query, "crit_id")
    groups: Mapping[str, set[str]] = {
        "sector": {listing.sector for listing in listings().values()},
        "industry": {listing.industry for listing in listings().values()},
        "exch": {listing.exchange for listing in listings().values()},
    }
    return pages.criterion_options(
        criterion, sorted(groups.get(criterion, set()) - {""})
    )


# Pages that need no session.
_OPEN: Mapping[str, Callable[[Request], Response]] = {
    "/stock-screener/ajax/ajax_get_indicator_list.php": lambda _: (
        formula_help.indicators()
    ),
    "/stock-screener/ajax_get_samples.php": lambda _: formula_help.samples(),
    "/home/whats-new.php": lambda _: formula_help.whats_new(),
    "/home/login.php": lambda _: pages.login(),
    "/stock-screener/ajax_get_options.php": _options,
}


def _is_signed_in(request: Request) -> bool:
    return any(
        _COOKIE.fullmatch(name) and value == MARKETINOUT.value
        for name, value in request.cookies.items()
    )


def _one(values: Mapping[str, list[str]], name: str) -> str:
    return values.get(name, [""])[0]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
