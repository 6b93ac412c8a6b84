"""What TradingView says, as frozen values read from the payload of a frame."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from formulas.market.bars import Bar, bar_from_values
from formulas.market.charts import Instrument


@dataclass(frozen=True, slots=True)
class Hello:
    """The first packet; `redirect` names another host to go to."""

    redirect: str | None


@dataclass(frozen=True, slots=True)
class SeriesLoading:
    """A series has begun to load; nothing can be said of it yet."""

    session: str
    turnaround: str


@dataclass(frozen=True, slots=True)
class SymbolResolved:
    """A slot of a session names this instrument."""

    session: str
    slot: str
    instrument: Instrument


@dataclass(frozen=True, slots=True)
class SeriesData:
    """Bars of one series in one update, in the order they came, and when the last ends."""

    turnaround: str
    bars: tuple[Bar, ...]
    last_bar_closes_at: int | None


@dataclass(frozen=True, slots=True)
class TimescaleUpdate:
    """Data by series; `sent_at` is TradingView's clock in UTC seconds."""

    session: str
    series: dict[str, SeriesData]
    sent_at: float | None


@dataclass(frozen=True, slots=True)
class SeriesCompleted:
    """Loading ended; `mode` tells how fresh the data is (`delayed_streaming_900`)."""

    session: str
    series: str
    mode: str
    turnaround: str


@dataclass(frozen=True, slots=True)
class SymbolError:
    """A slot of a session names nothing that TradingView shows."""

    session: str
    slot: str
    reason: str


@dataclass(frozen=True, slots=True)
class SeriesError:
    """A series has no data, and why."""

    session: str
    series: str
    turnaround: str
    reason: str


@dataclass(frozen=True, slots=True)
class CriticalError:
    """The session is dead; `detail` quotes the message that killed it."""

    session: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ProtocolError:
    """The whole socket is dead."""

    reason: str


@dataclass(frozen=True, slots=True)
class QuoteData:
    """What changed of a symbol; `ok` is False where TradingView refuses the symbol."""

    session: str
    symbol: str
    ok: bool
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class QuoteCompleted:
    """All that is known of the symbol now has been sent."""

    session: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message of a kind we know whose positions hold something else."""

    session: str
    name: str


type SessionMessage = (
    SeriesLoading
    | SymbolResolved
    | TimescaleUpdate
    | SeriesCompleted
    | SymbolError
    | SeriesError
    | CriticalError
    | QuoteData
    | QuoteCompleted
    | Malformed
)
type ServerMessage = Hello | ProtocolError | SessionMessage

type _Reader = Callable[[list[Any], dict[str, Any]], ServerMessage]

_SESSION = re.compile(r'"p":\["([A-Za-z0-9_]+)"')


def parse(payload: str) -> ServerMessage | None:
    """Return what the payload says; None for a kind we have no use for.

    Never raises: positions beyond those we know are ignored, and a message that is
    not what its name says is `Malformed`, so that its session learns of it.
    """
    try:
        message = orjson.loads(payload)
    except orjson.JSONDecodeError:
        session = _SESSION.search(payload)
        return Malformed(session[1], "?") if session else None
    if not isinstance(message, dict):
        return None
    return _read(message)


def _read(message: dict[str, Any]) -> ServerMessage | None:
    name = message.get("m")
    if name is None:
        return _hello(message)
    reader = _READERS.get(name) if isinstance(name, str) else None
    match message.get("p"):
        case [str(session), *_] as positions if reader:
            return _with(reader, session, positions, message)
        case _:
            return None


def _with(
    reader: _Reader, session: str, positions: list[Any], message: dict[str, Any]
) -> ServerMessage:
    try:
        return reader(positions, message)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return Malformed(session, message["m"])


def _hello(message: dict[str, Any]) -> Hello | None:
    if "session_id" not in message and "redirect" not in message:
        return None
    redirect = message.get("redirect")
    return Hello(redirect if isinstance(redirect, str) else None)


def _series_loading(p: list[Any], _: dict[str, Any]) -> SeriesLoading:
    return SeriesLoading(p[0], p[2])


def _symbol_resolved(p: list[Any], _: dict[str, Any]) -> SymbolResolved:
    facts = p[2]
    instrument = Instrument(
        symbol=str(facts.get("full_name") or facts["pro_name"]),
        description=str(facts.get("description") or ""),
        exchange=str(facts.get("exchange") or ""),
        kind=str(facts.get("type") or ""),
        timezone=str(facts.get("timezone") or "Etc/UTC"),
        session=str(facts.get("session") or ""),
        currency=str(facts.get("currency_code") or ""),
        price_scale=int(facts.get("pricescale") or 100),
        min_move=int(facts.get("minmov") or 1),
        has_volume=facts.get("visible_plots_set", "ohlcv") == "ohlcv",
    )
    return SymbolResolved(p[0], p[1], instrument)


def _timescale_update(p: list[Any], message: dict[str, Any]) -> TimescaleUpdate:
    series = {name: _series_data(data) for name, data in p[1].items() if "s" in data}
    milliseconds = message.get("t_ms")
    return TimescaleUpdate(p[0], series, milliseconds / 1000 if milliseconds else None)


def _series_data(data: dict[str, Any]) -> SeriesData:
    bars = (bar_from_values(point["v"]) for point in data["s"])
    closes_at = (data.get("lbs") or {}).get("bar_close_time")
    return SeriesData(
        turnaround=data["t"],
        bars=tuple(bar for bar in bars if bar),
        last_bar_closes_at=int(closes_at) if closes_at else None,
    )


def _series_completed(p: list[Any], _: dict[str, Any]) -> SeriesCompleted:
    return SeriesCompleted(session=p[0], series=p[1], mode=str(p[2]), turnaround=p[3])


def _symbol_error(p: list[Any], _: dict[str, Any]) -> SymbolError:
    return SymbolError(session=p[0], slot=p[1], reason=str(p[2]))


def _series_error(p: list[Any], _: dict[str, Any]) -> SeriesError:
    return SeriesError(session=p[0], series=p[1], turnaround=p[2], reason=str(p[3]))


def _critical_error(p: list[Any], _: dict[str, Any]) -> CriticalError:
    detail = str(p[2]) if len(p) > 2 else ""
    return CriticalError(session=p[0], reason=str(p[1]), detail=detail)


def _protocol_error(p: list[Any], _: dict[str, Any]) -> ProtocolError:
    return ProtocolError(p[0])


def _quote_data(p: list[Any], _: dict[str, Any]) -> QuoteData:
    quote = p[1]
    return QuoteData(
        session=p[0],
        symbol=str(quote["n"]),
        ok=quote.get("s") == "ok",
        values=dict(quote.get("v") or {}),
    )


def _quote_completed(p: list[Any], _: dict[str, Any]) -> QuoteCompleted:
    return QuoteCompleted(session=p[0], symbol=str(p[1]))


_READERS: dict[str, _Reader] = {
    "series_loading": _series_loading,
    "symbol_resolved": _symbol_resolved,
    "timescale_update": _timescale_update,
    "series_completed": _series_completed,
    "symbol_error": _symbol_error,
    "series_error": _series_error,
    "critical_error": _critical_error,
    "protocol_error": _protocol_error,
    "qsd": _quote_data,
    "quote_completed": _quote_completed,
}
