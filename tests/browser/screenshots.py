"""The pictures of the README; `python -m tests.browser.screenshots` takes them anew."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from config.env import ROOT
from tests.browser import chromium
from tests.browser.site import running_site
from tests.browser.steps import open_formula, sign_in, wait_until_complete

_DOCS = ROOT / "docs"
_DESK: ViewportSize = {"width": 1440, "height": 900}
_PHONE: ViewportSize = {"width": 390, "height": 844}


def take(browser: Browser, url: str) -> None:
    """Take every picture, of a site of the demo."""
    context = browser.new_context(base_url=url, viewport=_DESK)
    page = sign_in(context.new_page())
    open_formula(page, "Momentum leaders")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        _shoot(page, f"results-{scheme}.png")
    page.set_viewport_size(_PHONE)
    page.locator(".card").first.scroll_into_view_if_needed()
    _shoot(page, "results-phone.png")
    context.close()


def _shoot(page: Page, name: str) -> None:
    wait_until_complete(page)
    page.locator("candle-chart canvas").first.wait_for()
    page.wait_for_timeout(1000)  # until the last chart in sight is drawn
    page.screenshot(path=_DOCS / name)


def main() -> None:
    path = chromium.find()
    if path is None:
        sys.exit("There is no Chromium: `python -m tests.browser.chromium`.")
    _DOCS.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as place,
        running_site(Path(place)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        take(browser, site.url)
        browser.close()


if __name__ == "__main__":
    main()
