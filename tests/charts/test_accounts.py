"""Whose way to TradingView a viewer uses, against the simulator."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest

from formulas.charts.accounts import Account, Accounts, Credentials
from formulas.charts.leadership import LeadershipLostError
from formulas.engine import Engine
from formulas.market.charts import ChartRequest, Freshness
from formulas.simulator.access import Account as Cookied
from formulas.simulator.accounts import BASIC, PREMIUM
from formulas.simulator.server import Simulator
from formulas.store import Store
from formulas.upstream.errors import SignedOutError
from formulas.upstream.tradingview.limits import Limits
from formulas.upstream.tradingview.token import Cookies

_REQUEST = ChartRequest("NSE:TCS", "1D", 20)


def _credentials(account: Cookied, name: str = "user 1") -> Credentials:
    return Credentials(name, Cookies(account.sessionid, account.sessionid_sign))


async def test_without_a_session_data_is_delayed(engine: Engine):
    account, trouble = await engine.accounts.enter(None)
    assert trouble is None
    assert account.entitlement("NSE:TCS") is Freshness.DELAYED
    assert (await account.fetch(_REQUEST)).freshness is Freshness.DELAYED


async def test_with_a_session_one_sees_what_its_plan_shows(engine: Engine):
    account, trouble = await engine.accounts.enter(_credentials(PREMIUM))
    assert trouble is None
    assert account.entitlement("NSE:TCS") is Freshness.STREAMING
    assert account.entitlement("BSE:TCS") is Freshness.DELAYED
    assert (await account.fetch(_REQUEST)).freshness is Freshness.STREAMING


async def test_a_plan_without_live_data_is_delayed_and_no_trouble(engine: Engine):
    account, trouble = await engine.accounts.enter(_credentials(BASIC))
    assert trouble is None
    assert account.entitlement("NSE:TCS") is Freshness.DELAYED


async def test_cookies_that_open_nothing_fall_back_to_what_everybody_sees(
    engine: Engine,
):
    ended = Credentials("user 1", Cookies("x" * 32, "v3:" + "x" * 44))
    account, trouble = await engine.accounts.enter(ended)
    assert isinstance(trouble, SignedOutError)
    assert account is (await engine.accounts.enter(None))[0]
    assert (await account.fetch(_REQUEST)).freshness is Freshness.DELAYED


async def test_a_page_that_does_not_come_falls_back_too(
    engine: Engine, simulator: Simulator
):
    simulator.faults.replace(
        [{"on": "http", "path": "/chart/", "do": "status", "status": 503}]
    )
    _, trouble = await engine.accounts.enter(_credentials(PREMIUM))
    assert trouble is not None
    assert trouble.retryable


async def test_an_account_asks_for_its_token_once(engine: Engine, simulator: Simulator):
    first, _ = await engine.accounts.enter(_credentials(PREMIUM))
    second, _ = await engine.accounts.enter(_credentials(PREMIUM))
    assert first is second
    assert simulator.state.http["/chart/"] == 1


async def test_other_cookies_are_another_account(engine: Engine, simulator: Simulator):
    first, _ = await engine.accounts.enter(_credentials(BASIC, "user 1 since 9:00"))
    second, _ = await engine.accounts.enter(_credentials(PREMIUM, "user 1 since 9:05"))
    assert first is not second
    assert second.entitlement("NSE:TCS") is Freshness.STREAMING
    assert simulator.state.http["/chart/"] == 2


async def test_cookies_are_not_shown_or_logged(
    engine: Engine, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    ended = Credentials("user 1", Cookies("s3ss10n" * 4, "v3:" + "s1gn" * 11))
    await engine.accounts.enter(ended)
    assert "s3ss10n" not in repr(ended) + caplog.text
    assert "s1gn" not in repr(ended) + caplog.text


# Over two processes: two of each, on one store.


@pytest.fixture
async def two(simulator: Simulator, redis_url: str) -> AsyncIterator[list[Accounts]]:
    addresses = simulator.settings()
    stores = [Store(redis_url), Store(redis_url)]
    processes = [
        Accounts(
            store,
            site=addresses["TRADINGVIEW_URL"],
            endpoint=addresses["TRADINGVIEW_WS_URL"],
            limits=Limits(),
        )
        for store in stores
    ]
    yield processes
    for accounts, store in zip(processes, stores, strict=True):
        await accounts.aclose()
        await store.aclose()


async def _enter(accounts: Accounts) -> Account:
    account, _ = await accounts.enter(_credentials(PREMIUM))
    return account


async def test_one_of_two_processes_has_the_sockets(two, simulator: Simulator):
    accounts = await asyncio.gather(*map(_enter, two))
    leader, other = sorted(accounts, key=lambda account: not account.is_leader)
    await leader.fetch(_REQUEST)
    assert not await other.leads()
    assert simulator.state.dials == 1


async def test_both_processes_know_what_the_account_may_see(two):
    for account in await asyncio.gather(*map(_enter, two)):
        assert account.entitlement("NSE:TCS") is Freshness.STREAMING


async def test_when_the_leader_has_closed_the_other_takes_over(two):
    leader, other = [await _enter(accounts) for accounts in two]
    assert leader.is_leader
    await two[0].aclose()
    assert await other.leads()
    assert (await other.fetch(_REQUEST)).freshness is Freshness.STREAMING


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not is_so():
            await asyncio.sleep(0)


async def test_who_lost_the_lead_closes_its_socket_and_says_whom_to_ask(
    two, simulator: Simulator
):
    leader = await _enter(two[0])
    await leader.fetch(_REQUEST)
    simulator.faults.replace([{"on": "series", "do": "silence"}])
    fetching = asyncio.create_task(leader.fetch(_REQUEST))
    await _until(lambda: leader.is_fetching(_REQUEST))
    await two[1]._store.run(("SET", f"candlestream:leader:{leader.name}", "another"))
    with pytest.raises(LeadershipLostError):
        await fetching
    await _until(lambda: simulator.state.sockets_open == 0)
    assert not await leader.leads()
