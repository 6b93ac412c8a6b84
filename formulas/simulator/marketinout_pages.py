"""MarketInOut's pages: the markup around ids, keys and symbols. Pure."""

from collections.abc import Iterable, Mapping
from html import escape

from formulas.simulator.screens import Screen
from formulas.simulator.site import Response

_PAGE = """<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{title}</title></head>
<body>
<div id="menu"><a href="/stock-screener/my_stock_screens.php">My Stock Screens</a>
<a href="/wl/watch_list.php?mode=list">Watch Lists</a></div>
{content}
</body></html>
"""

_SCREEN_ROW = """<tr id="screen{id}">
<td><input type="checkbox" name="todelete" value="{id}"></td><td>{number}</td>
<td><a href="stocks.php?f=1&list=1&screen_id={id}">{name}</a></td>
<td>{formula}</td></tr>"""

_API_IMAGE = (
    '<img src="/images/api.png" alt="Web API" title="Web API" '
    'onclick="api_info(\'{key}\')" style="cursor:pointer">'
)

_LOGIN = """<form action="login.php" method="post">
<input type="text" name="email"><input type="password" name="password">
<input type="submit" value="Login"></form>"""

_MOVED = """<head><title>Object moved</title></head>
<body><h1>Object Moved</h1>This object may be found <a HREF="{target}">here</a>.</body>
"""


def page(title: str, content: str) -> Response:
    """Return a page with the site's frame around the content."""
    return Response(_PAGE.format(title=escape(title), content=content), takes="page")


def login() -> Response:
    """Return what the site shows to whoever is not signed in."""
    return page("Login", _LOGIN)


def moved(target: str, takes: str = "page") -> Response:
    """Return IIS's redirect, with its own words and capitals."""
    return Response(
        _MOVED.format(target=escape(target)),
        302,
        "text/html",
        {"Location": target},
        takes,
    )


def screen_list(screens: Iterable[Screen]) -> Response:
    """Return the list of saved screens."""
    rows = (
        _SCREEN_ROW.format(
            id=screen.id,
            number=number,
            name=escape(screen.name),
            formula=escape(screen.formula),
        )
        for number, screen in enumerate(screens, 1)
    )
    return page("My Stock Screens", f'<table class="list">{"".join(rows)}</table>')


def screen_page(screen: Screen) -> Response:
    """Return a screen's results page: formula in the heading, key in the image."""
    heading = (
        f'<table><tr><td><font class="section">{escape(screen.name)}:</font><br>'
        f"{escape(screen.formula, quote=False)}</td></tr></table>"
    )
    return page(screen.name, heading + _API_IMAGE.format(key=screen.key))


def without_api_image(body: str) -> str:
    """Return a screen's page as a plan without the Web API shows it."""
    start = body.find('<img src="/images/api.png"')
    return body if start < 0 else body[:start] + body[body.index(">", start) + 1 :]


def watchlists(names: Mapping[int, str]) -> Response:
    """Return the choice of watchlists."""
    options = "".join(
        f'<option value="{number}">{escape(name)}</option>'
        for number, name in names.items()
    )
    return page(
        "Watch Lists",
        f'<select id="sel_wlid" class="name-select">{options}</select>',
    )


def watchlist_symbols(symbols: Iterable[str]) -> Response:
    """Return the dialog that lists a watchlist's symbols."""
    listed = escape(",".join(symbols))
    return page(
        "Add to Watch List",
        f'<form><textarea id="stock_list" name="stock_list">{listed}</textarea></form>',
    )


def done(symbol: str, sentence: str) -> Response:
    """Return the popup that confirms the change of one symbol."""
    return page("Done!", f"<b>{escape(symbol)}</b> has been {sentence} the watch list!")


def criterion_options(criterion: str, names: Iterable[str]) -> Response:
    """Return what a criterion may be set to."""
    name = escape(criterion)
    links = "".join(
        f'<a id="{name}_{number}" name="{escape(option)}" local_id="{number}" on="0">'
        f"{escape(option)}</a>"
        for number, option in enumerate(names, 1)
    )
    return Response(links, takes="page")
