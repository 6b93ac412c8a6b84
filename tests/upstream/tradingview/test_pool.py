import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from formulas.market.charts import Chart, ChartRequest, Freshness
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.conversation import Limits as ServerLimits
from formulas.simulator.server import Simulator, serve
from formulas.upstream.errors import (
    NoDataError,
    SessionLostError,
    SignedOutError,
    ThrottledError,
    TimedOutError,
    TokenRejectedError,
    UnexpectedAnswerError,
    UnknownSymbolError,
    UnreachableError,
)
from formulas.upstream.tradingview.limits import Limits
from formulas.upstream.tradingview.pool import Pool
from formulas.upstream.tradingview.token import ANONYMOUS, Token, TokenSource, anonymous
from tests.upstream.tradingview.scripted import (
    HELLO,
    Client,
    frame,
    said,
    scripted,
)

pytestmark = pytest.mark.usefixtures("nothing_is_left")

TCS = ChartRequest("NSE:TCS", "1D", 30)
INFY = ChartRequest("NSE:INFY", "1D", 30)
SBIN = ChartRequest("NSE:SBIN", "1W", 30)
UNKNOWN = ChartRequest("NSE:NOSUCH", "1D", 30)
ANYWHERE = ServerLimits(dial_gap_seconds=0)
QUICK = Limits(dial_spacing=0, dial_pause=0.01, retry_pause=0.01)
IDLE = "<Pool: 1 of 1 sockets open, 0 lanes busy, 0 charts queued>"


class Tokens:
    """A source that counts, and hands out these values, the last again and again."""

    def __init__(self, *values: str) -> None:
        self.values = list(values)
        self.fetched = 0
        self.source = TokenSource(self._fetch)

    async def _fetch(self) -> Token:
        self.fetched += 1
        return Token(self.values.pop(0) if len(self.values) > 1 else self.values[0])


@dataclass
class Setup:
    pool: Pool
    simulator: Simulator

    @property
    def messages(self) -> Mapping[str, int]:
        return self.simulator.state.messages

    async def fetch(self, *requests: ChartRequest) -> list[Any]:
        fetches = (self.pool.fetch(request) for request in requests)
        return await asyncio.gather(*fetches, return_exceptions=True)


@asynccontextmanager
async def trading(
    *faults: Mapping[str, Any],
    limits: Limits = QUICK,
    tokens: TokenSource | None = None,
    server: ServerLimits = ANYWHERE,
    **config: Any,
) -> AsyncIterator[Setup]:
    """Run a pool against a simulator that answers at once, but for the faults."""
    setup = Config(latency=INSTANT, limits=server, faults=faults, **config)
    async with serve(setup) as simulator:
        pool = Pool(
            simulator.settings()["TRADINGVIEW_WS_URL"], tokens or anonymous(), limits
        )
        try:
            yield Setup(pool, simulator)
        finally:
            await pool.aclose()


def is_chart_of(outcome: object, request: ChartRequest) -> bool:
    return (
        isinstance(outcome, Chart)
        and outcome.request == request
        and outcome.instrument.symbol == request.symbol
        and 0 < len(outcome.bars) <= request.bars
    )


def days_apart(chart: Chart) -> float:
    return (chart.bars[-1].time - chart.bars[0].time) / 86_400


async def test_a_chart_comes_with_its_bars_and_its_facts():
    async with trading() as setup:
        chart = await setup.pool.fetch(TCS)

        assert is_chart_of(chart, TCS)
        assert len(chart.bars) == 30
        assert chart.instrument.description
        assert chart.freshness is Freshness.DELAYED
        assert repr(setup.pool) == IDLE


async def test_no_chart_is_taken_for_another():
    stocks = ["TCS", "INFY", "SBIN", "ITC", "M&M", "WIPRO"]
    requests = [ChartRequest(f"NSE:{s}", r, 30) for s in stocks for r in ("1W", "1D")]

    async with trading(limits=replace(QUICK, lanes=5)) as setup:
        charts = await setup.fetch(*requests)

        assert all(map(is_chart_of, charts, requests))
        assert all(
            (days_apart(chart) > 150) == (chart.request.resolution == "1W")
            for chart in charts
        )
        assert setup.simulator.state.sessions_created == 5
        assert setup.simulator.state.series_modified == 7


