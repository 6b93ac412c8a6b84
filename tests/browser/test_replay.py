"""A captured session, replayed into the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from config.env import ROOT
from tests.browser.site import Site, running_site
from tests.browser.steps import open_formula, sign_in, wait_until_complete
from tests.simulator import capture

RECORDING = ROOT.parent / "shared" / "recordings" / "tradingview-1d.jsonl"


@pytest.fixture
def replaying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if not RECORDING.exists():
        pytest.skip(f"There is no recording beside the project ({RECORDING.name}).")
    with running_site(tmp_path_factory.mktemp("replay"), replay=RECORDING) as site:
        yield site


# As the page itself reads them, with the script that it has loaded for that.
_BARS_ON_THE_PAGE = """
async () => {
  const script = document.querySelector("link[rel=modulepreload][href*='js/bars']");
  const { decodeBars } = await import(script.href);
  const chart = document.querySelector("candle-chart[label=Daily]");
  return decodeBars(chart.encoded).map(
    (bar) => [bar.time, bar.open, bar.high, bar.low, bar.close, bar.volume],
  );
}
"""


def test_the_page_has_every_captured_bar(browser: Browser, replaying: Site) -> None:
    context = browser.new_context(base_url=replaying.url)
    page = sign_in(context.new_page())
    open_formula(page, "Hotels near a low")
    wait_until_complete(page)
    shown = page.evaluate(_BARS_ON_THE_PAGE)
    captured = [point["v"] for point in _captured_points()]
    assert shown == captured
    assert len(shown) == 300
    assert (shown[0][1], shown[-1][4]) == (361.50, 253.42)
    context.close()


def _captured_points() -> list[dict[str, list[float]]]:
    update: dict[str, list[dict[str, list[float]]]]
    update = capture.first("timescale_update")["p"][1]["sds_1"]
    return update["s"]


def test_the_last_bar_of_a_replay_is_dated_where_its_exchange_is(
    browser: Browser, replaying: Site
) -> None:
    context = browser.new_context(
        base_url=replaying.url, timezone_id="America/New_York"
    )
    page = sign_in(context.new_page())
    open_formula(page, "Hotels near a low")
    wait_until_complete(page)
    legend = page.locator("candle-chart[label=Daily] .legend")
    expect(legend.locator("time")).to_have_text("2025-12-18")
    expect(legend).to_contain_text("253.42")
    context.close()
