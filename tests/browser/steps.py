"""What the tests do on the pages, as a user does it."""

from playwright.sync_api import Page


def sign_in(page: Page, name: str = "demo") -> Page:
    page.context.clear_cookies()  # Whoever is signed in is not asked again.
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(name)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")
    return page


def open_formula(page: Page, name: str, query: str = "") -> None:
    """Open a formula's results page; `query` is added to its address."""
    page.goto("/")
    address = page.get_by_role("link", name=name, exact=True).get_attribute("href")
    page.goto(f"{address}{query}")


def wait_until_complete(page: Page) -> None:
    page.locator("#state[data-state=done]").wait_for()
