"""MarketInOut's help on formulas: indicators, sample formulas, what is new."""

from html import escape

from formulas.simulator.marketinout_pages import page
from formulas.simulator.site import Response

_INDICATORS = (
    ("ac(5,34,5)", "Accelerator Oscillator"),
    ("adx(14)", "Average Directional Index"),
    ("atr(14)", "Average True Range"),
    ("bb_upper(20,2)", "Bollinger Band, upper"),
    ("cci(20)", "Commodity Channel Index"),
    ("ema(50)", "Exponential Moving Average"),
    ("high(250)", "Highest High"),
    ("low(250)", "Lowest Low"),
    ("macd(12,26,9)", "Moving Average Convergence/Divergence"),
    ("mfi(14)", "Money Flow Index"),
    ("obv", "On Balance Volume"),
    ("rsi(14)", "Relative Strength Index"),
    ("sma(200)", "Simple Moving Average"),
    ("stoch(14,3)", "Stochastic Oscillator"),
    ("volume", "Volume"),
    ("williams(14)", "Williams %R"),
)
_SAMPLES = (
    ("Golden cross", "ema(50) > ema(200) and ema(50,1) <= ema(200,1)"),
    ("New 52-week high", "close >= high(250)"),
    ("Oversold", "rsi(14) < 30"),
    ("Volume surge", "volume > 3 * sma(volume,20)"),
)
_NEWS = (
    ("Web API", "2023-04-17", "The rows of a screen can be read by a program."),
    ("Output instructions", "2024-02-05", "A formula can add columns to its results."),
)


def indicators() -> Response:
    """Return the functions that a formula may use."""
    items = "".join(
        f'<li><a class="indicator" name="{escape(code)}">{escape(name)}</a></li>'
        for code, name in _INDICATORS
    )
    return Response(f"<ul>{items}</ul>", takes="page")


def samples() -> Response:
    """Return formulas to learn from."""
    items = "".join(
        f"<dt>{escape(name)}</dt><dd><code>{escape(formula)}</code></dd>"
        for name, formula in _SAMPLES
    )
    return Response(f"<dl>{items}</dl>", takes="page")


def whats_new() -> Response:
    """Return the site's news."""
    items = "".join(
        f'<div class="news_title">{escape(title)}</div>'
        f'<div class="news_date">{day}</div><p>{escape(text)}</p>'
        for title, day, text in _NEWS
    )
    return page("What's New", items)
