"""A run's events as JSON, for scripts."""

from collections.abc import Iterable
from typing import Any

import orjson

from formulas.charts.outcomes import Failed, Landed
from formulas.charts.stored import StoredChart
from formulas.sse import encode_event
from formulas.streams.events import (
    ChartBatch,
    Complete,
    EarlierCharts,
    FactsFound,
    Notice,
    Results,
    RunFailed,
    Stock,
)
from formulas.streams.once import once_per_chart
from formulas.streams.progress import Progress
from formulas.streams.run import Step


def encode_json(step: Step) -> bytes:
    """Return the step as one event, named by its type; its data is one line.

    Empty for a step that is not for scripts.
    """
    if isinstance(step.event, EarlierCharts):
        return b""  # A script is told of each chart once.
    name, data = _payload(step.event)
    return encode_event(
        [orjson.dumps({"type": name, "data": data}).decode()],
        event=name,
        event_id=str(step.cursor) if step.cursor else None,
    )


@once_per_chart
def chart_json(chart: StoredChart) -> bytes:
    """Return one chart: bars with UTC seconds, ascending, and what is known of it."""
    return orjson.dumps(
        {
            "bars": [list(bar) for bar in chart.bars],
            "metadata": {
                "symbol": chart.instrument.symbol,
                "description": chart.instrument.description,
                "exchange": chart.instrument.exchange,
                "type": chart.instrument.kind,
                "currency": chart.instrument.currency,
                "timezone": chart.instrument.timezone,
                "session": chart.instrument.session,
                "priceScale": chart.instrument.price_scale,
                "minMove": chart.instrument.min_move,
                "freshness": chart.freshness,
                "delaySeconds": chart.delay_seconds,
                "isForming": chart.is_forming,
                "fetchedAt": chart.fetched_at,
            },
        }
    )


type _Told = Results | Notice | FactsFound | ChartBatch | Complete | RunFailed


def error_payload(failed: Failed) -> dict[str, Any]:
    """Return why a chart did not come."""
    return {
        "symbol": failed.request.symbol,
        "resolution": failed.request.resolution,
        "code": failed.error.code,
        "message": str(failed.error),
        "retryable": failed.error.retryable,
    }


def _payload(event: _Told) -> tuple[str, dict[str, Any]]:
    match event:
        case Results():
            return "formula-results", _results(event)
        case Notice():
            return "notice", {"code": event.code, "message": event.message}
        case FactsFound():
            return "stock-facts", {"facts": {f.symbol: f for f in event.facts.values()}}
        case ChartBatch():
            return "chart-batch", _batch(event)
        case Complete():
            return "complete", _complete(event)
        case RunFailed():
            return "error", {
                "code": event.code,
                "message": event.message,
                "retryable": event.retryable,
            }


def _results(event: Results) -> dict[str, Any]:
    return {
        "formulaName": event.formula_name,
        "stocks": [_stock(stock) for stock in event.stocks],
        "metricNames": event.metric_names,
        "totalCharts": event.total_charts,
        "resolutions": event.resolutions,
        "barsCount": event.bars,
        "ageSeconds": event.age_seconds,
    }


def _stock(stock: Stock) -> dict[str, Any]:
    row, facts = stock.row, stock.facts
    return {
        "symbol": row.symbol,
        "name": facts.name if facts else None,
        "price": stock.price,
        "date": row.date or None,
        "metrics": row.metrics,
        "sector": facts.sector if facts else None,
        "industry": facts.industry if facts else None,
    }


def _batch(event: ChartBatch) -> dict[str, Any]:
    landed = [each for each in event.outcomes if isinstance(each, Landed)]
    failed = [each for each in event.outcomes if isinstance(each, Failed)]
    return {
        "batchIndex": event.index,
        "totalBatches": event.total_batches,
        "symbols": list(dict.fromkeys(each.request.symbol for each in event.outcomes)),
        "chartData": _by_symbol(landed),
        "errors": [error_payload(each) for each in failed],
        "progress": _progress(event.progress),
        "timing": {
            "startTime": round(event.started_at * 1000),
            "endTime": round(event.ended_at * 1000),
            "durationMs": round((event.ended_at - event.started_at) * 1000),
        },
    }


def _by_symbol(landed: Iterable[Landed]) -> dict[str, dict[str, Any]]:
    charts: dict[str, dict[str, Any]] = {}
    for each in landed:
        resolutions = charts.setdefault(each.request.symbol, {})
        resolutions[each.request.resolution] = orjson.Fragment(chart_json(each.chart))
    return charts


def _progress(progress: Progress) -> dict[str, int]:
    return {
        "loaded": progress.loaded,
        "failed": progress.failed,
        "total": progress.total,
        "percentage": progress.percentage,
    }


def _complete(event: Complete) -> dict[str, Any]:
    """Return the totals of the whole run; times are milliseconds."""
    progress = event.progress
    milliseconds = round(event.seconds * 1000)
    return {
        "totalCharts": progress.total,
        "loaded": progress.loaded,
        "failed": progress.failed,
        "fromCache": progress.from_cache,
        "totalTime": milliseconds,
        "avgTimePerChart": milliseconds / progress.total if progress.total else None,
    }
