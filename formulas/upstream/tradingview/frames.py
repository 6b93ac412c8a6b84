"""TradingView's framing: `~m~<length>~m~<payload>`, several frames to a message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

_MARK = "~m~"
_LONGEST_LENGTH = 8  # digits; a frame of 10 MB is far beyond anything seen
# Each further message is read together with what is kept, from its start.
_LARGEST_REST = 1024 * 1024
_HEADER = re.compile(r"~m~([0-9]{1,8})~m~")
_HEADER_BEGUN = re.compile(r"~(?:m(?:~(?:[0-9]{1,8}(?:~m?)?)?)?)?\Z")


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """TradingView asks whether we are there; it wants `payload` back, unchanged."""

    payload: str


type Frame = str | Heartbeat


def encode(payload: str) -> str:
    """Return the payload as one frame; ASCII only, so that every count agrees."""
    return f"{_MARK}{len(payload)}{_MARK}{payload}"


class Decoder:
    """Takes messages and gives the frames in them.

    The length counts characters; should it count UTF-16 units or UTF-8 bytes, the
    count at which the payload is JSON holds. Whatever lies between frames is skipped.
    No frame has been seen to span two messages, yet one that does is put together,
    unless the next message opens a frame of its own: then the torn one is dropped.
    """

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, message: str) -> list[Frame]:
        """Return the frames that this message completes."""
        text = message
        if self._rest and not _HEADER.match(message):
            text = self._rest + message
        self._rest = ""
        return list(self._walk(text))

    def _walk(self, text: str) -> Iterator[Frame]:
        at = 0
        while at < len(text):
            start, length = _header_at(text, at)
            payload = _payload(text, start, length) if start else None
            if payload is not None:
                yield Heartbeat(payload) if payload.startswith("~h~") else payload
                at = start + len(payload)
            elif start and len(text) < start + length:
                return self._keep(text[at:])
            elif found := _HEADER.search(text, at + 1):
                at = found.start()
            else:
                begun = _HEADER_BEGUN.search(text, at)
                return self._keep(begun[0] if begun else "")

    def _keep(self, rest: str) -> None:
        self._rest = rest if len(rest) <= _LARGEST_REST else ""


def _header_at(text: str, at: int) -> tuple[int, int]:
    """Return where the payload starts and its length, or zeros without a header."""
    if not text.startswith(_MARK, at):
        return 0, 0
    digits_at = at + len(_MARK)
    end = text.find(_MARK, digits_at, digits_at + _LONGEST_LENGTH + len(_MARK))
    digits = text[digits_at:end] if end > 0 else ""
    if not (digits.isascii() and digits.isdigit()):
        return 0, 0
    return end + len(_MARK), int(digits)


def _payload(text: str, start: int, length: int) -> str | None:
    """Return the payload of that length, None where the text does not hold it."""
    payload = text[start : start + length]
    if payload.isascii():
        return payload if len(payload) == length else None
    candidates = (payload, _by_utf16(payload, length), _by_utf8(payload, length))
    return next(filter(_is_json, candidates), None)


def _by_utf16(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


def _by_utf8(text: str, octets: int) -> str:
    return text.encode()[:octets].decode("utf-8", "ignore")


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
