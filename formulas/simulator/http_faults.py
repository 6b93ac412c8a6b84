"""What an HTTP answer looks like after a fault has been at it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from formulas.simulator.faults import Fault
from formulas.simulator.marketinout_pages import without_api_image
from formulas.simulator.site import Response

_HTML = (
    "<!DOCTYPE html><html><body><h1>Service temporarily unavailable</h1></body></html>"
)

# A healthy page may well speak of these.
_WORDS = "<!-- login signin password --><p>Never share your login or password.</p>"


class Dropped(Exception):  # noqa: N818 - nothing went wrong: the script asked for it
    """The connection is to be cut off without an answer."""


async def endured(
    response: Response, fault: Fault, login: Callable[[], Response]
) -> Response:
    """Return the answer that a client gets instead, after the delay it is given.

    Raises:
        Dropped: it gets none.
    """
    match fault.do:
        case "delay":
            await asyncio.sleep(fault.seconds)
        case "silence":
            await asyncio.Event().wait()
        case "drop":
            raise Dropped
        case "sign_out":
            return login()
        case "status":
            return Response(fault.text or "Server Error", fault.status)
        case _:
            return replace(response, body=_body(response, fault))
    return response


def _body(response: Response, fault: Fault) -> str | bytes:
    text = response.content.decode()
    match fault.do:
        case "body":
            return fault.text
        case "cp1252":
            return text.replace("Stock", "Börse").encode("cp1252", "replace")
        case "html":
            return _HTML
        case "no_api_image":
            return without_api_image(text)
        case "words":
            return text.replace("<body>", f"<body>{_WORDS}")
        case _:
            return ""
