"""A real Chromium, signed in to a real site."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import chromium
from tests.browser.site import Site, running_site
from tests.browser.steps import sign_in

_WAIT_MILLISECONDS = 15_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(__file__.removesuffix("/conftest.py")):
            item.add_marker(pytest.mark.browser)
            # Starting everything takes a while, and counts for the first test.
            item.add_marker(pytest.mark.timeout(90))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip("There is no Chromium: `python -m tests.browser.chromium`.")
    with sync_playwright() as playwright:
        # A container's root may not use the sandbox.
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def healthy(site: Site) -> Iterator[Site]:
    """The site, whose simulator's faults end with the test."""
    yield site
    site.script()


@pytest.fixture
def stranger(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser of somebody who is not signed in."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(_WAIT_MILLISECONDS)
    yield context
    context.close()


@pytest.fixture
def page(stranger: BrowserContext) -> Page:
    """A page of the demo's user."""
    return sign_in(stranger.new_page())