async def test_who_asks_first_is_served_first():
    served = []

    async with trading(limits=replace(QUICK, lanes=1)) as setup:

        async def fetch(request: ChartRequest) -> None:
            served.append((await setup.pool.fetch(request)).request)

        await asyncio.gather(*map(fetch, [TCS, INFY, SBIN]))

    assert served == [TCS, INFY, SBIN]


async def test_a_lane_is_used_again_for_another_chart():
    async with trading() as setup:
        await setup.pool.fetch(TCS)
        await setup.pool.fetch(INFY)

        assert setup.simulator.state.sessions_created == 1
        assert setup.simulator.state.series_modified == 1


@pytest.mark.parametrize("again", [TCS, replace(TCS, bars=40)])
async def test_a_lane_that_cannot_take_a_chart_is_replaced(again):
    async with trading(limits=replace(QUICK, lanes=1)) as setup:
        await setup.pool.fetch(TCS)
        chart = await setup.pool.fetch(again)

        assert is_chart_of(chart, again)
        assert setup.simulator.state.sessions_created == 2
        assert setup.simulator.state.sessions_open == 1


async def test_an_unknown_symbol_harms_no_other_chart():
    async with trading() as setup:
        unknown, *charts = await setup.fetch(UNKNOWN, TCS, INFY)
        charts.append(await setup.pool.fetch(SBIN))

        assert isinstance(unknown, UnknownSymbolError)
        assert all(map(is_chart_of, charts, [TCS, INFY, SBIN]))
        assert setup.messages["chart_delete_session"] == 1
        assert repr(setup.pool) == IDLE


async def test_a_silent_series_ends_at_its_deadline_and_holds_nobody_back():
    silence = {"on": "series", "symbol": "NSE:TCS", "do": "silence"}

    async with trading(
        silence, limits=replace(QUICK, lanes=2, chart_seconds=0.3, open_seconds=0.1)
    ) as setup:
        late, *charts = await setup.fetch(TCS, INFY, SBIN)

        assert isinstance(late, TimedOutError)
        assert all(map(is_chart_of, charts, [INFY, SBIN]))
        await setup.pool.fetch(replace(INFY, resolution="1W"))
        assert setup.messages["chart_delete_session"] == 1
        assert setup.simulator.state.dials == 1
        assert repr(setup.pool) == IDLE


async def test_charts_in_flight_on_a_lost_socket_come_over_another():
    async with trading({"on": "series", "do": "drop", "first": 1}) as setup:
        charts = await setup.fetch(TCS, INFY, SBIN)

        assert all(map(is_chart_of, charts, [TCS, INFY, SBIN]))
        assert setup.simulator.state.dials == 2
        assert repr(setup.pool) == IDLE


async def test_a_socket_lost_again_and_again_ends_the_chart():
    async with trading({"on": "series", "do": "drop"}) as setup:
        with pytest.raises(UnreachableError):
            await setup.pool.fetch(TCS)


@pytest.mark.parametrize("mishap", ["garbage", "split", "stale", "absurd"])
async def test_a_mishap_on_the_way_does_not_spoil_a_chart(mishap):
    fault = {"on": "series", "do": mishap}

    async with trading(fault, limits=replace(QUICK, lanes=1)) as setup:
        charts = await setup.fetch(TCS, INFY)

        assert all(map(is_chart_of, charts, [TCS, INFY]))


async def test_a_chart_whose_session_dies_is_fetched_in_another():
    async with trading({"on": "series", "do": "critical_error", "first": 1}) as setup:
        assert is_chart_of(await setup.pool.fetch(TCS), TCS)
        assert setup.simulator.state.sessions_created == 2
        assert setup.simulator.state.dials == 1


async def test_a_session_that_always_dies_ends_the_chart():
    async with trading({"on": "series", "do": "critical_error"}) as setup:
        with pytest.raises(SessionLostError):
            await setup.pool.fetch(TCS)

        assert repr(setup.pool) == IDLE


async def test_another_try_has_a_deadline_of_its_own():
    faults = (
        {"on": "series", "do": "critical_error", "first": 1},
        {"on": "series", "do": "delay", "seconds": 0.3},
    )

    async with trading(
        *faults, limits=replace(QUICK, chart_seconds=0.4, retry_pause=0.3)
    ) as setup:
        assert is_chart_of(await setup.pool.fetch(TCS), TCS)


