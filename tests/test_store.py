"""The door to Valkey: short answers or none."""

import asyncio
import time
from time import monotonic

import pytest

from formulas import store as stores
from formulas.store import Store, StoreDownError


async def test_what_was_put_is_got(store: Store):
    await store.put({"a": b"1", "b": b"2"}, seconds=60)
    assert await store.get("a") == b"1"
    assert await store.get("c") is None
    assert await store.get_many(["b", "c", "a"]) == [b"2", None, b"1"]


async def test_what_was_put_does_not_stay(store: Store):
    await store.put({"a": b"1"}, seconds=60)
    [left] = await store.run(("TTL", "a"))
    assert 0 < left <= 60


async def test_nothing_asked_is_nothing_sent(store: Store):
    assert await store.get_many([]) == []
    await store.put({}, seconds=60)
    assert not store.is_down


async def test_commands_are_answered_in_their_order(store: Store):
    assert await store.run(("SET", "a", 1), ("INCR", "a"), ("GET", "a")) == [
        True,
        2,
        b"2",
    ]


async def test_more_than_its_connections_are_served(store: Store):
    answers = await asyncio.gather(*(store.run(("INCR", "a")) for _ in range(200)))
    assert sorted(answer for [answer] in answers) == list(range(1, 201))
    assert not store.is_down


async def test_who_listens_hears_what_is_published(store: Store):
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    listening = asyncio.create_task(store.listen("news", heard.put_nowait))
    while await store.run(("PUBLISH", "news", "here")) == [0]:
        pass  # nobody listens yet, and each look is a round trip
    assert await heard.get() == b"here"
    listening.cancel()
    await asyncio.wait({listening})


async def test_without_an_address_it_is_always_down():
    store = Store("")
    assert store.is_down
    with pytest.raises(StoreDownError):
        await store.get("a")
    await store.aclose()


async def test_a_store_that_does_not_answer_is_left_alone_for_a_moment(
    monkeypatch: pytest.MonkeyPatch, tmp_path, redis_url: str, caplog
):
    store = Store(f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(StoreDownError):
        await store.get("a")
    assert len(caplog.records) == 1
    with pytest.raises(StoreDownError):
        await store.get("a")
    assert len(caplog.records) == 1, "it was asked again at once"
    later = monotonic() + 60
    monkeypatch.setattr(stores, "monotonic", lambda: later)
    with pytest.raises(StoreDownError):
        await store.get("a")
    assert len(caplog.records) == 2, "it was given up for good"
    await store.aclose()


async def test_a_password_in_its_address_is_not_logged(tmp_path, caplog):
    store = Store(f"unix://user:s3cret@{tmp_path}/nobody.sock")
    with pytest.raises(StoreDownError):
        await store.get("a")
    assert "s3cret" not in caplog.text
    await store.aclose()


async def test_a_command_that_is_cancelled_spoils_no_other(store: Store):
    for _ in range(20):
        task = asyncio.create_task(store.run(("SET", "a", "wrong"), ("GET", "a")))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert await store.run(("ECHO", "right")) == [b"right"]


async def test_time_in_which_the_event_loop_was_held_up_does_not_count(store: Store):
    await store.run(("CLIENT", "PAUSE", 100))
    answer = asyncio.create_task(store.run(("ECHO", "here")))
    for _ in range(20):
        await asyncio.sleep(0)  # until it has been sent
    time.sleep(2 * stores._TIMEOUT_SECONDS)  # noqa: ASYNC251  (that is the point)
    assert await answer == [b"here"]
    assert not store.is_down


async def test_a_store_that_hangs_is_given_up(store: Store):
    await store.run(("CLIENT", "PAUSE", 1500))
    with pytest.raises(StoreDownError):
        await store.get("a")
    assert store.is_down
