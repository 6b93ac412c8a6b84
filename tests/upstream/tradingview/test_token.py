import asyncio
from base64 import urlsafe_b64encode

import orjson
import pytest

from formulas.upstream.errors import (
    SignedOutError,
    UnexpectedAnswerError,
    UnreachableError,
)
from formulas.upstream.tradingview.token import (
    ANONYMOUS,
    Cookies,
    Token,
    TokenSource,
    anonymous,
    parse_page,
    parse_token,
)


def jwt(**claims: object) -> str:
    payload = urlsafe_b64encode(orjson.dumps(claims)).decode().rstrip("=")
    return f"eyJhbGciOiJSUzUxMiJ9.{payload}.c2lnbmF0dXJl"


def page(token: str) -> str:
    return f'<html><script>var user = {{"id":7,"auth_token":"{token}","x":1}};</script>'


def test_the_page_carries_a_token_with_its_claims():
    value = jwt(
        exp=1000, user_id=7, plan="pro_premium", perm="nse,bse ", max_connections=50
    )

    assert parse_page(page(value)) == Token(
        value, 1000.0, 7, "pro_premium", frozenset({"NSE", "BSE"}), 50
    )


def test_an_account_may_have_no_exchange_without_delay():
    assert parse_token(jwt(exp=1)).exchanges == frozenset()


@pytest.mark.parametrize("claimed", [None, 0, -1, "many", 2.5])
def test_a_count_of_connections_that_is_none_limits_nothing(claimed):
    assert parse_token(jwt(exp=1, max_connections=claimed)).max_connections is None


def test_a_page_without_a_token_means_signed_out():
    with pytest.raises(SignedOutError):
        parse_page("<html>Sign in</html>")


@pytest.mark.parametrize(
    "value",
    ["nonsense", "a.b.c", "a.!!!!.c", jwt(), jwt(exp="soon"), "a.W10.c", "a.é.c"],
)
def test_a_token_that_cannot_be_read_is_unexpected_and_stays_untold(value):
    with pytest.raises(UnexpectedAnswerError) as caught:
        parse_page(page(value))

    assert value not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_secrets_are_never_shown():
    assert "s3cret" not in repr(Token("s3cret"))
    assert "s3cret" not in repr(Cookies("s3cret", "v3:s3cret"))


class Fetches:
    """Hands out tokens that last until the given times, one after another."""

    def __init__(self, *expiries: float) -> None:
        self.tokens = [Token(f"token-{n}", expiry) for n, expiry in enumerate(expiries)]
        self.count = 0

    async def __call__(self) -> Token:
        await asyncio.sleep(0)
        self.count += 1
        return self.tokens[self.count - 1]


async def test_a_token_is_kept_until_ten_minutes_before_its_end():
    now = 0.0
    fetches = Fetches(14_400, 28_800)
    source = TokenSource(fetches, clock=lambda: now)

    first = await source.get()
    now = 13_800
    assert await source.get() is first
    now = 13_801
    assert (await source.get()).value == "token-1"


async def test_many_who_ask_at_once_share_one_fetch():
    fetches = Fetches(14_400)
    source = TokenSource(fetches, clock=lambda: 0)

    tokens = await asyncio.gather(*(source.get() for _ in range(5)))

    assert len(set(tokens)) == fetches.count == 1


async def test_an_invalidated_token_is_fetched_anew():
    source = TokenSource(Fetches(14_400, 14_400), clock=lambda: 0)

    await source.get()
    source.invalidate()

    assert (await source.get()).value == "token-1"


async def test_a_failed_fetch_is_tried_again_by_the_next_who_asks():
    outcomes = iter((UnreachableError("down"), Token("token")))

    async def fetch() -> Token:
        outcome: Token | UnreachableError = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    source = TokenSource(fetch)
    with pytest.raises(UnreachableError):
        await source.get()

    assert (await source.get()).value == "token"


async def test_a_visitor_without_an_account_has_a_token_that_lasts():
    source = anonymous()

    assert await source.get() is await source.get() is ANONYMOUS
