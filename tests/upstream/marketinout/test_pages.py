"""The rows of a screen out of whatever MarketInOut answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.market.screen import ScreenRow
from formulas.upstream.errors import UnexpectedAnswerError, UpstreamError, WrongKeyError
from formulas.upstream.marketinout.pages import parse_screen

_SAMPLE = """\
APLAPOLLO.NS|1718.20|2025-12-18|2.31|64.8|
BAJAJ-AUTO.NS|9031.50|2025-12-18|0.42|55.1|1.7
M_M.NS|3601.00|2025-12-18|-0.10||2.2
"""


def _symbols(body: str) -> list[str]:
    return [row.symbol for row in parse_screen(body).rows]


def _only(body: str) -> ScreenRow:
    [row] = parse_screen(body).rows
    return row


def test_rows_come_in_the_order_of_the_screen():
    assert _symbols(_SAMPLE) == ["NSE:APLAPOLLO", "NSE:BAJAJ_AUTO", "NSE:M&M"]


def test_every_cell_of_a_row_is_kept():
    assert parse_screen(_SAMPLE).rows[2] == ScreenRow(
        marketinout="M_M.NS",
        symbol="NSE:M&M",
        spellings=("NSE:M&M", "NSE:M_M"),
        price=3601.0,
        date="2025-12-18",
        metrics=("-0.10", "", "2.2"),
    )


def test_short_rows_are_filled_up_to_the_longest():
    assert [row.metrics for row in parse_screen(_SAMPLE).rows] == [
        ("2.31", "64.8", ""),
        ("0.42", "55.1", "1.7"),
        ("-0.10", "", "2.2"),
    ]


def test_cells_that_are_empty_in_every_row_are_left_out():
    rows = parse_screen("TCS.NS|1|d|5||||\nINFY.NS|2|d||||\n").rows
    assert [row.metrics for row in rows] == [("5",), ("",)]


@pytest.mark.parametrize("body", ["", "\n", " \r\n\r\n ", "\ufeff", "\ufeff\r\n"])
def test_an_empty_body_is_a_screen_without_stocks(body):
    assert parse_screen(body).rows == ()


def test_blank_lines_are_passed_over():
    assert _symbols("\n\nTCS.NS|1|d\n\n \nINFY.NS|2|d\n\n") == ["NSE:TCS", "NSE:INFY"]


def test_lines_may_end_in_carriage_return_and_line_feed():
    rows = parse_screen("TCS.NS|1|2025-12-18|5\r\nINFY.NS|2|2025-12-18|6\r\n").rows
    assert [(row.symbol, row.metrics) for row in rows] == [
        ("NSE:TCS", ("5",)),
        ("NSE:INFY", ("6",)),
    ]


def test_a_date_may_hold_a_space():
    assert _only("TCS.NS|1|2025-12-18 15:30|5").date == "2025-12-18 15:30"


def test_a_row_may_end_after_its_price():
    row = _only("TCS.NS|3105.20")
    assert (row.price, row.date, row.metrics) == (3105.2, "", ())


def test_a_symbol_that_comes_again_is_shown_once_where_it_came_first():
    rows = parse_screen("TCS.NS|1\nINFY.NS|2\nTCS.NS|3\nITC.NS|4\n").rows
    assert [(row.symbol, row.price) for row in rows] == [
        ("NSE:TCS", 1.0),
        ("NSE:INFY", 2.0),
        ("NSE:ITC", 4.0),
    ]


def test_two_spellings_of_one_stock_are_shown_once():
    assert _symbols("M_M.NS|1\nM&M.NS|2") == ["NSE:M&M"]


def test_one_ticker_on_two_exchanges_is_two_stocks():
    assert _symbols("TCS.NS|1\nTCS.BO|2") == ["NSE:TCS", "BSE:TCS"]


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ("0", 0.0),
        ("1718.20", 1718.2),
        ("1,718.20", 1718.2),
        (" 17 ", 17.0),
        ("n/a", None),
        ("", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
    ],
)
def test_a_price_is_a_number_that_a_price_can_be(cell, price):
    assert _only(f"TCS.NS|{cell}|2025-12-18").price == price


@pytest.mark.parametrize("symbol", ["AAPL.XX", "BRK-B.US", "RDS_A.AS"])
def test_a_stock_of_an_exchange_that_tradingview_does_not_know_is_kept(symbol):
    row = _only(f"{symbol}|410.20|2025-12-18|1")
    assert (row.marketinout, row.symbol, row.spellings) == (symbol, symbol, ())


@pytest.mark.parametrize("symbol", ["^NSEI", "^NSEI.NS"])
def test_a_stock_with_an_odd_symbol_is_kept(symbol):
    assert _only(f"{symbol}|24500.05|2025-12-18").symbol == symbol


def test_a_symbol_without_its_exchange_is_taken_to_be_on_nse():
    assert _only("TCS|1|d").symbol == "NSE:TCS"


def test_a_heading_is_no_stock():
    assert _symbols("Symbol|Last|Date\nTCS.NS|1|d") == ["NSE:TCS"]


def test_lines_without_cells_are_passed_over_beside_rows():
    assert _symbols("3 stocks found\nTCS.NS|1|d") == ["NSE:TCS"]


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE html><html><body>Sign in</body></html>",
        "  \n<html><table><tr><td>A.NS|1</td></tr></table></html>",
        "\ufeff<html>",
    ],
)
def test_a_web_page_is_no_screen(body):
    with pytest.raises(UnexpectedAnswerError, match="web page"):
        parse_screen(body)


@pytest.mark.parametrize(
    "body",
    [
        "Service temporarily unavailable",
        "Error: too many | requests at once",
        "Symbol|Last|Date",
        "|||",
    ],
)
def test_a_text_without_rows_is_an_error_that_quotes_it(body):
    with pytest.raises(UnexpectedAnswerError) as caught:
        parse_screen(body)
    assert body in str(caught.value)
    assert caught.value.retryable


@pytest.mark.parametrize("body", ["Invalid key", "Unknown API KEY|", "Bad key."])
def test_a_text_that_speaks_of_the_key_says_that_it_is_wrong(body):
    with pytest.raises(WrongKeyError) as caught:
        parse_screen(body)
    assert not caught.value.retryable


def test_a_long_text_is_quoted_in_part():
    with pytest.raises(UnexpectedAnswerError) as caught:
        parse_screen("far too long " * 100)
    assert len(str(caught.value)) < 200


@given(st.text())
def test_any_text_gives_rows_or_an_error_of_the_upstream(body):
    try:
        rows = parse_screen(body).rows
    except UpstreamError:
        return
    assert len({row.symbol for row in rows}) == len(rows)
    assert len({len(row.metrics) for row in rows}) <= 1


_CELL = st.text("0123456789.-", max_size=8)


@given(
    st.lists(st.from_regex(r"[A-Z]{1,8}\.(NS|BO)", fullmatch=True), unique=True),
    st.lists(_CELL, max_size=5),
)
def test_every_stock_of_a_screen_becomes_a_row(symbols, metrics):
    lines = ["|".join([symbol, "1.5", "2025-12-18", *metrics]) for symbol in symbols]
    rows = parse_screen("\n".join(lines)).rows
    assert [row.marketinout for row in rows] == symbols
