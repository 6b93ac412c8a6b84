"""The saved screens of the demo account, and the rows that each finds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import shake_128
from itertools import pairwise

from formulas.simulator.day import Bar
from formulas.simulator.exchange import Exchange
from formulas.simulator.listing import listings
from formulas.simulator.trading_days import IST

_SUFFIXES = {"NSE": "NS", "BSE": "BO"}
_RSI_LENGTH = 14
_VOLUME_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Screen:
    """A saved screen. `symbols` are TradingView's; its rows spell them otherwise.

    The key is a secret of the account: it alone opens the screen's rows.
    """

    id: int
    name: str
    key: str
    formula: str
    symbols: tuple[str, ...]
    is_untidy: bool = False


def _liquid(count: int) -> tuple[str, ...]:
    stocks = (one for one in listings().values() if one.kind == "stock")
    return tuple(one.symbol for one in stocks if one.exchange == "NSE")[:count]


MOMENTUM = Screen(
    496310,
    "Momentum leaders",
    "3f9c2b7a1d5e8046",
    "exch(nse) and close > ema(50) and rsi(14) > 55",
    _liquid(44),
)
EMPTY = Screen(
    496311,
    "Nothing today",
    "7b1e4d9a2c6f8053",
    "exch(nse) and close > 2 * ema(200) and volume < 1",
    (),
)
JUNIPER = Screen(
    496312,
    "Hotels near a low",
    "a5d80c3e9b174f26",
    "exch(nse) and industry(lodging) and close < 1.1 * low(250)",
    ("NSE:JUNIPER",),
)
WIDE = Screen(
    496313,
    "Wide market",
    "c20f6e8b4a93d175",
    "exch(nse) and volume > ema(volume, 50)",
    _liquid(250),
)
UNTIDY = Screen(
    496314,
    "Odd rows",
    "e86b3a0d7f2c9451",
    "close > 0",
    (
        "NSE:TCS",
        "BSE:ELCIDIN",
        "NSE:NIFTY",
        "NSE:DOESNOTEXIST",
        "NSE:SGBDE31III",
        "NSE:EMBASSY.RR",
        "NSE:HCL_INSYS",
        "NSE:LGEINDIA",
        "NSE:M&M",
    ),
    is_untidy=True,
)

BUILT_IN = (MOMENTUM, EMPTY, JUNIPER, WIDE, UNTIDY)


def saved(number: int, name: str, formula: str) -> Screen:
    """Return a new screen, which finds some stocks that hang on its formula."""
    chance = shake_128(formula.encode()).digest(len(_liquid(250)))
    found = (
        symbol for symbol, byte in zip(_liquid(250), chance, strict=True) if byte < 32
    )
    key = shake_128(f"{number}/{name}".encode()).hexdigest(8)
    return Screen(number, name, key, formula, tuple(found))


def marketinout_symbol(symbol: str) -> str:
    """Return MarketInOut's spelling: `NSE:M&M` is `M_M.NS`, `NSE:BAJAJ_AUTO` has a hyphen."""
    exchange, _, ticker = symbol.partition(":")
    spelled = ticker.replace("_", "-").replace(".", "-").replace("&", "_")
    return f"{spelled}.{_SUFFIXES[exchange]}"


def rows(screen: Screen, exchange: Exchange, now: float) -> str:
    """Return the body of `run/screen`: symbol, last price, date, then the metrics.

    The metrics are the day's change in percent, the relative strength of 14 days, and
    the volume as a multiple of its average of 20 days.
    """
    lines = [_line(symbol, exchange, now) for symbol in screen.symbols]
    if screen.is_untidy:
        lines = _untidy(lines)
        return "\r\n".join(lines) + "\r\n"
    return "".join(f"{line}\n" for line in lines)


def _line(symbol: str, exchange: Exchange, now: float) -> str:
    listing = exchange.listing(symbol)
    bars = exchange.bars(symbol, "1D", _VOLUME_LENGTH + 1, now) if listing else ()
    if not bars:
        today = datetime.fromtimestamp(now, IST).date()
        return f"{marketinout_symbol(symbol)}|100.00|{today}|||"
    day = datetime.fromtimestamp(bars[-1].time, IST).date()
    cells = (f"{bars[-1].close:.2f}", str(day), *_metrics(bars))
    return "|".join((marketinout_symbol(symbol), *cells))


def _metrics(bars: tuple[Bar, ...]) -> Iterable[str]:
    closes = [bar.close for bar in bars]
    moves = [after - before for before, after in pairwise(closes)]
    yield f"{100 * moves[-1] / closes[-2]:.2f}" if moves else ""
    recent = moves[-_RSI_LENGTH:]
    ups, downs = sum(m for m in recent if m > 0), -sum(m for m in recent if m < 0)
    yield f"{100 * ups / (ups + downs):.1f}" if ups + downs else ""
    volumes = [bar.volume for bar in bars if bar.volume is not None]
    average = sum(volumes) / len(volumes) if volumes else 0
    yield f"{volumes[-1] / average:.2f}" if average else ""


def _untidy(lines: list[str]) -> list[str]:
    """Return the lines as a real screen may have them: gaps, repeats, odd prices."""
    first, *others = lines
    symbol, _, *rest = first.split("|")
    zero = "|".join(("INFY.NS", "0", *rest))
    wordy = "|".join(("WIPRO.NS", "n/a", *rest))
    return [
        first,
        "",
        *others,
        first,
        zero,
        wordy,
        f"{symbol.replace('TCS', 'ITC')}|401.20",
    ]
