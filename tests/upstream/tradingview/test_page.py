from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from formulas.simulator.accounts import PREMIUM
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.server import serve
from formulas.upstream.errors import (
    SignedOutError,
    ThrottledError,
    TimedOutError,
    UnexpectedAnswerError,
    UnreachableError,
)
from formulas.upstream.tradingview import page
from formulas.upstream.tradingview.page import fetch_token
from formulas.upstream.tradingview.token import Cookies

COOKIES = Cookies(PREMIUM.sessionid, PREMIUM.sessionid_sign)


@asynccontextmanager
async def site(*faults: Mapping[str, Any]) -> AsyncIterator[str]:
    async with serve(Config(latency=INSTANT, faults=faults)) as simulator:
        yield simulator.settings()["TRADINGVIEW_URL"]


async def test_the_cookies_of_an_account_open_its_token():
    async with site() as address:
        token = await fetch_token(address, COOKIES)

    assert token.user_id == PREMIUM.user_id
    assert (token.plan, token.exchanges) == ("pro_premium", frozenset({"NSE"}))
    assert token.max_connections == 50


async def test_cookies_that_open_nothing_are_signed_out():
    async with site() as address:
        with pytest.raises(SignedOutError):
            await fetch_token(address, Cookies(PREMIUM.sessionid, "v3:another"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"do": "status", "status": 429}, ThrottledError),
        ({"do": "status", "status": 403}, SignedOutError),
        ({"do": "status", "status": 503}, UnreachableError),
        ({"do": "status", "status": 404}, UnexpectedAnswerError),
        ({"do": "body", "text": '"auth_token":"e.e.e"'}, UnexpectedAnswerError),
        ({"do": "drop"}, UnreachableError),
    ],
)
async def test_an_answer_that_is_no_page_is_named(fault, error):
    async with site({"on": "http", **fault}) as address:
        with pytest.raises(error) as caught:
            await fetch_token(address, COOKIES)

    assert type(caught.value) is error


async def test_a_page_that_does_not_come_times_out(monkeypatch):
    monkeypatch.setattr(page, "_TIMEOUT_SECONDS", 0.1)

    async with site({"on": "http", "do": "silence"}) as address:
        with pytest.raises(TimedOutError):
            await fetch_token(address, COOKIES)


def test_the_cookies_are_not_sent_to_another_host():
    jar = page._jar("https://www.tradingview.com", COOKIES)

    def cookie_header(url: str) -> object:
        request = httpx.Request("GET", url)
        jar.set_cookie_header(request)
        return request.headers.get("Cookie")

    assert cookie_header("https://evil.example/chart/") is None
    assert PREMIUM.sessionid in str(
        cookie_header("https://www.tradingview.com/chart/1/")
    )
