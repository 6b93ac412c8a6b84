"""MarketInOut over HTTP."""

import asyncio
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from formulas.market.screen import Screen
from formulas.market.secret import Secret
from formulas.upstream.errors import (
    ThrottledError,
    TimedOutError,
    UnexpectedAnswerError,
    UnreachableError,
    UpstreamError,
    WrongKeyError,
)
from formulas.upstream.marketinout.pages import parse_screen

# Consumers of the service wait 30 s at most; a screen takes about 250 ms.
_TIMEOUT = httpx.Timeout(20, connect=5)
# However steadily an answer trickles in.
_WHOLE_SECONDS = 30
_LARGEST_BODY = 4 * 1024 * 1024


class MarketInOut:
    """Runs screens. One for a process and event loop: it keeps connections open.

    Args:
        api_url: where `run/screen` is; nothing a user types changes the host.
    """

    def __init__(self, api_url: str) -> None:
        self._run_url = f"{api_url}/run/screen"
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            # What one user's answer sets is never sent with another's request.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def run_screen(self, key: Secret) -> Screen:
        """Return what the screen with this API key finds now.

        Raises:
            UpstreamError: no answer, or one that is not rows of stocks.
        """
        try:
            async with asyncio.timeout(_WHOLE_SECONDS):
                status, body = await self._get(key)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise TimedOutError("MarketInOut did not answer in time.") from error
        except httpx.HTTPError as error:
            raise UnreachableError("MarketInOut can't be reached.") from error
        if status != httpx.codes.OK:
            raise _refusal(status)
        return parse_screen(body.replace(key.reveal(), "***"))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _get(self, key: Secret) -> tuple[int, str]:
        async with self._client.stream(
            "GET", self._run_url, params={"key": key.reveal()}
        ) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST_BODY:
                    raise UnexpectedAnswerError(
                        "MarketInOut's answer is far larger than a screen."
                    )
            return response.status_code, _text(bytes(body), response.charset_encoding)


def _text(body: bytes, charset: str | None) -> str:
    """Decode as declared, else as UTF-8, else as the windows-1252 of older pages."""
    for encoding in (charset, "utf-8"):
        try:
            return body.decode(encoding or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("cp1252", "replace")


def _refusal(status: int) -> UpstreamError:
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return WrongKeyError("MarketInOut does not accept the API key.")
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ThrottledError("MarketInOut asks for fewer requests. Try again soon.")
    if httpx.codes.is_redirect(status):
        return UnexpectedAnswerError(
            "MarketInOut sent the request elsewhere instead of answering."
        )
    return UnexpectedAnswerError(f"MarketInOut answered with status {status}.")
