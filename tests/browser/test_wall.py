"""The table and the wall of charts, in the hands of a user."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site
from tests.browser.steps import open_formula, wait_until_complete

LEADERS = "Momentum leaders"


def _open(page: Page, query: str = "") -> None:
    open_formula(page, LEADERS, query)
    wait_until_complete(page)


def _first_drawn(page: Page) -> Locator:
    chart = page.locator("candle-chart").first
    chart.locator("canvas").first.wait_for()
    return chart


def test_only_what_is_near_the_viewport_holds_canvases(page: Page, site: Site) -> None:
    _open(page)
    _first_drawn(page)
    last = page.locator("candle-chart").last
    assert last.locator("canvas").count() == 0
    last.scroll_into_view_if_needed()
    last.locator("canvas").first.wait_for()
    expect(page.locator("candle-chart").first.locator("canvas")).to_have_count(0)


def test_the_wheel_over_a_chart_scrolls_the_page(page: Page, site: Site) -> None:
    _open(page)
    _first_drawn(page).hover()
    page.mouse.wheel(0, 500)
    page.wait_for_function("scrollY > 300")


def test_the_legend_follows_the_crosshair_and_rests_on_the_last_bar(
    page: Page, site: Site
) -> None:
    _open(page)
    chart = _first_drawn(page)
    date = chart.locator("time")
    last = date.inner_text()
    chart.locator(".plot").hover(position={"x": 100, "y": 100})
    expect(date).not_to_have_text(last)
    page.locator("h1").hover()
    expect(date).to_have_text(last)


def test_a_chart_is_described_in_words(page: Page, site: Site) -> None:
    _open(page)
    name = _first_drawn(page).locator(".plot").get_attribute("aria-label") or ""
    assert re.fullmatch(
        r"NSE:\S+ weekly: close [\d,.]+, (up|down) [\d.]+ % .* to \d{4}-\d\d-\d\d", name
    )


def test_a_click_on_a_head_sorts_the_table_and_the_wall_alike(
    page: Page, site: Site
) -> None:
    _open(page)
    page.get_by_role("button", name="Price").click()
    prices = _prices(page)
    assert prices == sorted(prices)
    page.get_by_role("button", name="Price").click()
    assert _prices(page) == sorted(prices, reverse=True)
    assert _tickers(page, ".card .ticker") == _tickers(page, "tbody th a")
    assert "sort=price&order=desc" in page.url


def test_a_sorted_page_is_sorted_again_when_it_is_reloaded(
    page: Page, site: Site
) -> None:
    _open(page, "?sort=symbol&order=desc")
    tickers = _tickers(page, "tbody th a")
    assert tickers == sorted(tickers, reverse=True)


def test_a_search_thins_out_the_table_and_the_wall(page: Page, site: Site) -> None:
    _open(page)
    page.get_by_label("Search").fill("tcs")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    expect(page.locator(".card:visible")).to_have_count(1)
    assert page.url.endswith("?q=tcs")


def test_what_is_shown_is_copied_as_a_watchlist(page: Page, site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _open(page, "?q=tcs")
    page.get_by_role("button", name="Copy symbols").click()
    expect(page.get_by_role("button", name="Copied 1")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "NSE:TCS"


def test_a_row_leads_to_its_card_and_the_card_back(page: Page, site: Site) -> None:
    _open(page)
    page.locator("tbody tr").nth(20).get_by_role("link").click()
    expect(page.locator(".card").nth(20)).to_be_in_viewport()
    page.locator(".card").nth(20).get_by_role("link", name="in the table").click()
    expect(page.locator("tbody tr").nth(20)).to_be_in_viewport()


def test_a_chart_is_enlarged_and_the_arrows_lead_to_the_next(
    page: Page, site: Site
) -> None:
    _open(page)
    _first_drawn(page).get_by_role("button", name="Enlarge").click()
    dialog = page.get_by_role("dialog")
    tickers = _tickers(page, "tbody th a")
    expect(dialog.get_by_role("heading")).to_contain_text(tickers[0])
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("heading")).to_contain_text(tickers[1])
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_refresh_is_not_repeated_by_a_reload(page: Page, site: Site) -> None:
    _open(page)
    page.get_by_role("link", name="Refresh").click()
    page.locator("tbody tr").first.wait_for()
    assert "refresh" not in page.url


def _prices(page: Page) -> list[float]:
    cells = page.locator("tbody td:nth-child(4)").all_inner_texts()
    return [float(cell.replace(",", "")) for cell in cells]


def _tickers(page: Page, selector: str) -> list[str]:
    return page.locator(selector).all_inner_texts()
