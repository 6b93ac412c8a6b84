"""Runs on record."""

import pytest

from formulas.market.charts import ChartRequest
from formulas.market.screen import Screen
from formulas.store import Store
from formulas.streams.cursor import Cursor
from formulas.streams.journal import Journal, Run
from tests.support.events import ELSEWHERE, MAHINDRA
from tests.support.runs import viewing


@pytest.fixture
def run() -> Run:
    return Run.of_screen(Screen((MAHINDRA, ELSEWHERE)), viewing())


def test_charts_are_numbered_stock_by_stock(run: Run):
    assert run.total == 4
    assert [run.place(chart) for chart in range(4)] == [
        (0, "1W"),
        (0, "1D"),
        (1, "1W"),
        (1, "1D"),
    ]


def test_what_is_wanted_is_what_was_not_sent(run: Run):
    wanted = run.wanted(Cursor(run.token, ended=0b1001))
    assert [chart.place for chart in wanted] == [1, 2]
    assert wanted[0].request == ChartRequest("NSE:M&M", "1D", 300)
    assert wanted[0].spellings == ("NSE:M&M", "NSE:M_M")


def test_a_run_comes_back_equal_from_its_bytes(run: Run):
    assert Run.from_bytes(run.to_bytes()) == run


def test_each_run_has_a_token_of_its_own():
    screen = Screen((MAHINDRA,))
    assert (
        Run.of_screen(screen, viewing()).token != Run.of_screen(screen, viewing()).token
    )


def test_a_run_keeps_since_when_its_charts_are_fresh():
    asked = viewing(since=17.0, asked_at=317.0)
    assert Run.of_screen(Screen((MAHINDRA,)), asked).since == 17.0


async def test_a_run_on_record_is_found_at_its_cursor(store: Store, run: Run):
    journal = Journal(store)
    await journal.record(run)
    cursor = Cursor(run.token, batches=1, ended=0b11)
    assert await journal.find(str(cursor), user_id=1, formula_id=1) == (run, cursor)


@pytest.mark.parametrize(
    "whose", [{"user_id": 2, "formula_id": 1}, {"user_id": 1, "formula_id": 2}], ids=str
)
async def test_a_run_is_found_only_by_its_viewer_for_its_formula(store, run, whose):
    journal = Journal(store)
    await journal.record(run)
    assert await journal.find(str(Cursor(run.token)), **whose) is None


@pytest.mark.parametrize("text", ["", "nonsense", "aaaaaaaaaaaaaaaa.0.0.."])
async def test_an_unknown_cursor_finds_nothing(store: Store, text: str):
    assert await Journal(store).find(text, user_id=1, formula_id=1) is None


async def test_a_cursor_past_the_runs_end_finds_nothing(store: Store, run: Run):
    journal = Journal(store)
    await journal.record(run)
    cursor = str(Cursor(run.token, ended=1 << run.total))
    assert await journal.find(cursor, user_id=1, formula_id=1) is None


async def test_without_a_store_nothing_is_found(run: Run):
    journal = Journal(Store(""))
    await journal.record(run)
    assert await journal.find(str(Cursor(run.token)), user_id=1, formula_id=1) is None


async def test_the_record_holds_no_key(store: Store):
    run = Run.of_screen(Screen((MAHINDRA,)), viewing("3f9c2b7a1d5e8046"))
    assert b"3f9c2b7a1d5e8046" not in run.to_bytes()
