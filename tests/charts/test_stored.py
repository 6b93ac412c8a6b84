"""A chart as it is kept."""

from dataclasses import replace

import pytest

from formulas.charts.stored import StoredChart, StoredFailure, read_outcome
from formulas.upstream.errors import (
    NoDataError,
    UnexpectedAnswerError,
    UnknownSymbolError,
)
from tests.support.charts import bars, chart, stored


@pytest.mark.parametrize("count", [1, 2, 300])
def test_a_chart_comes_back_equal_from_its_bytes(count):
    kept = stored(count=count)
    assert StoredChart.from_bytes(kept.to_bytes()) == kept
    assert read_outcome(kept.to_bytes()) == kept


def test_its_summary_is_that_of_its_bars():
    kept = stored(count=3)
    assert kept.bars == bars(3)
    assert (kept.count, kept.last, kept.close_before) == (3, bars(3)[-1], 100.05)
    assert kept.change_percent == pytest.approx(0.04997501)


@pytest.mark.parametrize("close_before", [None, 0.0])
def test_without_a_close_before_there_is_no_change(close_before):
    assert replace(stored(), close_before=close_before).change_percent is None


def test_it_answers_the_request_whatever_spelling_was_taken():
    fetched = chart("NSE:EMBASSY.RR")
    asked = replace(fetched.request, symbol="NSE:EMBASSY_RR")
    kept = StoredChart.of(fetched, request=asked, fetched_at=1.0)
    assert kept.request.symbol == "NSE:EMBASSY_RR"
    assert kept.instrument.symbol == "NSE:EMBASSY.RR"


@pytest.mark.parametrize("error", [UnknownSymbolError, NoDataError])
def test_a_failure_comes_back_as_it_was_raised(error):
    failure = StoredFailure.of(error("no such symbol"), fetched_at=17.0)
    kept = read_outcome(failure.to_bytes())
    assert kept == failure
    assert isinstance(kept, StoredFailure)
    raised = kept.error()
    assert type(raised) is error
    assert str(raised) == "no such symbol"


def test_a_failure_of_a_newer_version_is_an_unexpected_answer():
    failure = StoredFailure(code="yet unknown", message="words", fetched_at=17.0)
    assert isinstance(failure.error(), UnexpectedAnswerError)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"{}\n1;2;3",
        b'{"request": 7}\n',
        b"!",
        b"!{}",
        b'!{"code": "x"}',
        b"\xff\xfe",
        stored().to_bytes().replace(b'"count"', b'"counted"'),
        stored().to_bytes().replace(b'"delayed"', b'"instant"'),
        stored().to_bytes().replace(b'"kind"', b'"sort"'),
    ],
)
def test_what_another_version_kept_is_nothing(data):
    assert read_outcome(data) is None


def test_nothing_is_nothing():
    assert read_outcome(None) is None
