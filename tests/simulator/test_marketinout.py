import re
from html import unescape

import httpx
import pytest

from formulas.simulator.accounts import MARKETINOUT
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.screens import MOMENTUM, rows
from formulas.simulator.server import serve
from tests.simulator.conftest import MONDAY

COOKIE = {"Cookie": f"mio=x; {MARKETINOUT.name}={MARKETINOUT.value}"}
SCREENS = "/stock-screener/my_stock_screens.php"
EDITOR = "/stock-screener/formula_screener.php"
FORM = {"action": "run", "screen_id": "", "name": "A<B", "formula": "close < 10"}


@pytest.fixture
async def mio(http: httpx.AsyncClient) -> httpx.AsyncClient:
    http.headers.update(COOKIE)
    return http


async def watchlist(mio: httpx.AsyncClient, number: int) -> list[str]:
    page = await mio.get(f"/wl/wl_add.php?wlid={number}&overwrite=1&name=")
    listed = re.search(r'<textarea id="stock_list"[^>]*>(.*?)</textarea>', page.text)
    assert listed is not None
    return [symbol for symbol in unescape(listed[1]).split(",") if symbol]


async def test_a_key_alone_opens_a_screen_s_rows(simulator, http):
    answer = await http.get("/run/screen", params={"key": MOMENTUM.key})
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text == rows(MOMENTUM, simulator.exchange, MONDAY)


async def test_a_wrong_key_is_a_good_answer_without_rows(http):
    answer = await http.get("/run/screen?key=0000000000000000")
    assert (answer.status_code, "|" in answer.text) == (200, False)
    assert answer.text


async def test_the_list_of_screens_has_a_row_each(mio):
    page = await mio.get(SCREENS)
    found = re.findall(
        r'<tr id="screen(\d+)">\s*<td>.*?</td><td>.*?</td>\s*<td><a [^>]*>(.*?)</a>',
        page.text,
    )
    assert ("496310", "Momentum leaders") in found
    assert len(found) == 5


async def test_a_screen_s_page_holds_formula_and_key(mio):
    page = await mio.get("/stock-screener/stocks.php?f=1&screen_id=496310")
    assert f"api_info('{MOMENTUM.key}')" in page.text
    assert "close &gt; ema(50)" in page.text
    assert re.search(r'<img [^>]*alt="Web API"', page.text)


@pytest.mark.parametrize("cookie", ["", "ASPSESSIONIDQWERTDCB=stale", "PHPSESSID=x"])
async def test_without_a_known_session_every_page_is_the_login(http, cookie):
    for path in (SCREENS, "/wl/watch_list.php?mode=list", EDITOR):
        page = await http.get(path, headers={"Cookie": cookie})
        assert page.status_code == 200
        assert '<input type="password"' in page.text


async def test_the_login_may_be_a_redirect_instead():
    config = Config(latency=INSTANT, redirects_to_login=True)
    async with serve(config) as simulator, httpx.AsyncClient() as client:
        page = await client.get(simulator.settings()["MARKETINOUT_URL"] + SCREENS)
    assert (page.status_code, page.headers["Location"]) == (302, "/home/login.php")


async def test_a_new_screen_is_listed_and_runs(mio):
    moved = await mio.post(EDITOR, data=FORM)
    found = re.search(r"screen_id=(\d+)", moved.headers["Location"])
    assert found is not None
    page = await mio.get(f"/stock-screener/stocks.php?f=1&screen_id={found[1]}")
    assert "A&lt;B" in page.text
    assert "close &lt; 10" in page.text
    key = re.search(r"api_info\('([0-9a-f]{16})'\)", page.text)
    assert key is not None
    assert (await mio.get(f"/run/screen?key={key[1]}")).text.count("\n") > 5


async def test_a_screen_is_edited_in_place(mio):
    await mio.post(EDITOR, data=FORM | {"screen_id": "496311", "name": "Renamed"})
    page = await mio.get(SCREENS)
    assert "Renamed" in page.text
    assert "Nothing today" not in page.text


async def test_a_formula_that_is_refused_comes_back_as_a_page(mio):
    page = await mio.post(EDITOR, data=FORM | {"formula": ""})
    assert (page.status_code, "Error in formula" in page.text) == (200, True)


async def test_deleted_screens_are_gone(mio):
    await mio.get(f"{SCREENS}?todelete=496310&todelete=496311&mode=delete")
    page = await mio.get(SCREENS)
    assert page.text.count('<tr id="screen') == 3
    gone = await mio.get("/stock-screener/stocks.php?f=1&screen_id=496310")
    assert gone.status_code == 302


async def test_watchlists_are_options(mio):
    page = await mio.get("/wl/watch_list.php?mode=list")
    assert '<select id="sel_wlid"' in page.text
    assert '<option value="74562">AnalysedAlready</option>' in page.text


async def test_a_watchlist_is_made_filled_and_deleted(mio):
    made = await mio.get("/wl/my_watch_lists.php?mode=new&name=Mine&wlid=")
    assert made.headers["Location"] == "watch_list.php?wlid=74577"
    add = {"mode": "add", "wlid": "74577", "name": "", "overwrite": "0"}
    # A symbol without its exchange is dropped without a word.
    await mio.post(
        "/wl/watch_list.php", data=add | {"stock_list": "TCS.NS,BELRISE,M_M.NS"}
    )
    assert await watchlist(mio, 74577) == ["TCS.NS", "M_M.NS"]
    await mio.post(
        "/wl/watch_list.php", data=add | {"stock_list": "ITC.NS", "overwrite": "1"}
    )
    assert await watchlist(mio, 74577) == ["ITC.NS"]
    gone = await mio.get("/wl/my_watch_lists.php?todelete=74577&mode=delete")
    assert gone.headers["Location"] == "my_watch_lists.php"
    assert "Mine" not in (await mio.get("/wl/watch_list.php?mode=list")).text


async def test_one_symbol_is_added_and_removed_with_a_confirmation(mio):
    one = "/wl/wl_add_all.php?wlid=74562&wl_name=&symbol=M_M.NS&action="
    moved = await mio.get(one + "add")
    assert "Object Moved" in moved.text
    assert "<a HREF=" in moved.text
    assert "&amp;symbol=M_M.NS" in moved.text
    assert "M_M.NS" in await watchlist(mio, 74562)
    done = await mio.get(f"/wl/{moved.headers['Location']}")
    assert "<b>M_M.NS</b> has been added to the watch list!" in done.text
    removed = await mio.get(one + "remove")
    assert "M_M.NS" not in await watchlist(mio, 74562)
    done = await mio.get(f"/wl/{removed.headers['Location']}")
    assert "removed from" in done.text


async def test_a_symbol_without_its_exchange_is_not_added_but_said_to_be(mio):
    moved = await mio.get("/wl/wl_add_all.php?wlid=74562&action=add&symbol=BELRISE")
    done = await mio.get(f"/wl/{moved.headers['Location']}")
    assert "has been added to" in done.text
    assert "BELRISE" not in await watchlist(mio, 74562)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/stock-screener/ajax/ajax_get_indicator_list.php", "rsi(14)"),
        ("/stock-screener/ajax_get_samples.php", "Golden cross"),
        ("/home/whats-new.php", 'class="news_title"'),
        ("/stock-screener/ajax_get_options.php?crit_id=sector", 'name="Technology"'),
    ],
)
async def test_the_help_needs_no_session(http, path, expected):
    assert expected in (await http.get(path)).text
