"""The HTML form of a run: where each fragment goes, and that it is inert."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from time import time
from typing import override

import orjson
import pytest

from formulas.charts.outcomes import Earlier, Landed
from formulas.market.polyline import decode
from formulas.streams.events import ChartBatch, Complete, EarlierCharts, Event
from formulas.streams.fragments import chart_fragment, encode_html, missing, signed_out
from formulas.streams.progress import Progress
from formulas.streams.run import Step
from tests.support import events
from tests.support.charts import bars, stored

_PARTIAL = re.compile(
    r'data: <hx-partial hx-target="#([a-z0-9A-Z-]+)" hx-swap="innerHTML">(.*)</hx-partial>'
)


def _lines(event: Event) -> list[str]:
    return encode_html(events.step(event)).decode().split("\n")


def _partials(event: Event) -> list[tuple[str, str]]:
    """Return where the fragments of an event's first message go, and what goes there."""
    message = encode_html(events.step(event)).decode().partition("\n\n")[0]
    first, *rest = message.split("\n")
    assert first == f"id: {events.CURSOR}"
    matches = [_PARTIAL.fullmatch(line) for line in rest]
    assert all(matches)
    return [(match[1], match[2]) for match in matches if match]


def _inside(event: Event, place: str) -> str:
    [inside] = [inside for target, inside in _partials(event) if target == place]
    return inside


def _name(given: object) -> str | None:
    """Name an event in a test's name; what else is given names itself."""
    if getattr(given, "has_results", False):
        return "broke off"
    return type(given).__name__ if isinstance(given, events.ALL_TYPES) else None


class _Elements(HTMLParser):
    """Lists the elements of a fragment, and checks that each is closed."""

    _VOID = frozenset({"input", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in self._VOID:
            self._open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


# What each event puts where


@pytest.mark.parametrize(
    ("event", "places"),
    [
        (events.RESULTS, ["results", "progress"]),
        (events.NOTICE, ["notice"]),
        (events.FACTS_FOUND, ["facts"]),
        (events.BATCH, ["c0-1D", "c1-1W", "progress"]),
        (events.COMPLETE, ["progress"]),
        (events.RUN_FAILED, ["results", "notice"]),
        (events.RUN_BROKE_OFF, ["notice"]),
    ],
    ids=_name,
)
def test_an_event_is_one_partial_for_each_place(event, places):
    assert [place for place, _ in _partials(event)] == places


@pytest.mark.parametrize("event", events.ALL, ids=_name)
def test_what_is_brought_is_inert_and_well_formed(event):
    for _, inside in _partials(event):
        elements = _Elements(inside)
        assert not {"script", "style", "iframe", "img", "b><"} & set(elements.names)
        assert not [
            name for name in elements.attributes if name.startswith(("on", "hx-"))
        ]


@pytest.mark.parametrize("event", events.ALL, ids=_name)
def test_a_message_is_without_a_name_so_that_htmx_swaps_it(event):
    assert encode_html(events.step(event)).startswith(b"id: ")


def test_a_script_in_a_companys_name_is_text():
    html = _inside(events.RESULTS, "results")
    assert "<script" not in html
    assert "Mahindra &lt;script&gt;alert(1)&lt;/script&gt; &amp; Mahindra" in html


def test_a_script_in_a_fact_that_comes_later_is_text():
    html = _inside(events.FACTS_FOUND, "facts")
    assert "<script" not in html
    assert _Elements(html).names == ["stock-facts"]


def test_markup_in_a_metric_or_a_message_is_text():
    assert "&lt;b&gt;" in _inside(events.RESULTS, "results")
    assert "&lt;delayed&gt;" in _inside(events.NOTICE, "notice")
    assert "&lt;reached&gt;" in _inside(events.RUN_FAILED, "notice")
    assert "&lt;in time&gt;" in _inside(events.BATCH, "c1-1W")


def test_markup_in_what_tradingview_says_of_a_symbol_is_text():
    chart = stored()
    odd = replace(
        chart, instrument=replace(chart.instrument, timezone='"><script>', currency="<")
    )
    html = chart_fragment(Landed(0, odd, is_cached=False))
    assert _Elements(html).names == ["candle-chart"]


def test_every_chart_has_a_place_named_by_ordinals():
    ids = _Elements(_inside(events.RESULTS, "results")).ids
    assert {"c0-1W", "c0-1D", "c1-1W", "c1-1D"} <= set(ids)
    assert len(set(ids)) == len(ids)
    assert not [name for name in ids if ":" in name or "&" in name]


def test_every_place_of_a_batch_is_one_of_the_results():
    ids = _Elements(_inside(events.RESULTS, "results")).ids
    targets = [place for place, _ in _partials(events.BATCH) if place != "progress"]
    assert set(targets) <= set(ids)


def test_a_chart_carries_its_bars_as_text():
    html = chart_fragment(events.LANDED)
    text = re.sub(r"<[^>]*>", "", html).strip()
    assert decode(text) == bars(3)


def test_a_chart_says_in_words_what_it_shows():
    html = chart_fragment(Landed(0, stored("NSE:TCS"), is_cached=False))
    assert "NSE:TCS daily: close 100.10, up 0.0 % on the bar before" in html
    assert "3 bars to 2025-12-18" in html


def test_a_chart_that_failed_says_why_and_offers_another_try():
    html = _inside(events.BATCH, "c1-1W")
    assert 'data-code="timed_out"' in html
    assert 'data-retry="/charts/BRK-B.US/1W/?bars=300&amp;refresh=1"' in html


def test_an_empty_screen_says_so():
    empty = replace(events.RESULTS, stocks=(), total_charts=0)
    assert "No stock matches" in _inside(empty, "results")
    assert "0 of 0 charts" in _inside(empty, "progress")


def test_a_screens_own_columns_without_names_are_numbered():
    html = _inside(events.RESULTS, "results")
    assert ">Change<" in html
    assert ">Column 2<" in html


def test_progress_tells_failures_apart():
    html = _inside(events.BATCH, "progress")
    assert 'value="2"' in html
    assert 'max="4"' in html
    assert "2 of 4 charts, <b>1 failed</b>" in html


def test_the_last_progress_tells_the_time_and_what_the_cache_gave():
    html = _inside(events.COMPLETE, "progress")
    assert "1 from the cache, 1." in html


def test_a_notice_leads_to_the_connections():
    assert 'href="/connections/"' in _inside(events.NOTICE, "notice")


# The end


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (events.COMPLETE, {"loaded": 3, "failed": 1, "total": 4, "seconds": 1.25}),
        (events.RUN_FAILED, {"code": "unreachable"}),
    ],
    ids=_name,
)
def test_the_end_is_the_one_named_event_and_has_data(event, data):
    lines = _lines(event)
    assert lines[-4] == "event: done"
    assert orjson.loads(lines[-3].removeprefix("data: ")) == data
    assert lines[-2:] == ["", ""]


