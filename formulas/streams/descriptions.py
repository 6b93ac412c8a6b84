"""A run's values in the words and numbers that the page's template shows."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from django.urls import reverse

from formulas.charts.outcomes import Failed
from formulas.charts.stored import StoredChart
from formulas.market.charts import ChartRequest
from formulas.market.resolutions import describe, is_intraday
from formulas.streams.events import FactsFound, Results, Stock


def results_context(event: Results) -> dict[str, Any]:
    """Return what the table and the empty cards show."""
    names = _metric_names(event)
    return {
        "run": {
            "formula_name": event.formula_name,
            "stocks": [
                _stock(ordinal, stock) for ordinal, stock in enumerate(event.stocks)
            ],
            "has_dates": any(stock.row.date for stock in event.stocks),
            "metric_names": names,
            "resolutions": [
                {"value": resolution, "label": describe(resolution)}
                for resolution in event.resolutions
            ],
            "total_charts": event.total_charts,
            "screen_age": event.age_seconds,
            "is_empty": not event.stocks,
        }
    }


def chart_context(
    chart: StoredChart, *, age_seconds: float | None = None
) -> dict[str, Any]:
    """Return what a chart's element carries; its age where it is not fresh."""
    request, instrument = chart.request, chart.instrument
    return {
        "chart": {
            "label": describe(request.resolution),
            "resolution": request.resolution,
            "symbol": request.symbol,
            "description": instrument.description,
            "timezone": instrument.timezone,
            "intraday": is_intraday(request.resolution),
            "currency": instrument.currency,
            "decimals": _decimals(chart),
            "freshness": chart.freshness,
            "delay_minutes": chart.delay_seconds // 60,
            "is_forming": chart.is_forming,
            "fetched_at": _iso(chart.fetched_at),
            "age": None if age_seconds is None else _age(age_seconds),
            "bars_count": chart.count,
            "encoded": chart.text,
            "summary": _summary(chart),
        }
    }


def failure_context(failed: Failed) -> dict[str, Any]:
    """Return what stands in the place of a chart that did not come."""
    return {
        "failure": {
            "label": describe(failed.request.resolution),
            "symbol": failed.request.symbol,
            "message": str(failed.error),
            "code": failed.error.code,
            "retryable": failed.error.retryable,
            "url": _retry_url(failed.request),
        }
    }


def facts_json(event: FactsFound) -> str:
    """Return the facts by the stock's place, each where it is known."""
    return orjson.dumps(
        {
            str(place): {
                name: value
                for name, value in {
                    "name": facts.name,
                    "sector": facts.sector,
                    "industry": facts.industry,
                    "price": facts.price,
                    "change": facts.change_percent,
                }.items()
                if value is not None
            }
            for place, facts in event.facts.items()
        }
    ).decode()


def _retry_url(request: ChartRequest) -> str:
    """Return the address that fetches the chart again, past what is remembered."""
    address = reverse("chart", args=[request.symbol, request.resolution])
    return f"{address}?{urlencode({'bars': request.bars, 'refresh': 1})}"


def _stock(ordinal: int, stock: Stock) -> dict[str, Any]:
    row, facts = stock.row, stock.facts
    exchange, _, ticker = row.symbol.rpartition(":")
    return {
        "ordinal": ordinal,
        "symbol": row.symbol,
        "ticker": ticker,
        "exchange": exchange,
        "name": (facts and facts.name) or "",
        "price": stock.price,
        "change": facts.change_percent if facts else None,
        "date": row.date,
        "metrics": row.metrics,
        "sector": (facts and facts.sector) or "",
        "industry": (facts and facts.industry) or "",
        "tradingview_url": "https://www.tradingview.com/chart/?"
        + urlencode({"symbol": row.symbol}),
    }


def _metric_names(event: Results) -> list[str]:
    """Return a heading for each of the screen's own columns; MarketInOut sends none."""
    width = len(event.stocks[0].row.metrics) if event.stocks else 0
    given = event.metric_names[:width]
    return [*given, *(f"Column {place}" for place in range(len(given) + 1, width + 1))]


def _age(seconds: float) -> str:
    """Return an age in words: `7 min`, `3 h`."""
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 90 else f"{round(minutes / 60)} h"


def _decimals(chart: StoredChart) -> int:
    """Return how many decimals a price of the instrument has, at most."""
    return max(len(str(chart.instrument.price_scale)) - 1, 0)


def _summary(chart: StoredChart) -> str:
    """Return the chart as a sentence, for those who don't see it."""
    label = describe(chart.request.resolution).lower()
    words = [
        f"{chart.request.symbol} {label}: close {chart.last.close:,.{_decimals(chart)}f}"
    ]
    if chart.change_percent is not None:
        direction = "up" if chart.change_percent >= 0 else "down"
        words.append(f"{direction} {abs(chart.change_percent):.1f} % on the bar before")
    words.append(f"{chart.count} bars to {_local_date(chart)}")
    return ", ".join(words)


def _local_date(chart: StoredChart) -> str:
    """Return the last bar's date where the exchange is."""
    try:
        zone = ZoneInfo(chart.instrument.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return datetime.fromtimestamp(chart.last.time, zone).date().isoformat()


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
