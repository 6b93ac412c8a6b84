"""Screens that are remembered."""

from time import time

import pytest

from formulas.market.screen import Screen
from formulas.market.secret import Secret
from formulas.store import Store
from formulas.streams.screens import Screens
from formulas.upstream.errors import WrongKeyError
from tests.support.events import ELSEWHERE, MAHINDRA

_KEY = Secret("3f9c2b7a1d5e8046")
_SCREEN = Screen((MAHINDRA, ELSEWHERE))


class Answering:
    """In MarketInOut's place: answers, and counts how often."""

    def __init__(self) -> None:
        self.asked = 0

    async def run_screen(self, key: Secret) -> Screen:
        self.asked += 1
        if key.reveal().startswith("0000"):
            raise WrongKeyError("no such key")
        return _SCREEN


@pytest.fixture
def marketinout() -> Answering:
    return Answering()


def _screens(marketinout: Answering, store: Store, pepper: str = "p") -> Screens:
    return Screens(marketinout, store, seconds=300, pepper=pepper)  # type: ignore[arg-type]  # stands in


async def test_a_screen_is_asked_for_once(store, marketinout):
    screens = _screens(marketinout, store)
    first = await screens.find(_KEY, is_refresh=False)
    second = await screens.find(_KEY, is_refresh=False)
    assert marketinout.asked == 1
    assert (first.is_cached, second.is_cached) == (False, True)
    assert first.screen == second.screen == _SCREEN
    assert second.found_at == first.found_at <= time()


async def test_a_refresh_asks_again_and_is_remembered(store, marketinout):
    screens = _screens(marketinout, store)
    await screens.find(_KEY, is_refresh=False)
    fresh = await screens.find(_KEY, is_refresh=True)
    assert (marketinout.asked, fresh.is_cached) == (2, False)
    assert (await screens.find(_KEY, is_refresh=False)).found_at == fresh.found_at


async def test_another_key_is_another_screen(store, marketinout):
    screens = _screens(marketinout, store)
    await screens.find(_KEY, is_refresh=False)
    await screens.find(Secret("another-key"), is_refresh=False)
    assert marketinout.asked == 2


async def test_a_failure_is_not_remembered(store, marketinout):
    screens = _screens(marketinout, store)
    for _ in range(2):
        with pytest.raises(WrongKeyError):
            await screens.find(Secret("0000"), is_refresh=False)
    assert marketinout.asked == 2


async def test_the_store_never_sees_the_key(store, marketinout):
    await _screens(marketinout, store).find(_KEY, is_refresh=False)
    [names] = await store.run(("KEYS", "*"))
    values = await store.get_many(names)
    assert len(names) == 1
    assert not [text for text in [*names, *values] if _KEY.reveal().encode() in text]


async def test_the_name_of_an_entry_hangs_on_the_pepper(store, marketinout):
    await _screens(marketinout, store, "one").find(_KEY, is_refresh=False)
    await _screens(marketinout, store, "other").find(_KEY, is_refresh=False)
    assert len((await store.run(("KEYS", "*")))[0]) == 2


async def test_a_screen_is_forgotten_after_its_time(store, marketinout):
    await _screens(marketinout, store).find(_KEY, is_refresh=False)
    [[name]] = await store.run(("KEYS", "*"))
    [left] = await store.run(("TTL", name))
    assert 299 <= left <= 300


async def test_without_a_store_it_is_asked_each_time(marketinout):
    screens = _screens(marketinout, Store(""))
    for _ in range(2):
        assert not (await screens.find(_KEY, is_refresh=False)).is_cached
    assert marketinout.asked == 2