async def test_a_listing_without_bars_says_so():
    async with trading({"on": "series", "do": "no_data"}) as setup:
        with pytest.raises(NoDataError):
            await setup.pool.fetch(TCS)


async def test_too_many_sessions_are_taken_to_another_socket():
    fault = {
        "on": "session",
        "do": "protocol_error",
        "reason": "max sessions rate reached",
        "after": 1,
        "first": 1,
    }

    async with trading(fault) as setup:
        charts = await setup.fetch(TCS, INFY, SBIN)

        assert all(map(is_chart_of, charts, [TCS, INFY, SBIN]))
        assert setup.simulator.state.dials == 2


async def test_a_session_refused_for_the_rate_is_made_on_another_socket():
    refusal = {
        "on": "session",
        "do": "critical_error",
        "reason": "max sessions rate reached",
        "first": 1,
    }

    async with trading(refusal) as setup:
        charts = await setup.fetch(TCS, INFY, SBIN)

        assert all(map(is_chart_of, charts, [TCS, INFY, SBIN]))
        assert setup.simulator.state.dials == 2


async def test_a_wide_screen_meets_no_limit_of_sessions():
    requests = [
        replace(request, bars=bars) for bars in range(5, 55) for request in (TCS, SBIN)
    ]
    limits = replace(QUICK, lanes=8, sessions_per_socket=15, retries=0)
    server = replace(ANYWHERE, sessions_per_socket=20)

    async with trading(limits=limits, server=server) as setup:
        charts = await setup.fetch(*requests)

        assert all(map(is_chart_of, charts, requests))
        assert setup.simulator.state.sessions_created > 5 * 15
        assert setup.simulator.state.sockets_at_most == 2


async def test_a_spent_socket_is_replaced_while_it_still_serves():
    limits = replace(QUICK, lanes=1, sessions_per_socket=2)
    requests = [replace(TCS, bars=bars) for bars in range(20, 25)]

    async with trading(limits=limits) as setup:
        charts = await setup.fetch(*requests)

        assert all(map(is_chart_of, charts, requests))
        assert setup.simulator.state.dials == 3
        assert repr(setup.pool) == IDLE


async def test_a_second_socket_opens_when_one_has_no_free_lane():
    async with trading(limits=replace(QUICK, lanes=2, sockets=2)) as setup:
        await setup.fetch(TCS, INFY, SBIN)

        assert setup.simulator.state.sockets_at_most == 2


@pytest.mark.parametrize(("plan", "sockets"), [(1, 1), (2, 2), (50, 3), (None, 3)])
async def test_no_more_sockets_are_opened_than_the_plan_has(plan, sockets):
    async def fetch() -> Token:
        return Token(ANONYMOUS.value, max_connections=plan)

    slow = {"on": "series", "do": "delay", "seconds": 0.05}
    stocks = ["TCS", "INFY", "SBIN", "ITC", "M&M", "WIPRO"]
    requests = [ChartRequest(f"NSE:{stock}", "1D", 30) for stock in stocks]
    limits = replace(QUICK, lanes=1, sockets=3)

    async with trading(slow, limits=limits, tokens=TokenSource(fetch)) as setup:
        charts = await setup.fetch(*requests)

        assert all(map(is_chart_of, charts, requests))
        assert setup.simulator.state.sockets_at_most == sockets


async def test_a_spent_socket_ends_first_where_the_plan_has_but_one():
    async def fetch() -> Token:
        return Token(ANONYMOUS.value, max_connections=1)

    limits = replace(QUICK, lanes=2, sessions_per_socket=2)
    requests = [replace(TCS, bars=bars) for bars in range(20, 25)]

    async with trading(limits=limits, tokens=TokenSource(fetch)) as setup:
        charts = await setup.fetch(*requests)

        assert all(map(is_chart_of, charts, requests))
        assert setup.simulator.state.dials == 3


# Tokens


async def test_a_rejected_token_is_replaced_once():
    tokens = Tokens("stale.to.ken", ANONYMOUS.value)

    async with trading(tokens=tokens.source) as setup:
        assert is_chart_of(await setup.pool.fetch(TCS), TCS)

    assert tokens.fetched == 2


