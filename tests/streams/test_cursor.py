"""Cursors: any place of a run as text, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.market.errors import InvalidValueError
from formulas.streams.cursor import Cursor

_BITS = st.integers(0, 2**88 - 1)


@st.composite
def cursors(draw: st.DrawFn) -> Cursor:
    ended = draw(_BITS)
    return Cursor(
        run=draw(st.from_regex(r"[A-Za-z0-9_-]{16}", fullmatch=True)),
        batches=draw(st.integers(0, 999_999)),
        cached=draw(st.integers(0, 88)),
        ended=ended,
        failed=ended & draw(_BITS),
    )


@given(cursors())
def test_a_cursor_comes_back_equal_from_its_text(cursor):
    assert Cursor.parse(str(cursor)) == cursor


@given(cursors())
def test_the_text_is_short_and_fit_for_a_header(cursor):
    text = str(cursor)
    assert len(text) < 80
    assert set(text) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "17",
        "aaaaaaaa.0.0.",
        "aaaaaaaa.0.0...",
        "aaaaaaaa.-1.0..",
        "aaaaaaaa.x.0..",
        "short.0.0..",
        "aaaaaaaa.0.0.A.",
        "aaaaaaaa.0.0.****.",
        "aaaaaaaa.0.0.Ag.AQ",
        "aaaaaaaa.٣.0..",
        "aaaaaaaa.0.0..\n",
        "a" * 65 + ".0.0..",
        "aaaaaaaa.0.0." + "A" * 4004 + ".",
        "'; DROP TABLE runs; --",
    ],
)
def test_garbage_is_refused(text):
    with pytest.raises(InvalidValueError):
        Cursor.parse(text)


@given(st.text())
def test_any_text_is_a_cursor_or_refused(text):
    try:
        cursor = Cursor.parse(text)
    except InvalidValueError:
        return
    assert cursor.failed & ~cursor.ended == 0


@given(st.data(), st.integers(1, 88))
def test_over_all_connections_of_a_run_each_chart_is_sent_once(data, total):
    """However often it breaks, and wherever: what follows is what was missing."""
    cursor, sent = Cursor("aaaaaaaa"), []
    while cursor.ended.bit_count() < total:
        cursor = Cursor.parse(str(cursor))
        missing = [place for place in range(total) if not cursor.has(place)]
        batch = data.draw(st.lists(st.sampled_from(missing), unique=True, min_size=1))
        failed = [place for place in batch if data.draw(st.booleans())]
        loaded = [place for place in batch if place not in failed]
        sent += batch
        cursor = cursor.after(loaded=loaded, failed=failed, cached=0)
    assert sorted(sent) == list(range(total))


def test_progress_counts_over_all_batches():
    first = Cursor("aaaaaaaa").after(loaded=[0, 5], failed=[3], cached=2)
    second = first.after(loaded=[1], failed=[87], cached=0)
    progress = second.progress(88)
    assert second.batches == 2
    assert (progress.loaded, progress.failed, progress.from_cache) == (3, 2, 2)
    assert progress.total == 88
