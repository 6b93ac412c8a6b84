"""A run's events as fragments that htmx swaps into the results page.

Each fragment is inert markup from the page's own template, wrapped in the element that
says where it goes. A place is an ordinal (`c17-1W`), never a symbol: `NSE:M&M` is no
CSS selector, and one bad selector would end the stream.
"""

from collections.abc import Iterator
from time import time
from typing import Any

import orjson
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from formulas.charts.outcomes import Failed, Landed
from formulas.charts.stored import StoredChart
from formulas.sse import encode_event
from formulas.streams.descriptions import (
    chart_context,
    facts_json,
    failure_context,
    results_context,
)
from formulas.streams.events import (
    ChartBatch,
    Complete,
    EarlierCharts,
    Event,
    FactsFound,
    Notice,
    Results,
    RunFailed,
)
from formulas.streams.once import once_per_chart
from formulas.streams.progress import Progress
from formulas.streams.run import Step

# The one named event: it tells the browser that this is the end, and not to come back.
DONE = "done"


def encode_html(step: Step) -> bytes:
    """Return the step as one message of fragments; the last one is followed by `done`."""
    event = step.event
    cursor = str(step.cursor) if step.cursor else None
    message = encode_event(_fragments(event), event_id=cursor)
    if isinstance(event, Complete | RunFailed):
        return message + encode_event([_summary(event)], event=DONE)
    return message


def chart_fragment(outcome: Landed | Failed) -> SafeString:
    """Return the inside of a chart's place: the chart, or why there is none."""
    if isinstance(outcome, Landed):
        return _chart(outcome.chart)
    return _render("failure", failure_context(outcome))


@once_per_chart
def _chart(chart: StoredChart) -> SafeString:
    return _render("chart", chart_context(chart))


def _fragments(event: Event) -> Iterator[str]:
    match event:
        case Results():
            yield _put("results", _render("results", results_context(event)))
            yield _progress(Progress(total=event.total_charts))
        case Notice():
            yield _notice("info", event.message, connections_url=reverse("connections"))
        case FactsFound():
            yield _put("facts", _render("facts", {"facts": facts_json(event)}))
        case EarlierCharts():
            yield from _earlier(event)
        case ChartBatch():
            yield from _charts(event)
        case Complete():
            yield _progress(event.progress, seconds=event.seconds)
        case RunFailed():
            yield from _failure(event)


def _charts(event: ChartBatch) -> Iterator[str]:
    for outcome in event.outcomes:
        stock, resolution = event.slot(outcome)
        yield _put(f"c{stock}-{resolution}", chart_fragment(outcome))
    yield _progress(event.progress)


def _failure(event: RunFailed) -> Iterator[str]:
    if not event.has_results:
        yield _put("results", "")
    yield _notice("error", event.message)


def _earlier(event: EarlierCharts) -> Iterator[str]:
    now = time()
    for earlier in event.charts:
        stock, resolution = event.slot(earlier)
        age = now - earlier.chart.fetched_at
        context = chart_context(earlier.chart, age_seconds=age)
        yield _put(f"c{stock}-{resolution}", _render("chart", context))


def _progress(progress: Progress, *, seconds: float | None = None) -> str:
    context = {
        "loaded": progress.loaded,
        "failed": progress.failed,
        "ended": progress.ended,
        "total": progress.total,
        "percentage": progress.percentage,
        "from_cache": progress.from_cache,
        "done": seconds is not None,
        "elapsed_seconds": seconds,
    }
    return _put("progress", _render("progress", {"progress": context}))


def _notice(kind: str, message: str, **addresses: str) -> str:
    notice = {"kind": kind, "message": message, **addresses}
    return _put("notice", _render("notice", {"notice": notice}))


def signed_out(sign_in_url: str) -> bytes:
    """Return the whole stream for somebody whose session has ended."""
    notice = _notice(
        "signed-out", "Your session has ended. Sign in again.", sign_in_url=sign_in_url
    )
    return _ending(notice, "signed_out")


def missing() -> bytes:
    """Return the whole stream for a formula that is not there, or not the user's."""
    return _ending(_notice("error", "There is no such formula."), "not_found")


def _ending(notice: str, code: str) -> bytes:
    end = encode_event([orjson.dumps({"code": code}).decode()], event=DONE)
    return encode_event([_put("results", ""), notice]) + end


def _summary(event: Complete | RunFailed) -> str:
    """Return the data of `done`: a browser only passes on an event that has some."""
    if isinstance(event, RunFailed):
        return orjson.dumps({"code": event.code}).decode()
    progress = event.progress
    return orjson.dumps(
        {
            "loaded": progress.loaded,
            "failed": progress.failed,
            "total": progress.total,
            "seconds": round(event.seconds, 3),
        }
    ).decode()


def _put(place: str, inside: str) -> SafeString:
    return format_html(
        '<hx-partial hx-target="#{}" hx-swap="innerHTML">{}</hx-partial>', place, inside
    )


def _render(part: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(f"formulas/results.html#{part}", context)
