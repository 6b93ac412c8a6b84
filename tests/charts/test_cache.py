"""Charts kept for all."""

from dataclasses import replace

import pytest

from formulas.charts.cache import FIGURES, ChartCache, chart_key
from formulas.charts.stored import StoredFailure
from formulas.market.charts import ChartRequest, Freshness
from formulas.store import Store
from formulas.upstream.errors import NoDataError
from tests.support.charts import stored

_REQUEST = ChartRequest("NSE:M&M", "1D", 300)


@pytest.mark.parametrize(
    "change",
    [
        {"symbol": "NSE:M_M"},
        {"resolution": "1W"},
        {"bars": 299},
        {"adjustment": "splits"},
    ],
    ids=str,
)
def test_another_request_has_another_key(change):
    other = replace(_REQUEST, **change)
    assert chart_key(other, Freshness.DELAYED) != chart_key(_REQUEST, Freshness.DELAYED)


def test_who_may_see_live_data_does_not_share_the_delayed_bars():
    keys = {chart_key(_REQUEST, freshness) for freshness in Freshness}
    assert len(keys) == len(Freshness)


async def test_charts_come_in_the_order_of_their_keys(store: Store):
    chart = stored(fetched_at=100.0)
    await store.put({"a": chart.to_bytes()}, seconds=60)
    found = await ChartCache(store).get_many(["b", "a", "c"])
    assert found == [None, chart, None]


async def test_a_failure_is_no_chart(store: Store):
    failure = StoredFailure.of(NoDataError("none"), fetched_at=100.0)
    await store.put({"a": failure.to_bytes()}, seconds=60)
    assert await ChartCache(store).get_many(["a"]) == [None]


async def test_no_keys_are_no_charts(store: Store):
    assert await ChartCache(store).get_many([]) == []


async def test_hits_and_misses_add_up(store: Store):
    cache = ChartCache(store)
    await cache.count(hits=80, misses=8)
    await cache.count(hits=8, misses=0)
    figures = await store.run(("HMGET", FIGURES, "hits", "misses"))
    assert figures == [[b"88", b"8"]]


async def test_without_a_store_the_cache_is_empty():
    cache = ChartCache(Store(""))
    assert await cache.get_many(["a", "b"]) == [None, None]
    await cache.count(hits=1, misses=1)
