"""Symbols, from MarketInOut's spelling to TradingView's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.market.errors import InvalidValueError
from formulas.market.symbols import EXCHANGES, parse_symbol, spellings


@pytest.mark.parametrize(
    ("marketinout", "tradingview"),
    [
        ("RELIANCE.NS", "NSE:RELIANCE"),
        ("M_M.NS", "NSE:M&M"),
        ("M&M.NS", "NSE:M&M"),
        ("BAJAJ-AUTO.NS", "NSE:BAJAJ_AUTO"),
        ("NAM-INDIA.NS", "NSE:NAM_INDIA"),
        ("ELCIDIN.BO", "BSE:ELCIDIN"),
        ("0700.HK", "HKEX:0700"),
        ("GAZP.ME", "MOEX:GAZP"),
        ("TCS", "NSE:TCS"),
        (" tcs.ns ", "NSE:TCS"),
        ("5PAISA.NS", "NSE:5PAISA"),
    ],
)
def test_the_likeliest_spelling_comes_first(marketinout, tradingview):
    assert spellings(marketinout)[0] == tradingview


def test_a_plain_symbol_has_one_spelling():
    assert spellings("TCS.NS") == ("NSE:TCS",)


def test_an_underscore_may_be_an_ampersand_or_itself():
    assert spellings("M_M.NS") == ("NSE:M&M", "NSE:M_M")


def test_a_hyphen_may_be_an_underscore_itself_or_the_point_before_a_series():
    assert spellings("EMBASSY-RR.NS") == (
        "NSE:EMBASSY_RR",
        "NSE:EMBASSY-RR",
        "NSE:EMBASSY.RR",
    )


@pytest.mark.parametrize("symbol", ["AAPL.XX", "BRK-B.US", "SAP.DE"])
def test_an_exchange_that_tradingview_does_not_know_is_refused(symbol):
    with pytest.raises(InvalidValueError, match="not known to TradingView"):
        spellings(symbol)


@pytest.mark.parametrize(
    "text", ["", ".NS", "A B.NS", "<b>.NS", "TCS.NS|1", "A" * 41 + ".NS"]
)
def test_another_text_is_no_symbol(text):
    with pytest.raises(InvalidValueError):
        spellings(text)


@given(
    st.from_regex(r"[A-Z0-9][A-Z0-9&_-]{0,20}", fullmatch=True),
    st.sampled_from(sorted(EXCHANGES)),
)
def test_every_spelling_is_a_symbol_of_the_exchange(ticker, suffix):
    found = spellings(f"{ticker}.{suffix}")
    assert len(set(found)) == len(found)
    for symbol in found:
        assert parse_symbol(symbol) == symbol
        assert symbol.startswith(f"{EXCHANGES[suffix]}:")


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("NSE:TCS", "NSE:TCS"),
        (" nse:m&m ", "NSE:M&M"),
        ("NSE:EMBASSY.RR", "NSE:EMBASSY.RR"),
        ("NSE:BAJAJ_AUTO1!", "NSE:BAJAJ_AUTO1!"),
    ],
)
def test_a_symbol_is_in_capitals(text, symbol):
    assert parse_symbol(text) == symbol


@pytest.mark.parametrize(
    "text", ["TCS", ":TCS", "NSE:", "NSE:A B", 'NSE:"', "NSE:A:B", "NSE:A\nB", ""]
)
def test_a_symbol_has_an_exchange_and_a_ticker(text):
    with pytest.raises(InvalidValueError):
        parse_symbol(text)
