"""A run against the simulator, from the screen to its end."""

from dataclasses import replace
from time import time
from typing import Any

import pytest
from pytest_django import Settings

from formulas.charts.outcomes import Landed
from formulas.engine import Engine, _compose
from formulas.market.bars import Bar
from formulas.simulator.screens import EMPTY, JUNIPER, MOMENTUM, UNTIDY
from formulas.simulator.server import Simulator
from formulas.streams.events import (
    ChartBatch,
    Complete,
    FactsFound,
    Notice,
    Results,
    RunFailed,
)
from tests.support.engine import assert_idle
from tests.support.runs import Seen, viewing, watch

_PLACES = 88


def _places(seen: Seen) -> list[int]:
    return [outcome.place for outcome in seen.outcomes]


# A run that goes well


async def test_events_come_in_their_order(engine: Engine):
    seen = await watch(engine, viewing())
    assert seen.names[:2] == ["Results", "Notice"]
    assert seen.names[-1] == "Complete"
    assert set(seen.names[2:-1]) == {"ChartBatch", "FactsFound"}


async def test_each_chart_ends_exactly_once(engine: Engine):
    seen = await watch(engine, viewing())
    assert sorted(_places(seen)) == list(range(_PLACES))
    assert seen.failed == []


async def test_charts_are_where_their_stock_and_resolution_are(engine: Engine):
    seen = await watch(engine, viewing())
    for batch in seen.batches:
        for outcome in batch.outcomes:
            stock, resolution = batch.slot(outcome)
            assert outcome.request.symbol == MOMENTUM.symbols[stock]
            assert outcome.request.resolution == resolution


async def test_all_charts_hold_the_bars_of_the_exchange(
    engine: Engine, simulator: Simulator
):
    seen = await watch(engine, viewing())
    assert len(seen.landed) == _PLACES
    for (symbol, resolution), landed in seen.landed.items():
        now = landed.chart.fetched_at
        expected = simulator.exchange.bars(symbol, resolution, 300, now)
        assert landed.chart.bars == tuple(Bar(*bar) for bar in expected)


async def test_the_results_are_the_rows_of_the_screen(engine: Engine):
    seen = await watch(engine, viewing())
    results = seen.events[0]
    assert isinstance(results, Results)
    assert tuple(stock.row.symbol for stock in results.stocks) == MOMENTUM.symbols
    assert results.total_charts == _PLACES
    assert results.resolutions == ("1W", "1D")
    assert results.bars == 300
    assert results.age_seconds is None
    assert {len(stock.row.metrics) for stock in results.stocks} == {3}


async def test_batches_are_numbered_and_the_last_knows_how_many_there_were(
    engine: Engine,
):
    batches = (await watch(engine, viewing())).batches
    assert [batch.index for batch in batches] == list(range(1, len(batches) + 1))
    assert batches[-1].total_batches == len(batches)
    assert all(batch.total_batches >= batch.index for batch in batches)


async def test_no_batch_is_larger_than_asked_and_the_first_is_small(engine: Engine):
    batches = (await watch(engine, viewing(batch_size=7))).batches
    assert len(batches[0].outcomes) <= 4
    assert max(len(batch.outcomes) for batch in batches) <= 7


async def test_progress_grows_to_a_hundred_percent(engine: Engine):
    batches = (await watch(engine, viewing())).batches
    ended = 0
    for batch in batches:
        ended += len(batch.outcomes)
        assert batch.progress.ended == ended
        assert batch.progress.total == _PLACES
    assert batches[-1].progress.percentage == 100
    assert all(batch.progress.percentage < 100 for batch in batches[:-1])


async def test_the_end_sums_up_the_run(engine: Engine):
    complete = (await watch(engine, viewing())).last(Complete)
    assert complete.progress.loaded == _PLACES
    assert complete.progress.failed == 0
    assert complete.progress.from_cache == 0
    assert complete.seconds > 0


async def test_facts_are_told_by_the_stocks_place(engine: Engine, simulator: Simulator):
    seen = await watch(engine, viewing())
    facts = {
        place: fact
        for event in seen.events
        if isinstance(event, FactsFound)
        for place, fact in event.facts.items()
    }
    assert set(facts) == set(range(44))
    for place, fact in facts.items():
        assert fact.symbol == MOMENTUM.symbols[place]
        listing = simulator.exchange.listing(fact.symbol)
        assert listing is not None
        assert fact.sector == listing.sector


