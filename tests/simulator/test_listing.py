from formulas.simulator.listing import listings
from formulas.simulator.screens import marketinout_symbol


def test_at_least_250_stocks_of_nse_are_listed_with_name_sector_and_industry():
    stocks = [one for one in listings().values() if one.kind == "stock"]
    assert len([one for one in stocks if one.exchange == "NSE"]) >= 250
    assert all(one.name and one.sector and one.industry for one in stocks)


def test_the_symbols_that_are_spelled_unlike_marketinout_are_there():
    spelled = {
        symbol: marketinout_symbol(symbol)
        for symbol in ("NSE:M&M", "NSE:BAJAJ_AUTO", "NSE:EMBASSY.RR", "BSE:ELCIDIN")
        if symbol in listings()
    }
    assert list(spelled.values()) == [
        "M_M.NS",
        "BAJAJ-AUTO.NS",
        "EMBASSY-RR.NS",
        "ELCIDIN.BO",
    ]
    assert "NSE:M_M" not in listings()


def test_every_spelling_of_marketinout_is_of_one_symbol():
    spelled = [marketinout_symbol(symbol) for symbol in listings()]
    assert len(spelled) == len(set(spelled))
