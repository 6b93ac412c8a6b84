"""HTTP as a simulated site sees it: a request in, a response out. Pure."""

from dataclasses import dataclass, field
from json import dumps
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `path` is without its query. Query and form give lists of values."""

    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode(), keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Response:
    """A response. `takes` names the latency it is subject to; "" means none."""

    body: str | bytes = ""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    takes: str = ""

    @property
    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


def json_response(value: Any, status: int = 200, takes: str = "") -> Response:
    """Return a value as JSON."""
    return Response(dumps(value), status, "application/json", takes=takes)