async def test_who_has_no_account_is_told_that_charts_are_delayed(engine: Engine):
    seen = await watch(engine, viewing(JUNIPER.key))
    [notice] = [event for event in seen.events if isinstance(event, Notice)]
    assert notice.code == "anonymous"


# Screens that are odd


async def test_an_empty_screen_ends_well_and_asks_nothing(
    engine: Engine, simulator: Simulator
):
    seen = await watch(engine, viewing(EMPTY.key))
    assert seen.batches == []
    results = seen.events[0]
    assert isinstance(results, Results)
    assert results.stocks == ()
    complete = seen.last(Complete)
    assert complete.progress.total == 0
    assert complete.progress.percentage == 100
    assert simulator.state.messages["resolve_symbol"] == 0


async def test_a_screen_of_one_stock_has_its_two_charts(engine: Engine):
    seen = await watch(engine, viewing(JUNIPER.key))
    assert set(seen.landed) == {("NSE:JUNIPER", "1W"), ("NSE:JUNIPER", "1D")}
    assert [batch.total_batches for batch in seen.batches][-1] == len(seen.batches)


async def test_in_an_untidy_screen_every_chart_still_ends_once(engine: Engine):
    seen = await watch(engine, viewing(UNTIDY.key))
    results = seen.events[0]
    assert isinstance(results, Results)
    assert [stock.row.symbol for stock in results.stocks][:3] == [
        "NSE:TCS",
        "BSE:ELCIDIN",
        "NSE:NIFTY",
    ]
    assert sorted(_places(seen)) == list(range(results.total_charts))
    assert {failed.request.symbol: failed.error.code for failed in seen.failed} == {
        "NSE:DOESNOTEXIST": "unknown_symbol",
        "NSE:SGBDE31III": "no_data",
    }
    complete = seen.last(Complete)
    assert complete.progress.failed == 4
    assert complete.progress.loaded == results.total_charts - 4


async def test_a_stock_that_tradingview_spells_otherwise_has_its_bars(
    engine: Engine, simulator: Simulator
):
    seen = await watch(engine, viewing(UNTIDY.key))
    [trust] = [
        each
        for each in seen.landed.values()
        if each.chart.instrument.symbol == "NSE:EMBASSY.RR"
        and each.request.resolution == "1D"
    ]
    assert trust.request.symbol == "NSE:EMBASSY_RR"
    expected = simulator.exchange.bars(
        "NSE:EMBASSY.RR", "1D", 300, trust.chart.fetched_at
    )
    assert trust.chart.bars == tuple(Bar(*bar) for bar in expected)


# What goes wrong


async def test_a_page_instead_of_rows_ends_the_run(
    engine: Engine, simulator: Simulator
):
    simulator.faults.replace([{"on": "http", "path": "/run/screen", "do": "html"}])
    seen = await watch(engine, viewing())
    assert seen.names == ["RunFailed"]
    failed = seen.last(RunFailed)
    assert (failed.code, failed.retryable) == ("unexpected_answer", True)
    assert not failed.has_results


async def test_a_wrong_key_ends_the_run_and_is_not_shown(engine: Engine):
    seen = await watch(engine, viewing("0000111122223333"))
    failed = seen.last(RunFailed)
    assert seen.names == ["RunFailed"]
    assert (failed.code, failed.retryable) == ("wrong_key", False)
    assert "0000111122223333" not in failed.message


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"do": "status", "status": 500}, "unexpected_answer"),
        ({"do": "status", "status": 429}, "throttled"),
        ({"do": "drop"}, "unreachable"),
    ],
    ids=lambda given: given if isinstance(given, str) else given["do"],
)
async def test_a_screen_that_does_not_come_ends_the_run(
    engine: Engine, simulator: Simulator, fault, code
):
    simulator.faults.replace([{"on": "http", "path": "/run/screen", **fault}])
    seen = await watch(engine, viewing())
    assert seen.last(RunFailed).code == code


