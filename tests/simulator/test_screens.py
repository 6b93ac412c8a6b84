from datetime import datetime

import pytest

from formulas.simulator.exchange import Exchange
from formulas.simulator.listing import listings
from formulas.simulator.screens import (
    BUILT_IN,
    EMPTY,
    JUNIPER,
    MOMENTUM,
    UNTIDY,
    WIDE,
    marketinout_symbol,
    rows,
    saved,
)
from formulas.simulator.trading_days import IST
from tests.simulator.conftest import MONDAY

EXCHANGE = Exchange()


def test_keys_are_sixteen_hexadecimal_digits_each_its_own():
    keys = {screen.key for screen in BUILT_IN}
    assert len(keys) == len(BUILT_IN)
    assert all(len(key) == 16 and int(key, 16) for key in keys)


@pytest.mark.parametrize(
    ("screen", "count"), [(MOMENTUM, 44), (EMPTY, 0), (JUNIPER, 1), (WIDE, 250)]
)
def test_a_screen_finds_so_many_rows(screen, count):
    lines = rows(screen, EXCHANGE, MONDAY).splitlines()
    assert len(lines) == count
    assert all(line.count("|") == 5 for line in lines)


def test_a_row_has_the_last_close_its_date_and_metrics():
    lines = rows(MOMENTUM, EXCHANGE, MONDAY).splitlines()
    for listed, line in zip(MOMENTUM.symbols, lines, strict=True):
        symbol, price, day, change, strength, volume = line.split("|")
        before, last = EXCHANGE.bars(listed, "1D", 2, MONDAY)
        assert (symbol, float(price)) == (marketinout_symbol(listed), last.close)
        assert day == f"{datetime.fromtimestamp(last.time, IST):%Y-%m-%d}"
        assert float(change) == round(
            100 * (last.close - before.close) / before.close, 2
        )
        assert 0 <= float(strength) <= 100
        assert float(volume) > 0


def test_every_chart_of_the_main_screen_is_full():
    for symbol in MOMENTUM.symbols:
        assert listings()[symbol].kind == "stock"
        assert len(EXCHANGE.bars(symbol, "1W", 300, MONDAY)) == 300


def test_the_main_screen_spells_symbols_as_marketinout_does():
    text = rows(MOMENTUM, EXCHANGE, MONDAY)
    assert "\nM_M.NS|" in text
    assert "\nBAJAJ-AUTO.NS|" in text


def test_the_odd_screen_has_every_oddity():
    text = rows(UNTIDY, EXCHANGE, MONDAY)
    lines = text.split("\r\n")
    cells = [line.split("|") for line in lines if line]
    assert "\n" not in text.replace("\r\n", "")
    assert "" in lines[:-1]
    assert [line for line in lines if line and lines.count(line) == 2]
    assert {cell[0].rpartition(".")[2] for cell in cells} == {"NS", "BO"}
    assert any(cell[1] == "0" for cell in cells)
    assert any(cell[1] == "n/a" for cell in cells)
    assert any("" in cell for cell in cells)
    assert any(len(cell) == 2 for cell in cells)
    assert any(cell[0] == "DOESNOTEXIST.NS" for cell in cells)


def test_a_saved_formula_finds_some_stocks_and_always_the_same():
    screen = saved(7, "Mine", "close > 10")
    assert screen == saved(7, "Mine", "close > 10")
    assert 5 < len(screen.symbols) < 100
    assert screen.symbols != saved(7, "Mine", "close > 11").symbols