async def test_a_token_that_stays_rejected_ends_every_chart():
    tokens = Tokens("stale.to.ken")

    async with trading(tokens=tokens.source, limits=replace(QUICK, lanes=1)) as setup:
        outcomes = await setup.fetch(TCS, INFY, SBIN)

        assert [type(outcome) for outcome in outcomes] == [TokenRejectedError] * 3

    assert tokens.fetched == 2


async def test_a_token_rejected_in_mid_use_is_replaced():
    tokens = Tokens(ANONYMOUS.value)
    rejection = {
        "on": "series",
        "do": "protocol_error",
        "reason": "bad auth token",
        "after": 1,
        "first": 1,
    }

    async with trading(rejection, tokens=tokens.source) as setup:
        await setup.pool.fetch(TCS)
        assert is_chart_of(await setup.pool.fetch(INFY), INFY)

    assert tokens.fetched == 2


async def test_a_socket_that_answers_nothing_is_replaced_with_another_token():
    tokens = Tokens(ANONYMOUS.value)
    expired = {"on": "socket", "do": "expire", "first": 1}

    async with trading(
        expired, tokens=tokens.source, limits=replace(QUICK, first_answer_seconds=0.2)
    ) as setup:
        charts = await setup.fetch(TCS, INFY)

        assert all(map(is_chart_of, charts, [TCS, INFY]))
        assert tokens.fetched == setup.simulator.state.dials == 2


async def test_a_socket_that_falls_silent_is_replaced_with_another_token():
    tokens = Tokens(ANONYMOUS.value)
    silent = [
        {"on": "series", "do": "silence", "after": 1, "first": 1},
        {"on": "symbol", "do": "silence", "after": 1, "first": 1},
    ]

    async with trading(
        *silent, tokens=tokens.source, limits=replace(QUICK, first_answer_seconds=0.2)
    ) as setup:
        await setup.pool.fetch(TCS)
        assert is_chart_of(await setup.pool.fetch(INFY), INFY)
        assert tokens.fetched == setup.simulator.state.dials == 2


async def test_a_socket_without_questions_is_not_silent():
    async with trading(limits=replace(QUICK, first_answer_seconds=0.05)) as setup:
        await setup.pool.fetch(TCS)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.15):
                await asyncio.wait(set(setup.pool._tasks))
        assert repr(setup.pool) == IDLE


async def test_a_socket_is_renewed_before_its_token_expires():
    async def fetch() -> Token:
        return Token(ANONYMOUS.value, expires_at=next(expiries))

    clock, margin = 1000.0, 600
    expiries = iter([clock + margin + 0.1, clock + 10_000])
    source = TokenSource(fetch, clock=lambda: clock)

    async with trading(tokens=source) as setup:
        await setup.pool.fetch(TCS)
        [socket] = setup.pool._sockets
        while not socket.is_spent:
            await asyncio.sleep(0)
        clock += 1
        assert is_chart_of(await setup.pool.fetch(INFY), INFY)
        while socket in setup.pool._sockets:
            await asyncio.sleep(0)
        assert repr(setup.pool) == IDLE
        assert setup.simulator.state.dials == 2


async def test_a_token_that_is_old_when_it_is_new_renews_nothing():
    async def fetch() -> Token:
        return Token(ANONYMOUS.value, expires_at=0)

    async with trading(
        tokens=TokenSource(fetch), limits=replace(QUICK, lanes=1)
    ) as setup:
        await setup.fetch(TCS, INFY, SBIN)
        assert setup.simulator.state.dials == 1


async def test_a_signed_out_account_is_told_so_at_once():
    async def fetch() -> Token:
        raise SignedOutError("signed out")

    async with trading(tokens=TokenSource(fetch)) as setup:
        outcomes = await setup.fetch(TCS, INFY)

        assert [type(outcome) for outcome in outcomes] == [SignedOutError] * 2
        assert (
            repr(setup.pool)
            == "<Pool: 0 of 0 sockets open, 0 lanes busy, 0 charts queued>"
        )


# Dialing


async def test_a_throttled_dial_is_tried_again():
    async with trading(
        {"on": "dial", "do": "status", "status": 429, "first": 2}
    ) as setup:
        assert is_chart_of(await setup.pool.fetch(TCS), TCS)
        assert setup.simulator.state.dials == 3


