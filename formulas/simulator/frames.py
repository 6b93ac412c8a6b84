"""TradingView's framing, as its server reads and writes it: `~m~<length>~m~<payload>`.

The length counts characters. (JavaScript counts UTF-16 units; the two differ only
beyond the basic plane, which nothing listed here uses.)
"""

import re
from collections.abc import Iterator

_HEADER = re.compile(r"~m~(\d+)~m~")


def frame(payload: str) -> str:
    """Return one payload as a frame."""
    return f"~m~{len(payload)}~m~{payload}"


def payloads(message: str) -> Iterator[str]:
    """Yield the payloads of a websocket message.

    Raises:
        ValueError: the message is no whole number of frames.
    """
    at = 0
    while at < len(message):
        header = _HEADER.match(message, at)
        if header is None or header.end() + int(header[1]) > len(message):
            raise ValueError("not framed")
        at = header.end() + int(header[1])
        yield message[header.end() : at]
