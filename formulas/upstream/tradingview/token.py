"""The token that TradingView's page hands to a signed-in browser, and its life."""

import asyncio
import re
import time
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from formulas.upstream.errors import SignedOutError, UnexpectedAnswerError

_AUTH_TOKEN = re.compile(r'auth_token"\s*:\s*"([^"]+)"')
# A token is replaced this long before it expires: an open socket whose token has
# expired keeps its heartbeats and sends no data.
_MARGIN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Cookies:
    """What signs an account in to TradingView's page; both are secrets."""

    sessionid: str = field(repr=False)
    sessionid_sign: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A JWT and what its claims say; the claims are read, not verified.

    `expires_at` is in UTC seconds, None for a token that does not expire.
    `exchanges` are those whose data comes without delay, in capitals.
    """

    value: str = field(repr=False)
    expires_at: float | None = None
    user_id: int | None = None
    plan: str = ""
    exchanges: frozenset[str] = frozenset()
    max_connections: int | None = None


# What a visitor without an account says: delayed data, one series per session.
ANONYMOUS = Token("unauthorized_user_token")


def parse_page(html: str) -> Token:
    """Return the token in the chart page.

    Raises:
        SignedOutError: the page carries none, so the cookies open nothing.
        UnexpectedAnswerError: it carries something that is no such token.
    """
    found = _AUTH_TOKEN.search(html)
    if found is None:
        raise SignedOutError("The TradingView session has ended; sign in there again.")
    return parse_token(found[1])


def parse_token(value: str) -> Token:
    """Return the token with its claims.

    Raises:
        UnexpectedAnswerError: the text is no such token.
    """
    try:
        claims = _claims(value)
        return Token(
            value,
            expires_at=float(claims["exp"]),
            user_id=claims.get("user_id"),
            plan=str(claims.get("plan") or ""),
            exchanges=_exchanges(claims.get("perm")),
            max_connections=_count(claims.get("max_connections")),
        )
    except (AttributeError, Base64Error, LookupError, TypeError, ValueError):
        message = "TradingView's page carries a token that cannot be read."
        raise UnexpectedAnswerError(message) from None  # the cause quotes the token


def _claims(value: str) -> dict[str, Any]:
    _, payload, _ = value.split(".")
    claims: dict[str, Any] = orjson.loads(
        urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


def _count(claimed: object) -> int | None:
    """Return the number of a claim, None where it says nothing that can be kept to."""
    return claimed if isinstance(claimed, int) and claimed > 0 else None


def _exchanges(permissions: str | None) -> frozenset[str]:
    names = (permissions or "").upper().split(",")
    return frozenset(name.strip() for name in names if name.strip())


class TokenSource:
    """An account's token, fetched when it is first needed and again before it expires.

    It belongs to one event loop. However many ask at once, one fetch is under way.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Token]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: Token | None = None
        self._max_connections: int | None = 1  # until a token says more
        self._fetching = asyncio.Lock()

    async def get(self) -> Token:
        """Return a token that is good for a while.

        Raises:
            UpstreamError: whatever kept the fetch from it.
        """
        async with self._fetching:
            if self._token is None or self._is_ageing(self._token):
                self._token = await self._fetch()
                self._max_connections = self._token.max_connections
            return self._token

    def invalidate(self) -> None:
        """Forget the token, because TradingView does not take it."""
        self._token = None

    @property
    def max_connections(self) -> int | None:
        """How many sockets the account may have open; None where nothing limits them."""
        return self._max_connections

    def seconds_left(self, token: Token | None) -> float | None:
        """Return how long a token is good for; None for one that does not expire."""
        if token is None or token.expires_at is None:
            return None
        return token.expires_at - _MARGIN_SECONDS - self._clock()

    def _is_ageing(self, token: Token) -> bool:
        left = self.seconds_left(token)
        return left is not None and left < 0


def anonymous() -> TokenSource:
    """Return the source for those without an account."""

    async def fetch() -> Token:
        return ANONYMOUS

    return TokenSource(fetch)