async def test_everybody_is_told_when_no_dial_succeeds():
    async with trading({"on": "dial", "do": "status", "status": 429}) as setup:
        outcomes = await setup.fetch(TCS, INFY)

        assert [type(outcome) for outcome in outcomes] == [ThrottledError] * 2
        assert setup.simulator.state.dials == QUICK.dials
        with pytest.raises(ThrottledError):
            await setup.pool.facts(["NSE:TCS"])


async def test_a_dial_that_is_never_answered_times_out():
    limits = replace(QUICK, open_seconds=0.05, dials=1)

    async with trading({"on": "dial", "do": "silence"}, limits=limits) as setup:
        with pytest.raises(TimedOutError):
            await setup.pool.fetch(TCS)


async def test_a_warm_pool_has_dialed_before_the_first_chart():
    async with trading() as setup:
        await setup.pool.warm()
        await setup.pool.warm()
        await setup.pool.fetch(TCS)

        assert setup.simulator.state.dials == 1


async def test_a_dial_that_failed_before_anybody_waited_is_forgiven():
    refused = {"on": "dial", "do": "status", "status": 429, "first": 2}

    async with trading(refused, limits=replace(QUICK, dials=2)) as setup:
        await setup.pool.warm()
        await asyncio.wait(set(setup.pool._tasks))

        assert is_chart_of(await setup.pool.fetch(TCS), TCS)


async def test_a_socket_in_use_does_not_close():
    slow = {"on": "series", "symbol": "NSE:INFY", "do": "delay", "seconds": 0.2}

    async with trading(slow, limits=replace(QUICK, idle_seconds=0.1)) as setup:
        await setup.pool.fetch(TCS)
        assert is_chart_of(await setup.pool.fetch(INFY), INFY)
        assert setup.simulator.state.dials == 1


async def test_a_redirected_chart_is_fetched_where_it_leads():
    async def script(client: Client) -> None:
        await client.tell(frame(f'{{"session_id":"0.1","redirect":"{host}"}}'))
        await client.leave()

    async with serve(Config(latency=INSTANT, limits=ANYWHERE)) as simulator:
        host = f"127.0.0.1:{simulator.port}"
        async with scripted(script) as endpoint:
            pool = Pool(endpoint, anonymous(), QUICK)
            assert is_chart_of(await pool.fetch(TCS), TCS)
            await pool.aclose()


async def test_an_unused_socket_closes():
    async with trading(limits=replace(QUICK, idle_seconds=0.02)) as setup:
        await setup.pool.fetch(TCS)
        await asyncio.wait(set(setup.pool._tasks))

        assert (
            repr(setup.pool)
            == "<Pool: 0 of 0 sockets open, 0 lanes busy, 0 charts queued>"
        )
        assert is_chart_of(await setup.pool.fetch(TCS), TCS)


async def test_a_socket_lives_inside_its_admission():
    steps = []

    @asynccontextmanager
    async def admit() -> AsyncIterator[None]:
        steps.append("admitted")
        try:
            yield
        finally:
            steps.append("left")

    async with serve(Config(latency=INSTANT, limits=ANYWHERE)) as simulator:
        pool = Pool(
            simulator.settings()["TRADINGVIEW_WS_URL"], anonymous(), QUICK, admit
        )
        await pool.fetch(TCS)
        assert steps == ["admitted"]
        await pool.aclose()

    assert steps == ["admitted", "left"]


# Callers that leave


async def test_a_cancelled_chart_frees_its_lane_and_its_session():
    async def script(client: Client) -> None:
        await client.says("create_series")
        started.set()
        deleted.set_result(await client.says("chart_delete_session"))
        [session, *_] = await client.says("create_series")
        await client.tell(
            frame(HELLO), said("symbol_error", session, "sds_sym_1", "invalid")
        )
        await client.leave()

    started = asyncio.Event()
    deleted = asyncio.get_running_loop().create_future()
    async with scripted(script) as endpoint:
        pool = Pool(endpoint, anonymous(), replace(QUICK, lanes=1))
        fetch = asyncio.create_task(pool.fetch(TCS))
        await started.wait()
        fetch.cancel()
        assert await deleted
        with pytest.raises(UnknownSymbolError):
            await pool.fetch(INFY)
        assert repr(pool) == IDLE
        await pool.aclose()