async def test_an_error_of_ours_ends_the_run_without_its_details(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    async def broken(*_: object, **__: object) -> None:
        raise KeyError("a detail")

    monkeypatch.setattr(type(engine.runs.screens), "find", broken)
    failed = (await watch(engine, viewing())).last(RunFailed)
    assert failed.code == "internal"
    assert "a detail" not in failed.message
    assert "a detail" in caplog.text


async def test_an_error_of_ours_in_a_fetch_ends_the_run_too(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    async def broken(*_: object, **__: object) -> None:
        raise KeyError("a detail")

    monkeypatch.setattr(type(engine.flight), "get", broken)
    failed = (await watch(engine, viewing(JUNIPER.key))).last(RunFailed)
    assert (failed.code, failed.has_results) == ("internal", True)
    assert "a detail" in caplog.text


async def test_an_unknown_symbol_fails_alone(engine: Engine, simulator: Simulator):
    simulator.faults.replace(
        [{"on": "series", "symbol": "NSE:TCS", "do": "symbol_error"}]
    )
    seen = await watch(engine, viewing())
    assert {(each.request.symbol, each.error.code) for each in seen.failed} == {
        ("NSE:TCS", "unknown_symbol")
    }
    assert len(seen.failed) == 2
    assert len(seen.landed) == _PLACES - 2


async def test_a_silent_symbol_holds_nobody_back_and_fails_at_its_deadline(
    engine: Engine, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
):
    _hurry(engine, monkeypatch, chart_seconds=1.5)
    simulator.faults.replace(
        [{"on": "series", "symbol": "NSE:TCS", "resolution": "1D", "do": "silence"}]
    )
    seen = await watch(engine, viewing(bars=5))
    [failed] = seen.failed
    assert (failed.request.symbol, failed.request.resolution) == ("NSE:TCS", "1D")
    assert failed.error.code == "timed_out"
    assert len(seen.batches) > 1
    assert failed in seen.batches[-1].outcomes
    assert seen.last(Complete).progress.loaded == _PLACES - 1


def _hurry(engine: Engine, monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
    hurried = replace(engine.accounts._limits, **limits)
    monkeypatch.setattr(engine.accounts, "_limits", hurried)


async def test_without_tradingview_all_charts_fail_and_the_stocks_are_there(
    engine: Engine, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
):
    _hurry(engine, monkeypatch, dials=1, dial_pause=0.01)
    simulator.faults.replace([{"on": "dial", "do": "status", "status": 500}])
    seen = await watch(engine, viewing(JUNIPER.key))
    assert seen.names[0] == "Results"
    assert [failed.error.retryable for failed in seen.failed] == [True, True]
    assert seen.last(Complete).progress.failed == 2


# Views after the first


async def test_a_second_view_comes_from_the_cache(engine: Engine, simulator: Simulator):
    first = await watch(engine, viewing())
    simulator.state.reset()
    second = await watch(engine, viewing(user_id=2, formula_id=2))
    assert all(isinstance(each, Landed) and each.is_cached for each in second.outcomes)
    assert second.last(Complete).progress.from_cache == _PLACES
    assert simulator.state.messages["resolve_symbol"] == 0
    assert simulator.state.http["/run/screen"] == 0
    results = second.events[0]
    assert isinstance(results, Results)
    assert results.age_seconds is not None
    assert {key: each.chart for key, each in second.landed.items()} == {
        key: each.chart for key, each in first.landed.items()
    }


async def test_a_second_view_knows_the_facts_from_the_start(engine: Engine):
    await watch(engine, viewing(JUNIPER.key))
    results = (await watch(engine, viewing(JUNIPER.key))).events[0]
    assert isinstance(results, Results)
    [stock] = results.stocks
    assert stock.facts is not None
    assert stock.facts.sector


async def test_a_refresh_goes_past_the_caches(engine: Engine, simulator: Simulator):
    await watch(engine, viewing(JUNIPER.key))
    simulator.state.reset()
    seen = await watch(engine, viewing(JUNIPER.key, is_refresh=True, since=time()))
    assert simulator.state.http["/run/screen"] == 1
    assert simulator.state.messages["resolve_symbol"] == 2
    assert seen.last(Complete).progress.from_cache == 0


async def test_other_bars_are_other_charts(engine: Engine):
    await watch(engine, viewing(JUNIPER.key))
    seen = await watch(engine, viewing(JUNIPER.key, bars=50))
    assert {landed.chart.count for landed in seen.landed.values()} == {50}


async def test_without_a_store_a_run_still_completes(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine.store, "_redis", None)
    seen = await watch(engine, viewing())
    assert len(seen.landed) == _PLACES
    assert seen.last(Complete).progress.failed == 0


# Going on after a connection broke


@pytest.mark.parametrize("steps", range(1, 9))
async def test_a_run_goes_on_after_any_event(engine: Engine, steps: int):
    before = await watch(engine, viewing(), steps=steps)
    cursors = [str(step.cursor) for step in before.steps if step.cursor]
    after = await watch(engine, viewing(cursor=cursors[-1]))
    assert "Results" not in after.names
    assert sorted(_places(before) + _places(after)) == list(range(_PLACES))
    complete = after.last(Complete)
    assert complete.progress.loaded == _PLACES


async def test_any_process_can_go_on(
    engine: Engine, settings: Settings, simulator: Simulator
):
    before = await watch(engine, viewing(), steps=4)
    other = _compose()
    try:
        after = await watch(other, viewing(cursor=_cursor(before)))
    finally:
        await other.aclose()
    assert sorted(_places(before) + _places(after)) == list(range(_PLACES))


async def test_nothing_that_is_cached_is_fetched_again(
    engine: Engine, simulator: Simulator
):
    seen = await watch(engine, viewing())
    first_batch = next(
        step for step in seen.steps if isinstance(step.event, ChartBatch)
    )
    simulator.state.reset()
    after = await watch(engine, viewing(cursor=str(first_batch.cursor)))
    assert simulator.state.messages["resolve_symbol"] == 0
    assert simulator.state.http["/run/screen"] == 0
    sent = (
        len(first_batch.event.outcomes)
        if isinstance(first_batch.event, ChartBatch)
        else 0
    )
    assert len(after.outcomes) == _PLACES - sent


async def test_a_run_that_is_over_only_says_so_again(engine: Engine):
    seen = await watch(engine, viewing(JUNIPER.key))
    after = await watch(engine, viewing(JUNIPER.key, cursor=_cursor(seen)))
    assert after.batches == []
    assert after.last(Complete).progress == seen.last(Complete).progress


async def test_failures_are_counted_over_all_connections(
    engine: Engine, simulator: Simulator
):
    simulator.faults.replace(
        [{"on": "series", "symbol": "NSE:JUNIPER", "do": "no_data"}]
    )
    seen = await watch(engine, viewing(JUNIPER.key))
    after = await watch(engine, viewing(JUNIPER.key, cursor=_cursor(seen)))
    assert after.last(Complete).progress.failed == 2


def _cursor(seen: Seen) -> str:
    return [str(step.cursor) for step in seen.steps if step.cursor][-1]


@pytest.mark.parametrize("change", [{"user_id": 2}, {"formula_id": 2}], ids=str)
async def test_nobody_goes_on_with_another_persons_run(engine: Engine, change):
    before = await watch(engine, viewing(JUNIPER.key))
    after = await watch(engine, viewing(JUNIPER.key, cursor=_cursor(before), **change))
    assert after.names[0] == "Results"
    assert len(after.outcomes) == 2


@pytest.mark.parametrize("cursor", ["nonsense", "aaaaaaaaaaaaaaaa.1.0.Aw."])
async def test_an_unknown_cursor_starts_afresh(engine: Engine, cursor: str):
    seen = await watch(engine, viewing(JUNIPER.key, cursor=cursor))
    assert seen.names[0] == "Results"
    assert len(seen.outcomes) == 2


async def test_a_cursor_beyond_its_run_starts_afresh(engine: Engine):
    before = await watch(engine, viewing(JUNIPER.key))
    token = _cursor(before).partition(".")[0]
    seen = await watch(engine, viewing(JUNIPER.key, cursor=f"{token}.1.0._w."))
    assert seen.names[0] == "Results"


# Leaving


@pytest.mark.parametrize("steps", [1, 2, 3])
async def test_when_the_viewer_leaves_all_work_stops(
    engine: Engine, simulator: Simulator, steps: int
):
    simulator.faults.replace([{"on": "series", "do": "silence", "after": 8}])
    await watch(engine, viewing(batch_size=4), steps=steps)
    await assert_idle(engine)
    asked = simulator.state.messages["resolve_symbol"]
    await watch(engine, viewing(EMPTY.key))
    assert simulator.state.messages["resolve_symbol"] == asked
