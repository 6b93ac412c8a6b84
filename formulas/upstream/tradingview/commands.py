"""What we say to TradingView; positions are those of its own web client."""

import json
from dataclasses import dataclass


def set_auth_token(token: str) -> str:
    """Sign in; there is no answer unless the token is refused."""
    return _message("set_auth_token", token)


def chart_create_session(session: str) -> str:
    """Open a chart session under an id of our making."""
    return _message("chart_create_session", session, "")


def chart_delete_session(session: str) -> str:
    """Close a chart session; there is no answer."""
    return _message("chart_delete_session", session)


def resolve_symbol(session: str, slot: str, symbol: str, adjustment: str) -> str:
    """Name a symbol in a session; a slot may be used once in a session's life."""
    spec = _dumps({"adjustment": adjustment, "symbol": symbol})
    return _message("resolve_symbol", session, slot, f"={spec}")


@dataclass(frozen=True, slots=True)
class SeriesAddress:
    """Which data is meant: the series of a session and its turnaround."""

    session: str
    series: str
    turnaround: str


def create_series(at: SeriesAddress, slot: str, resolution: str, bars: int) -> str:
    """Ask for so many bars of the symbol in the slot."""
    where = (at.session, at.series, at.turnaround)
    return _message("create_series", *where, slot, resolution, bars, "")


def modify_series(at: SeriesAddress, slot: str, resolution: str) -> str:
    """Point a series at another symbol or resolution; its count of bars stays."""
    where = (at.session, at.series, at.turnaround)
    return _message("modify_series", *where, slot, resolution, "")


def quote_create_session(session: str) -> str:
    """Open a quote session under an id of our making."""
    return _message("quote_create_session", session)


def quote_set_fields(session: str, *fields: str) -> str:
    """Say which fields of a quote are wanted."""
    return _message("quote_set_fields", session, *fields)


def quote_add_symbols(session: str, *symbols: str) -> str:
    """Ask for the quotes of symbols."""
    return _message("quote_add_symbols", session, *symbols)


def quote_delete_session(session: str) -> str:
    """Close a quote session; there is no answer."""
    return _message("quote_delete_session", session)


def _message(name: str, *positions: str | int) -> str:
    return _dumps({"m": name, "p": positions})


def _dumps(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
