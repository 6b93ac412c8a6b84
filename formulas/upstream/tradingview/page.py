"""The one request for TradingView's chart page, which carries the token."""

import ssl
from functools import cache
from urllib.parse import urlsplit

import httpx

from formulas.upstream.errors import (
    SignedOutError,
    ThrottledError,
    TimedOutError,
    UnexpectedAnswerError,
    UnreachableError,
)
from formulas.upstream.tradingview.token import Cookies, Token, parse_page

_TIMEOUT_SECONDS = 10.0
_HEADERS = {
    "Accept": "text/html",
    "Accept-Language": "en-GB,en;q=0.5",
    "User-Agent": (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/143.0.0.0 Safari/537.36"
    ),
}


async def fetch_token(site: str, cookies: Cookies) -> Token:
    """Return the token that `site` (`https://www.tradingview.com`) gives the account.

    Raises:
        SignedOutError: the cookies open nothing.
        UnreachableError: no answer, a late one, or one that asks to slow down.
        UnexpectedAnswerError: an answer that is no chart page.
    """
    try:
        answer = await _get_page(site, cookies)
    except httpx.TimeoutException as error:
        raise TimedOutError("TradingView's page does not answer.") from error
    except httpx.HTTPError as error:
        raise UnreachableError("TradingView's page cannot be reached.") from error
    _check(answer.status_code)
    return parse_page(answer.text)


async def _get_page(site: str, cookies: Cookies) -> httpx.Response:
    # A client of its own: one that is shared would keep the cookies of one account
    # and send them with the request of another.
    async with httpx.AsyncClient(
        cookies=_jar(site, cookies),
        follow_redirects=True,
        headers=_HEADERS,
        max_redirects=3,
        timeout=_TIMEOUT_SECONDS,
        verify=_certificates(),
    ) as client:
        return await client.get(f"{site}/chart/")


def _jar(site: str, cookies: Cookies) -> httpx.Cookies:
    """Return the cookies bound to the site, so that no redirect takes them elsewhere."""
    jar, host = httpx.Cookies(), urlsplit(site).hostname or ""
    jar.set("sessionid", cookies.sessionid, domain=host)
    jar.set("sessionid_sign", cookies.sessionid_sign, domain=host)
    return jar


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _check(status: int) -> None:
    if status == 429:
        raise ThrottledError("TradingView asks to slow down.")
    if status in {401, 403}:
        raise SignedOutError("TradingView does not accept the session; sign in again.")
    if status >= 500:
        raise UnreachableError(f"TradingView's page answers {status}.")
    if status != 200:
        raise UnexpectedAnswerError(f"TradingView's page answers {status}.")