async def test_a_chart_cancelled_while_it_waits_is_never_asked_for():
    async with trading(limits=replace(QUICK, lanes=1)) as setup:
        waiting = [asyncio.create_task(setup.pool.fetch(r)) for r in (TCS, INFY, SBIN)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        await asyncio.wait(waiting)

        assert setup.messages["resolve_symbol"] == 2
        assert repr(setup.pool) == IDLE


async def test_a_chart_cancelled_between_its_tries_is_not_tried_again(monkeypatch):
    monkeypatch.setattr("formulas.upstream.tradingview.pool._jittered", float)
    fault = {"on": "series", "do": "critical_error", "first": 2}

    async with trading(
        fault, limits=replace(QUICK, lanes=1, retry_pause=0.05)
    ) as setup:
        fetches = [
            asyncio.create_task(setup.pool.fetch(request))
            for request in (TCS, INFY, SBIN)
        ]
        await fetches[2]
        fetches[0].cancel()
        assert is_chart_of(await fetches[1], INFY)

        assert setup.messages["resolve_symbol"] == 4
        assert repr(setup.pool) == IDLE


async def test_closing_ends_every_chart():
    async with trading({"on": "series", "do": "silence"}) as setup:
        fetches = asyncio.gather(
            *map(setup.pool.fetch, [TCS, INFY]), return_exceptions=True
        )
        await asyncio.sleep(0)
        await setup.pool.aclose()

        assert [type(outcome) for outcome in await fetches] == [UnreachableError] * 2
        with pytest.raises(UnreachableError):
            await setup.pool.fetch(TCS)
        with pytest.raises(UnreachableError):
            await setup.pool.facts(["NSE:TCS"])


# Facts


async def test_facts_of_many_symbols_come_over_the_same_socket():
    async with trading() as setup:
        await setup.pool.fetch(TCS)
        facts = await setup.pool.facts(["NSE:TCS", "NSE:NOSUCH", "NSE:M&M"])

        assert set(facts) == {"NSE:TCS", "NSE:M&M"}
        assert facts["NSE:TCS"].name == "Tata Consultancy Services Limited"
        assert facts["NSE:TCS"].sector
        assert facts["NSE:TCS"].price
        assert setup.simulator.state.dials == 1


async def test_facts_alone_open_a_socket_and_end_their_session():
    async with trading() as setup:
        assert await setup.pool.facts(["NSE:TCS"])
        await setup.pool.fetch(TCS)

        assert setup.messages["quote_delete_session"] == 1
        assert repr(setup.pool) == IDLE


async def test_facts_of_no_symbol_need_no_socket():
    async with trading() as setup:
        assert await setup.pool.facts([]) == {}
        assert setup.simulator.state.dials == 0


async def test_facts_that_do_not_come_in_time_are_absent():
    async def script(client: Client) -> None:
        [session, *_] = await client.says("quote_add_symbols")
        quote = {"n": "NSE:TCS", "s": "ok", "v": {"lp": 7}}
        await client.tell(said("qsd", session, quote))
        await client.leave()

    async with scripted(script) as endpoint:
        pool = Pool(endpoint, anonymous(), replace(QUICK, facts_seconds=0.2))
        facts = await pool.facts(["NSE:TCS", "NSE:INFY"])
        await pool.aclose()

    assert set(facts) == {"NSE:TCS"}


async def test_facts_end_with_their_socket():
    async def script(client: Client) -> None:
        await client.says("quote_add_symbols")

    async with scripted(script) as endpoint:
        pool = Pool(endpoint, anonymous(), QUICK)
        assert await pool.facts(["NSE:TCS"]) == {}
        await pool.aclose()


# What nobody foresaw


async def test_an_unforeseen_failure_ends_the_chart_and_is_logged(monkeypatch, caplog):
    async def crash(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(
        "formulas.upstream.tradingview.connection.Connection.run", crash
    )
    pool = Pool("ws://127.0.0.1:9", anonymous(), QUICK)

    with pytest.raises(UnexpectedAnswerError):
        await pool.fetch(TCS)

    assert "failed unexpectedly" in caplog.text
    await pool.aclose()
