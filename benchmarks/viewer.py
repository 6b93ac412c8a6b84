"""A viewer: signs in, opens streams from outside, and notes when each event is there."""

import re
from dataclasses import dataclass
from time import perf_counter

import httpx

_DEMO_USER = "demo"
_END_OF_EVENT = b"\n\n"
_PATIENCE_SECONDS = 30.0


class BrokenStreamError(Exception):
    """A stream that is not whole: there is nothing to measure."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event, whole; `at` is in seconds after the request."""

    at: float
    event: bytes

    @property
    def charts(self) -> int:
        return self.event.count(b"<candle-chart ")


@dataclass(frozen=True, slots=True)
class View:
    """A stream from the request to its end; times are in seconds after the request."""

    arrivals: tuple[Arrival, ...]

    @property
    def results(self) -> float:
        return next(a.at for a in self.arrivals if b'"#results"' in a.event)

    @property
    def batches(self) -> list[Arrival]:
        return [arrival for arrival in self.arrivals if arrival.charts]

    @property
    def charts(self) -> int:
        return sum(batch.charts for batch in self.batches)

    @property
    def complete(self) -> float:
        return self.arrivals[-1].at

    @property
    def size(self) -> int:
        """How many bytes came."""
        return sum(len(a.event) + len(_END_OF_EVENT) for a in self.arrivals)


class Splitter:
    """Puts events together from whatever pieces they come in."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the events that end in this piece."""
        *events, self._rest = (self._rest + piece).split(_END_OF_EVENT)
        return events


class Viewer:
    """The demo's user, signed in at a site.

    Args:
        site: the app's address, `http://127.0.0.1:8000`.
    """

    def __init__(self, site: str) -> None:
        self._client = httpx.Client(
            base_url=site,
            follow_redirects=True,
            timeout=_PATIENCE_SECONDS,
            trust_env=False,
        )
        self._client.get("/accounts/login/")
        self._list = self._client.post(
            "/accounts/login/",
            data={
                "username": _DEMO_USER,
                "password": _DEMO_USER,
                "csrfmiddlewaretoken": self._client.cookies["csrftoken"],
            },
        ).text

    def open_page(self, formula: str) -> str:
        """Return the address of the formula's page, having opened it without its stream."""
        link = re.search(rf'href="(/formulas/\d+/)">{re.escape(formula)}<', self._list)
        if link is None:
            raise BrokenStreamError(f"The demo's user has no formula “{formula}”.")
        self._client.get(link[1]).raise_for_status()
        return link[1]

    def watch(self, page: str, *, charts: int) -> View:
        """Return the stream of a formula's page, watched to its end.

        Raises:
            BrokenStreamError: it did not bring so many charts.
        """
        splitter, arrivals = Splitter(), list[Arrival]()
        began_at = perf_counter()
        with self._client.stream("GET", f"{page}stream/") as answer:
            # Bytes as they come: httpx is slow at putting long lines together.
            for piece in answer.iter_raw():
                at = perf_counter() - began_at
                arrivals += [Arrival(at, event) for event in splitter.feed(piece)]
        view = View(tuple(arrivals))
        if view.charts != charts:
            raise BrokenStreamError(f"{view.charts} charts came, and not {charts}.")
        return view

    def close(self) -> None:
        self._client.close()
