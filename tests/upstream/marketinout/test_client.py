"""Running screens over HTTP, against the simulator."""

import logging
from collections.abc import AsyncIterator

import pytest

from formulas.market.secret import Secret
from formulas.simulator.screens import EMPTY, MOMENTUM, UNTIDY
from formulas.simulator.server import Simulator
from formulas.upstream.errors import (
    ThrottledError,
    UnexpectedAnswerError,
    UnreachableError,
    WrongKeyError,
)
from formulas.upstream.marketinout import client as clients
from formulas.upstream.marketinout.client import MarketInOut

_KEY = Secret(MOMENTUM.key)


@pytest.fixture
async def marketinout(simulator: Simulator) -> AsyncIterator[MarketInOut]:
    marketinout = MarketInOut(simulator.settings()["MARKETINOUT_API_URL"])
    yield marketinout
    await marketinout.aclose()


def _fault(simulator: Simulator, do: str, **more: object) -> None:
    simulator.faults.replace([{"on": "http", "path": "/run/screen", "do": do, **more}])


async def test_a_screen_is_its_rows(marketinout: MarketInOut):
    screen = await marketinout.run_screen(_KEY)
    assert tuple(row.symbol for row in screen.rows) == MOMENTUM.symbols
    assert all(row.price for row in screen.rows)


async def test_an_empty_screen_has_no_rows(marketinout: MarketInOut):
    assert (await marketinout.run_screen(Secret(EMPTY.key))).rows == ()


async def test_odd_rows_are_read(marketinout: MarketInOut):
    rows = (await marketinout.run_screen(Secret(UNTIDY.key))).rows
    prices = {row.marketinout: row.price for row in rows}
    assert next(iter(prices)) == "TCS.NS"
    assert prices["INFY.NS"] == 0
    assert prices["WIPRO.NS"] is None
    assert len(prices) == len(rows)


async def test_a_key_that_is_not_known_is_wrong_and_not_quoted(marketinout):
    with pytest.raises(WrongKeyError) as caught:
        await marketinout.run_screen(Secret("0000111122223333"))
    assert "0000111122223333" not in str(caught.value)


async def test_a_key_that_an_answer_quotes_is_blotted_out(marketinout, simulator):
    _fault(simulator, "body", text=f"Invalid key {_KEY.reveal()}")
    with pytest.raises(WrongKeyError) as caught:
        await marketinout.run_screen(_KEY)
    assert "Invalid key ***" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, WrongKeyError),
        (403, WrongKeyError),
        (404, UnexpectedAnswerError),
        (429, ThrottledError),
        (500, UnexpectedAnswerError),
        (503, UnexpectedAnswerError),
    ],
)
async def test_a_status_that_is_no_success_is_an_error(
    marketinout, simulator, status, error
):
    _fault(simulator, "status", status=status)
    with pytest.raises(error):
        await marketinout.run_screen(_KEY)


async def test_a_page_is_no_screen(marketinout, simulator):
    _fault(simulator, "html")
    with pytest.raises(UnexpectedAnswerError):
        await marketinout.run_screen(_KEY)


async def test_a_connection_that_breaks_is_unreachable(marketinout, simulator):
    _fault(simulator, "drop")
    with pytest.raises(UnreachableError):
        await marketinout.run_screen(_KEY)


async def test_nobody_there_is_unreachable(nothing_is_left):
    marketinout = MarketInOut("http://127.0.0.1:9")
    with pytest.raises(UnreachableError):
        await marketinout.run_screen(_KEY)
    await marketinout.aclose()


async def test_an_answer_that_is_far_too_large_is_not_read(
    marketinout, simulator, monkeypatch
):
    monkeypatch.setattr(clients, "_LARGEST_BODY", 1000)
    with pytest.raises(UnexpectedAnswerError, match="larger"):
        await marketinout.run_screen(_KEY)


async def test_the_body_may_be_in_windows_1252(marketinout, simulator):
    _fault(simulator, "body", text="TCS.NS|1|2025-12-18|Börse")
    plain = await marketinout.run_screen(_KEY)
    simulator.faults.replace(
        [
            {
                "on": "http",
                "path": "/run/screen",
                "do": "body",
                "text": "TCS.NS|1|d|Börse",
            },
            {"on": "http", "path": "/run/screen", "do": "cp1252"},
        ]
    )
    old = await marketinout.run_screen(_KEY)
    assert plain.rows[0].metrics == old.rows[0].metrics == ("Börse",)


async def test_neither_the_key_nor_the_address_is_logged(marketinout, caplog):
    caplog.set_level(logging.DEBUG)
    await marketinout.run_screen(_KEY)
    assert _KEY.reveal() not in "".join(
        record.getMessage() for record in caplog.records if record.name != "asyncio"
    )
