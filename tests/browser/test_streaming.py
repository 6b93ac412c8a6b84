"""The results page while a run streams into it."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.site import Site
from tests.browser.steps import open_formula, sign_in, wait_until_complete

LEADERS = "Momentum leaders"
FRESH = "?refresh=1"

# Notes when the first row came, how the number of charts grew, how long the main thread
# was busy at a stretch, and what moved without the user's doing.
WITNESS = """
window.seen = {rows: null, charts: [], tasks: [], shifts: []};
new MutationObserver(() => {
    const count = document.querySelectorAll("candle-chart").length;
    if (!seen.rows && document.querySelector("tbody tr")) seen.rows = [performance.now(), count];
    if (count > (seen.charts.at(-1) ?? 0)) seen.charts.push(count);
}).observe(document, {childList: true, subtree: true});
const note = (type, list, value) => new PerformanceObserver((entries) => {
    for (const entry of entries.getEntries()) list.push(value(entry));
}).observe({type, buffered: true});
note("longtask", seen.tasks, (entry) => entry.duration);
note("layout-shift", seen.shifts, (entry) => entry.hadRecentInput ? 0 : entry.value);
"""


def _witnessed(page: Page, formula: str, query: str = FRESH) -> dict[str, Any]:
    page.context.add_init_script(WITNESS)
    open_formula(page, formula, query)
    wait_until_complete(page)
    return dict(page.evaluate("seen"))


def test_the_table_stands_before_the_first_chart(page: Page, site: Site) -> None:
    _, charts = _witnessed(page, LEADERS)["rows"]
    assert charts == 0


def test_charts_arrive_while_others_are_still_fetched(page: Page, site: Site) -> None:
    counts = _witnessed(page, LEADERS)["charts"]
    assert len(counts) >= 3
    assert counts[-1] == 88


def test_the_page_stays_responsive_while_88_charts_stream_in(
    page: Page, site: Site
) -> None:
    # What else the machine does may hold the page up once, but not every time.
    longest = (max(_witnessed(page, LEADERS)["tasks"], default=0) for _ in range(3))
    assert any(milliseconds < 200 for milliseconds in longest)


def test_nothing_jumps_while_charts_stream_in(page: Page, site: Site) -> None:
    assert sum(_witnessed(page, LEADERS)["shifts"]) < 0.05


def test_the_end_is_said_with_its_counts(page: Page, site: Site) -> None:
    open_formula(page, LEADERS, FRESH)
    expect(page.locator("#state")).to_have_text("Complete")
    expect(page.locator("#progress")).to_contain_text("88 of 88 charts")


def test_every_slot_ends_with_a_chart_or_a_reason(page: Page, site: Site) -> None:
    open_formula(page, "Odd rows")
    wait_until_complete(page)
    slots = page.locator(".box").count()
    assert page.locator(".box > candle-chart, .box > .failure").count() == slots
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def test_an_empty_screen_says_so(page: Page, site: Site) -> None:
    open_formula(page, "Nothing today")
    expect(page.locator("#results")).to_contain_text("No stock matches this screen")
    expect(page.locator("#state")).to_have_text("Complete")


def test_a_chart_that_failed_says_why_in_its_place(page: Page, healthy: Site) -> None:
    healthy.script(
        {"on": "series", "symbol": "NSE:INFY", "resolution": "1D", "do": "series_error"}
    )
    open_formula(page, LEADERS, FRESH)
    wait_until_complete(page)
    expect(page.locator(".failure")).to_have_count(1)
    expect(page.locator(".failure p")).not_to_be_empty()
    expect(page.locator("#progress")).to_contain_text("87 of 88 charts, 1 failed")


def test_a_chart_that_failed_for_once_can_be_tried_again(
    page: Page, healthy: Site
) -> None:
    healthy.script({"on": "series", "symbol": "NSE:JUNIPER", "do": "critical_error"})
    open_formula(page, "Hotels near a low", FRESH)
    expect(page.locator(".failure")).to_have_count(2)
    healthy.script()
    page.wait_for_timeout(1100)  # for a second nobody asks TradingView again
    page.get_by_role("button", name="Try again").first.click()
    expect(page.locator("candle-chart")).to_have_count(1)


def test_an_upstream_that_is_down_is_explained(page: Page, healthy: Site) -> None:
    healthy.script({"on": "http", "path": "/run/screen", "do": "status", "status": 500})
    open_formula(page, LEADERS, FRESH)
    expect(page.get_by_role("alert")).to_contain_text("MarketInOut")
    expect(page.locator("#state")).to_have_text("Stopped")


def test_leaving_the_page_ends_the_work_upstream_within_a_second(
    page: Page, healthy: Site
) -> None:
    healthy.count_anew()
    healthy.script({"on": "series", "do": "delay", "seconds": 1.2})
    open_formula(page, "Wide market", FRESH)
    page.locator("tbody tr").first.wait_for()
    page.goto("/connections/")
    page.wait_for_timeout(1000)
    begun = _series(healthy)
    assert begun < 500
    # Long enough for the lanes to take their next charts, had nobody told them.
    page.wait_for_timeout(2500)
    assert _series(healthy) == begun


def test_a_stream_that_was_cut_off_goes_on_where_it_was(
    page: Page, healthy: Site
) -> None:
    healthy.script({"on": "series", "do": "delay", "seconds": 0.7})
    open_formula(page, LEADERS, FRESH)
    page.locator("candle-chart").first.wait_for()
    with page.expect_request("**/stream/**") as again:
        # As htmx sees a proxy that cuts it off.
        page.evaluate("stream._htmx.sse.reader.cancel()")
        expect(page.locator("#state")).to_have_text("Reconnecting")
    assert again.value.headers["last-event-id"]
    wait_until_complete(page)
    expect(page.locator("candle-chart")).to_have_count(88)


def test_a_session_that_has_ended_is_said_on_the_page(
    stranger: BrowserContext, site: Site
) -> None:
    page = sign_in(stranger.new_page())

    def sign_out_first(route: Route) -> None:
        stranger.clear_cookies()
        route.continue_()

    page.route("**/stream/**", sign_out_first)
    open_formula(page, LEADERS)
    expect(page.get_by_role("alert")).to_contain_text("Sign in again")
    expect(page.locator("#state")).to_have_text("Stopped")
    page.get_by_role("alert").get_by_role("link", name="Sign in").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_lost_connection_is_said_and_not_called_complete(
    page: Page, site: Site
) -> None:
    page.route("**/stream/**", lambda route: route.abort())
    open_formula(page, LEADERS)
    expect(page.locator("#state")).to_have_text("Connection lost")
    expect(page.get_by_role("alert")).to_contain_text("The connection was lost")


def _series(site: Site) -> int:
    state = site.state()
    return int(state["series_created"]) + int(state["series_modified"])
