"""Every page: what a browser may say of it, and how it fits people and screens."""

from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from config.env import ROOT
from tests.browser.site import Site
from tests.browser.steps import open_formula, sign_in, wait_until_complete

PLAIN = ["/", "/connections/"]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser has to complain of, such as a break of the security policy."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.mark.parametrize("address", PLAIN)
def test_a_browser_has_nothing_to_complain_of(
    page: Page, complaints: list[str], address: str
) -> None:
    page.goto(address)
    assert complaints == []


def test_a_formula_is_deleted_after_a_question(
    page: Page, complaints: list[str]
) -> None:
    page.get_by_label("Name:", exact=True).fill("Short-lived")
    page.get_by_label("API URL or key").fill("0123456789abcdef")
    page.get_by_role("button", name="Add").click()
    page.goto("/")
    page.get_by_role("link", name="Delete Short-lived").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("Short-lived is deleted")
    expect(page.get_by_role("link", name="Short-lived")).to_have_count(0)
    assert complaints == []


def test_a_browser_has_nothing_to_complain_of_on_the_results_page(
    page: Page, complaints: list[str]
) -> None:
    open_formula(page, "Momentum leaders")
    wait_until_complete(page)
    page.locator("canvas").first.wait_for()
    page.get_by_role("button", name="Enlarge").first.click()
    page.locator("dialog canvas").first.wait_for()
    assert complaints == []


def test_the_administration_works_under_the_policy(
    page: Page, complaints: list[str]
) -> None:
    sign_in(page, "admin")
    page.goto("/admin/")
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PLAIN)
def test_a_page_is_accessible(page: Page, address: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(address)
    assert _barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_results_page_is_accessible(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    open_formula(page, "Odd rows")
    wait_until_complete(page)
    page.locator("canvas").first.wait_for()
    assert _barriers(page) == []


@pytest.mark.parametrize("width", [320, 768, 3840])
@pytest.mark.parametrize("address", [*PLAIN, "results"])
def test_a_page_is_never_wider_than_the_screen(
    page: Page, address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    if address == "results":
        open_formula(page, "Momentum leaders")
        wait_until_complete(page)
    else:
        page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_theme_that_was_chosen_is_remembered(page: Page, site: Site) -> None:
    page.emulate_media(color_scheme="light")
    button = page.get_by_role("button", name="Dark theme")
    button.click()
    page.goto("/connections/")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert _ground(page) == "rgb(14, 18, 22)"


def test_charts_are_painted_anew_when_the_theme_changes(page: Page, site: Site) -> None:
    page.emulate_media(color_scheme="light")
    open_formula(page, "Hotels near a low")
    page.locator("canvas").first.wait_for()
    before = page.locator(".plot").first.screenshot()
    page.get_by_role("button", name="Dark theme").click()
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert page.locator(".plot").first.screenshot() != before


def _ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def _barriers(page: Page) -> list[str]:
    """Return the rules of WCAG 2.2 AA that the page breaks, each with an example."""
    page.evaluate(AXE)
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
    )
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]