@pytest.mark.parametrize(
    "event",
    [events.RESULTS, events.NOTICE, events.BATCH, events.FACTS_FOUND],
    ids=_name,
)
def test_nothing_but_the_end_is_named(event):
    assert not [line for line in _lines(event) if line.startswith("event:")]


@pytest.mark.parametrize(
    ("stream", "code", "words"),
    [
        (signed_out("/accounts/login/?next=/formulas/7/"), "signed_out", "Sign in"),
        (missing(), "not_found", "no such formula"),
    ],
    ids=["signed out", "missing"],
)
def test_a_stream_for_nobody_says_why_and_ends(stream, code, words):
    first, end = stream.decode().split("\n\n")[:2]
    assert words in first
    assert first.count("data: <hx-partial ") == 2
    assert end == f'event: done\ndata: {{"code":"{code}"}}'


def test_without_a_cursor_there_is_no_id():
    assert not encode_html(Step(events.NOTICE)).startswith(b"id:")


def test_a_batch_of_many_charts_is_one_line_for_each():
    outcomes = tuple(
        Landed(place, stored(resolution=resolution), is_cached=False)
        for place, resolution in enumerate(["1W", "1D"] * 9)
    )
    batch = ChartBatch(
        index=1,
        total_batches=1,
        outcomes=outcomes,
        charts_per_stock=2,
        progress=Progress(total=18, loaded=18),
        started_at=0.0,
        ended_at=1.0,
    )
    places = [place for place, _ in _partials(batch)]
    assert places[:-1] == [
        f"c{stock}-{unit}" for stock in range(9) for unit in ("1W", "1D")
    ]


def test_no_charts_at_all_is_an_end_like_any_other():
    lines = _lines(Complete(progress=Progress(total=0), seconds=0.0))
    assert lines[-4] == "event: done"


def test_an_earlier_chart_is_shown_with_its_age():
    long_ago = replace(events.LANDED.chart, fetched_at=time() - 23 * 60)
    earlier = EarlierCharts((Earlier(1, long_ago),), charts_per_stock=2)
    message = encode_html(Step(earlier)).decode()
    assert 'hx-target="#c0-1D"' in message
    assert ' age="23 min"' in message


def test_a_fresh_chart_has_no_age():
    assert " age=" not in encode_html(Step(events.BATCH)).decode()
