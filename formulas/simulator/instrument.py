"""What TradingView says of a listing: `symbol_resolved`'s facts and a quote's values."""

from collections.abc import Mapping
from hashlib import shake_128
from typing import Any

from formulas.simulator.day import TICKS_PER_UNIT, Bar
from formulas.simulator.exchange import Exchange
from formulas.simulator.listing import Listing
from formulas.simulator.trading_days import (
    REGULAR_HOURS,
    SPECIAL_HOURS,
    holidays_listed,
    sessions_back,
)

PRICE_SCALE = 100
MIN_MOVE = PRICE_SCALE // TICKS_PER_UNIT

_SOURCES = {
    "NSE": ("NSE", "https://www.nseindia.com"),
    "BSE": ("BSE", "https://www.bseindia.com"),
}
_SUBSESSIONS = (
    # id, description, private, hours, the hours' exceptions
    ("regular", "Regular Trading Hours", False, REGULAR_HOURS, SPECIAL_HOURS),
    (
        "extended",
        "Extended Trading Hours",
        False,
        "0900-1600",
        "0900-1530:20240120,20240302,20240518;0900-1600:20150228,20200201,20250201;"
        "0900-1700:20210224;1330-1505:20251021;1700-1945:20191027,20201114;"
        "1745-1930:20241101;1745-1945:20211104,20221024,20231112",
    ),
    ("premarket", "Premarket", True, "0900-0915", "1745-1800:20241101"),
    ("postmarket", "Postmarket", True, "1530-1600", "1900-1930:20241101"),
)


def symbol_info(listing: Listing) -> dict[str, Any]:
    """Return the facts in the shape of a captured `symbol_resolved`."""
    name, exchange = listing.symbol, listing.exchange
    isin = _isin(listing)
    info = {
        "source2": _source(exchange),
        "currency_code": "INR",
        "source_id": exchange,
        "session_holidays": holidays_listed(),
        "subsession_id": "regular",
        "provider_id": "ice",
        "currency_id": "INR",
        "country": "IN",
        "pro_perm": "",
        "measure": "price",
        "allowed_adjustment": "any",
        "short_description": listing.name,
        "variable_tick_size": "",
        "isin": isin,
        "language": "hi",
        "name": listing.ticker,
        "full_name": name,
        "pro_name": name,
        "base_name": [name],
        "description": listing.name,
        "exchange": exchange,
        "pricescale": PRICE_SCALE,
        "pointvalue": 1.0,
        "minmov": MIN_MOVE,
        "session": REGULAR_HOURS,
        "session_display": REGULAR_HOURS,
        "subsessions": [_subsession(parts) for parts in _SUBSESSIONS],
        "type": listing.kind,
        "typespecs": ["common"] if listing.kind == "stock" else [],
        "has_intraday": True,
        "fractional": False,
        "listed_exchange": exchange,
        "legs": [name],
        "is_tradable": False,
        "minmove2": 0,
        "timezone": "Asia/Kolkata",
        "aliases": [f"{exchange}_EOD:{listing.ticker}"],
        "alternatives": [f"{exchange}_DLY:{listing.ticker}"],
        "is_replayable": True,
        "has_adjustment": True,
        "has_extended_hours": True,
        "bar_source": "trade",
        "bar_transform": "none",
        "bar_fillgaps": False,
        "visible_plots_set": "ohlcv" if listing.has_volume else "ohlc",
        "isin-displayed": isin,
        "is-tickbars-available": True,
        "figi": {
            "country-composite": f"BBG{isin[3:]}",
            "exchange-level": f"BBG{isin[3:]}",
        },
        "exchange_listed_name": exchange,
    }
    if listing.local_name:
        info["local_description"] = listing.local_name
    return info


def quote_values(
    exchange: Exchange, listing: Listing, now: float, update_mode: str
) -> dict[str, Any]:
    """Return everything a quote session can tell of the listing at `now`."""
    values = symbol_info(listing) | {
        "short_name": listing.ticker,
        "original_name": listing.symbol,
        "symbol-primaryname": listing.symbol,
        "visible-plots-set": "ohlcv" if listing.has_volume else "ohlc",
        "country_code": "IN",
        "source-logoid": f"source/{listing.exchange}",
        "currency-logoid": "country/IN",
        "format": "price",
        "sector": listing.sector or None,
        "industry": listing.industry or None,
        "update_mode": update_mode,
        "current_session": "market" if _is_open(now) else "out_of_session",
    }
    days = exchange.quote(listing.symbol, now)
    return values if days is None else values | _prices(*days, now)


def only(values: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    """Return the values of the fields asked for; all when none were."""
    if not fields:
        return dict(values)
    return {name: value for name, value in values.items() if name in fields}


def _prices(before: Bar, last: Bar, now: float) -> dict[str, Any]:
    change = round(last.close - before.close, 2)
    session = next(sessions_back(now))
    return {
        "lp": last.close,
        "lp_time": int(min(now, session.closes)),
        "ch": change,
        "chp": round(100 * change / before.close, 2),
        # An index's volume is the sentinel for no number, as in a captured quote.
        "volume": 1e100 if last.volume is None else last.volume,
        "open_price": last.open,
        "high_price": last.high,
        "low_price": last.low,
        "prev_close_price": before.close,
        "open_time": session.opens,
    }


def _is_open(now: float) -> bool:
    return now < next(sessions_back(now)).closes


def _source(exchange: str) -> dict[str, str]:
    name, url = _SOURCES[exchange]
    return {
        "country": "IN",
        "description": name,
        "exchange-type": "exchange",
        "id": name,
        "name": name,
        "url": url,
    }


def _subsession(parts: tuple[str, str, bool, str, str]) -> dict[str, Any]:
    name, description, private, hours, exceptions = parts
    return {
        "description": description,
        "id": name,
        "private": private,
        "session": hours,
        "session-correction": exceptions,
        "session-display": hours,
    }


def _isin(listing: Listing) -> str:
    """Return an invented identifier of a real one's shape."""
    digest = shake_128(listing.symbol.encode()).hexdigest(4).upper()
    return f"INE{digest}1"
