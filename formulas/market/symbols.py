"""Symbols: MarketInOut's spelling (`M_M.NS`) and TradingView's (`NSE:M&M`)."""

import re

from formulas.market.errors import InvalidValueError

# MarketInOut's suffix for each exchange that TradingView knows by a prefix.
# NS and BO are seen in use; MCX, NCDEX, HK and ME in public lists only.
EXCHANGES = {
    "NS": "NSE",
    "BO": "BSE",
    "MCX": "MCX",
    "NCDEX": "NCDEX",
    "HK": "HKEX",
    "ME": "MOEX",
}

_TRADINGVIEW = re.compile(r"[A-Z0-9_]{1,20}:[A-Z0-9&._!-]{1,40}")
_MARKETINOUT = re.compile(
    r"(?P<ticker>[A-Z0-9][A-Z0-9&_.-]{0,39}?)(?:\.(?P<suffix>[A-Z]{1,5}))?"
)


def parse_symbol(text: str) -> str:
    """Return TradingView's `EXCHANGE:TICKER`, in capitals.

    Raises:
        InvalidValueError: the text is not of that form.
    """
    symbol = text.strip().upper()
    if not _TRADINGVIEW.fullmatch(symbol):
        raise InvalidValueError("A symbol is written EXCHANGE:TICKER, as in NSE:TCS.")
    return symbol


def respellings(symbol: str) -> tuple[str, ...]:
    """Return a symbol, and how else TradingView may spell one that is written so."""
    exchange, _, ticker = symbol.partition(":")
    tickers = (ticker, ticker.replace("_", "&"), ticker.replace("_", "."))
    return tuple(dict.fromkeys(f"{exchange}:{each}" for each in tickers))


def spellings(marketinout: str) -> tuple[str, ...]:
    """Return TradingView's possible spellings of a MarketInOut symbol, likeliest first.

    TradingView keeps the ampersand that MarketInOut writes as an underscore, and
    writes an underscore where MarketInOut has a hyphen; a real estate trust's series
    (`EMBASSY-RR`) follows a point. A symbol without a suffix is taken to be on NSE.

    Raises:
        InvalidValueError: the text is no symbol, or its exchange is not known.
    """
    match = _MARKETINOUT.fullmatch(marketinout.strip().upper())
    if match is None:
        raise InvalidValueError("This is not a MarketInOut symbol.")
    ticker, suffix = match["ticker"], match["suffix"] or "NS"
    if suffix not in EXCHANGES:
        raise InvalidValueError(f"The exchange .{suffix} is not known to TradingView.")
    tickers = (
        ticker.replace("_", "&").replace("-", "_"),
        ticker,
        ticker.replace("-", "_"),
        ticker.replace("-", "."),
    )
    return tuple(dict.fromkeys(f"{EXCHANGES[suffix]}:{ticker}" for ticker in tickers))
