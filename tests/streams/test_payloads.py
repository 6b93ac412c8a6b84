"""The JSON form of a run: what scripts rely on."""

from typing import Any

import orjson
import pytest

from formulas.charts.outcomes import Earlier
from formulas.streams.events import Complete, EarlierCharts, Event, Results
from formulas.streams.payloads import chart_json, encode_json, error_payload
from formulas.streams.progress import Progress
from formulas.streams.run import Step
from tests.support import events
from tests.support.charts import OPENING, bars, stored


def _message(event: Event) -> tuple[str, str, dict[str, Any]]:
    """Return an event's name, its id and its data."""
    text = encode_json(events.step(event)).decode()
    name, event_id, data, *end = text.split("\n")
    assert end == ["", ""]
    return (
        name.removeprefix("event: "),
        event_id.removeprefix("id: "),
        orjson.loads(data.removeprefix("data: ")),
    )


def _data(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = _message(event)[2]["data"]
    return data


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (events.RESULTS, "formula-results"),
        (events.NOTICE, "notice"),
        (events.FACTS_FOUND, "stock-facts"),
        (events.BATCH, "chart-batch"),
        (events.COMPLETE, "complete"),
        (events.RUN_FAILED, "error"),
    ],
    ids=lambda given: given if isinstance(given, str) else type(given).__name__,
)
def test_an_event_is_named_by_its_type_and_says_it_again_in_its_data(event, name):
    sent_name, event_id, data = _message(event)
    assert sent_name == data["type"] == name
    assert event_id == str(events.CURSOR)
    assert set(data) == {"type", "data"}


def test_without_a_cursor_there_is_no_id():
    assert b"id:" not in encode_json(Step(events.NOTICE))


def test_the_results_are_the_stocks_and_what_is_wanted_of_them():
    assert _data(events.RESULTS) == {
        "formulaName": "Cars <now>",
        "stocks": [
            {
                "symbol": "NSE:M&M",
                "name": "Mahindra <script>alert(1)</script> & Mahindra",
                "price": 3601.0,
                "date": "2025-12-18",
                "metrics": ["-0.10", ""],
                "sector": "Consumer Durables",
                "industry": "Motor Vehicles",
            },
            {
                "symbol": "BRK-B.US",
                "name": None,
                "price": None,
                "date": None,
                "metrics": ["1.7", "<b>"],
                "sector": None,
                "industry": None,
            },
        ],
        "metricNames": ["Change"],
        "totalCharts": 4,
        "resolutions": ["1W", "1D"],
        "barsCount": 300,
        "ageSeconds": None,
    }


def test_a_batch_tells_its_charts_its_errors_and_how_far_the_run_is():
    data = _data(events.BATCH)
    assert data.pop("chartData").keys() == {"NSE:M&M"}
    assert data == {
        "batchIndex": 2,
        "totalBatches": 3,
        "symbols": ["NSE:M&M", "BRK-B.US"],
        "errors": [
            {
                "symbol": "BRK-B.US",
                "resolution": "1W",
                "code": "timed_out",
                "message": "No answer <in time>.",
                "retryable": True,
            }
        ],
        "progress": {"loaded": 2, "failed": 1, "total": 4, "percentage": 75},
        "timing": {
            "startTime": 1766031047250,
            "endTime": 1766031047500,
            "durationMs": 250,
        },
    }


def test_charts_are_found_by_symbol_and_resolution():
    charts = _data(events.BATCH)["chartData"]
    assert set(charts["NSE:M&M"]) == {"1D"}
    assert charts["NSE:M&M"]["1D"] == orjson.loads(chart_json(events.LANDED.chart))


def test_a_bar_is_its_time_in_utc_seconds_its_prices_and_its_volume():
    payload = orjson.loads(chart_json(stored(count=3)))
    assert payload["bars"] == [list(bar) for bar in bars(3)]
    assert payload["bars"][-1][0] == OPENING
    times = [bar[0] for bar in payload["bars"]]
    assert times == sorted(set(times))


def test_a_chart_comes_with_what_is_known_of_it():
    assert orjson.loads(chart_json(stored("NSE:M&M")))["metadata"] == {
        "symbol": "NSE:M&M",
        "description": "Tata Consultancy Services Limited",
        "exchange": "NSE",
        "type": "stock",
        "currency": "INR",
        "timezone": "Asia/Kolkata",
        "session": "0915-1530",
        "priceScale": 100,
        "minMove": 5,
        "freshness": "delayed",
        "delaySeconds": 900,
        "isForming": True,
        "fetchedAt": OPENING + 1547.0,
    }


def test_the_end_counts_charts_and_milliseconds():
    assert _data(events.COMPLETE) == {
        "totalCharts": 4,
        "loaded": 3,
        "failed": 1,
        "fromCache": 1,
        "totalTime": 1250,
        "avgTimePerChart": 312.5,
    }


def test_the_end_of_an_empty_run_has_no_average():
    data = _data(Complete(progress=Progress(total=0), seconds=0.25))
    assert data["avgTimePerChart"] is None
    assert data["totalCharts"] == 0


def test_a_run_that_failed_says_why():
    assert _data(events.RUN_FAILED) == {
        "code": "unreachable",
        "message": "MarketInOut can't be <reached>.",
        "retryable": True,
    }


def test_facts_are_told_by_symbol():
    assert (
        _data(events.FACTS_FOUND)["facts"]["NSE:M&M"]["sector"] == "Consumer Durables"
    )


def test_a_chart_that_failed_says_why():
    assert error_payload(events.FAILED)["code"] == "timed_out"


def test_an_empty_screen_has_no_stocks():
    empty = Results(
        formula_name="Nothing",
        stocks=(),
        metric_names=(),
        resolutions=("1D",),
        bars=300,
        total_charts=0,
        age_seconds=12,
    )
    data = _data(empty)
    assert (data["stocks"], data["totalCharts"], data["ageSeconds"]) == ([], 0, 12)


def test_a_script_is_told_nothing_of_earlier_charts():
    earlier = EarlierCharts((Earlier(0, events.LANDED.chart),), charts_per_stock=2)
    assert encode_json(Step(earlier)) == b""
