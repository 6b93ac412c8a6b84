import json

from formulas.market.charts import Facts
from formulas.upstream.tradingview.frames import Decoder
from formulas.upstream.tradingview.messages import (
    CriticalError,
    QuoteCompleted,
    QuoteData,
    parse,
)
from formulas.upstream.tradingview.quotes import Quotes


def told(symbol: str, **values: object) -> QuoteData:
    return QuoteData("qs_1", symbol, ok=True, values=values)


def test_one_session_asks_for_all_symbols_at_once():
    create, fields, add = (
        json.loads(text) for text in Quotes("qs_1", ["NSE:A", "NSE:B"]).begin()
    )

    assert create == {"m": "quote_create_session", "p": ["qs_1"]}
    assert set(fields["p"][1:]) == {
        "lp", "ch", "chp", "description", "currency_code", "sector", "industry",
    }  # fmt: skip
    assert add == {"m": "quote_add_symbols", "p": ["qs_1", "NSE:A", "NSE:B"]}


def test_facts_are_gathered_from_several_updates():
    quotes = Quotes("qs_1", ["NSE:A"])

    quotes.receive(told("NSE:A", description="Alpha", lp=10.0, currency_code="INR"))
    quotes.receive(
        told("NSE:A", lp=11, ch=1.0, chp=10.0, sector="Energy", industry="Coal")
    )

    assert quotes.facts() == {
        "NSE:A": Facts("NSE:A", "Alpha", "Energy", "Coal", 11, 1, 10, "INR")
    }


def test_a_number_that_is_none_is_none():
    quotes = Quotes("qs_1", ["NSE:A"])

    quotes.receive(told("NSE:A", lp=None, ch=1e100, chp="much", description=""))

    assert quotes.facts() == {"NSE:A": Facts("NSE:A")}


def test_it_ends_when_each_symbol_is_completed_or_refused():
    quotes = Quotes("qs_1", ["NSE:A", "NSE:B"])

    completeness = []
    for message in (
        told("NSE:A", lp=1),
        QuoteCompleted("qs_1", "NSE:A"),
        QuoteData("qs_1", "NSE:B", ok=False, values={}),
    ):
        quotes.receive(message)
        completeness.append(quotes.is_complete)

    assert completeness == [False, False, True]
    assert set(quotes.facts()) == {"NSE:A"}


def test_an_error_of_the_session_ends_it():
    quotes = Quotes("qs_1", ["NSE:A"])

    quotes.receive(CriticalError("qs_1", "invalid_parameters", "quote_add_symbols"))

    assert quotes.is_complete


def test_a_symbol_nobody_asked_for_is_ignored():
    quotes = Quotes("qs_1", ["NSE:A"])

    quotes.receive(told("NSE:Z", lp=1))

    assert quotes.facts() == {}


def test_the_captured_quote_is_read(received):
    session, symbol = "qs_snapshoter_basic-symbol-quotes_4I8cV1K5pEwn", "NSE:TANLA"
    quotes = Quotes(session, [symbol])

    for text in received:
        for frame in Decoder().feed(text):
            message = parse(frame) if isinstance(frame, str) else None
            if (
                isinstance(message, QuoteData | QuoteCompleted)
                and message.session == session
            ):
                quotes.receive(message)

    assert quotes.is_complete
    assert quotes.facts()[symbol].name == "Tanla Platforms Ltd"
