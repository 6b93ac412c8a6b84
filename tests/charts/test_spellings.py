"""The spelling that TradingView took."""

from formulas.charts.spellings import Spellings
from formulas.store import Store

_TRUST = ("NSE:EMBASSY_RR", "NSE:EMBASSY-RR", "NSE:EMBASSY.RR")


async def test_the_likeliest_is_tried_first(store: Store):
    assert await Spellings(store).in_order(_TRUST) == _TRUST


async def test_what_was_taken_is_tried_first_from_then_on(store: Store):
    await Spellings(store).remember(_TRUST, "NSE:EMBASSY.RR")
    assert await Spellings(store).in_order(_TRUST) == (
        "NSE:EMBASSY.RR",
        "NSE:EMBASSY_RR",
        "NSE:EMBASSY-RR",
    )


async def test_the_likeliest_need_not_be_remembered(store: Store):
    await Spellings(store).remember(_TRUST, _TRUST[0])
    assert await store.run(("DBSIZE",)) == [0]


async def test_what_is_remembered_counts_only_among_the_spellings(store: Store):
    await Spellings(store).remember(_TRUST, "NSE:SOMETHINGELSE")
    assert await Spellings(store).in_order(_TRUST) == _TRUST


async def test_without_a_store_they_stay_in_their_order():
    spellings = Spellings(Store(""))
    await spellings.remember(_TRUST, "NSE:EMBASSY.RR")
    assert await spellings.in_order(_TRUST) == _TRUST
    assert await spellings.in_order(()) == ()
