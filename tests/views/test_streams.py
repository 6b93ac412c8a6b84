"""The stream and the single chart, as they are addressed."""

import logging
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIHandler
from django.test import AsyncClient

from formulas.engine import Engine
from formulas.models import Formula, TradingViewConnection
from formulas.simulator.accounts import BASIC
from formulas.simulator.server import Simulator
from tests.support.asgi import Client
from tests.views.conftest import SECRETS

pytestmark = pytest.mark.django_db(transaction=True)


async def _body(response: Any) -> str:
    return b"".join([chunk async for chunk in response]).decode()


async def _events(response: Any) -> list[dict[str, Any]]:
    lines = (await _body(response)).splitlines()
    return [
        orjson.loads(line.removeprefix("data: "))
        for line in lines
        if line.startswith("data: ")
    ]


def _stream(formula: Formula, **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{formula.get_absolute_url()}stream/?{asked}"


# Who asks


async def test_a_script_that_is_not_signed_in_is_told_401(async_client, formula):
    response = await async_client.get(_stream(formula, format="json"))
    assert response.status_code == 401
    assert response.json()["code"] == "signed_out"


async def test_a_page_that_is_not_signed_in_is_told_in_the_stream(
    async_client, formula
):
    response = await async_client.get(_stream(formula))
    body = response.content.decode()
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert f"/accounts/login/?next=%2Fformulas%2F{formula.pk}%2F" in body
    assert body.endswith('event: done\ndata: {"code":"signed_out"}\n\n')


@pytest.mark.parametrize("form", ["html", "json"])
async def test_somebody_elses_formula_is_not_there(
    async_client: AsyncClient, stranger: User, formula: Formula, engine, form: str
):
    await async_client.aforce_login(stranger)
    response = await async_client.get(_stream(formula, format=form))
    assert response.status_code == 404
    assert not response.streaming
    assert formula.name not in response.content.decode()


async def test_a_stream_is_only_asked(owners: AsyncClient, formula: Formula):
    assert (await owners.post(_stream(formula))).status_code == 405


# What comes


async def test_the_json_stream_is_the_run(owners: AsyncClient, formula: Formula):
    response = await owners.get(_stream(formula, format="json"))
    assert response.status_code == 200
    events = await _events(response)
    names = [event["type"] for event in events]
    assert names[0] == "formula-results"
    assert names[-1] == "complete"
    assert events[0]["data"]["formulaName"] == formula.name
    assert events[-1]["data"]["loaded"] == 2
    charts: dict[str, Any] = {}
    for event in events:
        if event["type"] == "chart-batch":
            charts |= event["data"]["chartData"].get("NSE:JUNIPER", {})
    assert set(charts) == {"1W", "1D"}
    assert len(charts["1D"]["bars"]) == 300


async def test_the_html_stream_is_the_run(owners: AsyncClient, formula: Formula):
    body = await _body(await owners.get(_stream(formula)))
    assert body.startswith(": \n\nretry: ")
    assert 'hx-target="#results"' in body
    assert 'hx-target="#c0-1W"' in body
    assert 'hx-target="#c0-1D"' in body
    assert body.count("<candle-chart ") == 2
    assert body.rpartition("event: done\ndata: ")[2].startswith('{"loaded":2,')


async def test_resolutions_and_bars_may_be_given(owners: AsyncClient, formula: Formula):
    asked = _stream(formula, format="json", resolutions="1M", bars="12")
    events = await _events(await owners.get(asked))
    assert events[0]["data"]["resolutions"] == ["1M"]
    assert events[0]["data"]["barsCount"] == 12
    assert events[-1]["data"]["totalCharts"] == 1


@pytest.mark.parametrize("query", [{"bars": "0"}, {"resolutions": "1h"}], ids=str)
async def test_what_makes_no_sense_is_refused(owners, formula, query):
    response = await owners.get(_stream(formula, format="json", **query))
    assert response.status_code == 400
    assert list(response.json()["errors"]) == list(query)


async def test_a_cursor_goes_on_where_the_run_was(
    owners: AsyncClient, formula: Formula
):
    body = await _body(await owners.get(_stream(formula, format="json")))
    cursors = [line[4:] for line in body.splitlines() if line.startswith("id: ")]
    after = await _events(
        await owners.get(
            _stream(formula, format="json"), headers={"Last-Event-ID": cursors[-1]}
        )
    )
    assert "chart-batch" not in [event["type"] for event in after]
    assert after[-1]["data"]["loaded"] == 2


async def test_a_screen_that_does_not_come_is_an_event(
    owners: AsyncClient, formula: Formula, simulator: Simulator
):
    simulator.faults.replace([{"on": "http", "path": "/run/screen", "do": "html"}])
    response = await owners.get(_stream(formula, format="json"))
    [event] = await _events(response)
    assert response.status_code == 200
    assert event["type"] == "error"
    assert event["data"]["code"] == "unexpected_answer"


# Whose data


async def test_with_ones_own_session_charts_are_live(connected, formula):
    events = await _events(await connected.get(_stream(formula, format="json")))
    assert "notice" not in [event["type"] for event in events]
    charts = [
        chart
        for event in events
        if event["type"] == "chart-batch"
        for chart in event["data"]["chartData"]["NSE:JUNIPER"].values()
    ]
    assert {chart["metadata"]["freshness"] for chart in charts} == {"streaming"}


async def test_without_a_session_charts_are_delayed(owners, formula):
    events = await _events(await owners.get(_stream(formula, format="json")))
    assert [e["data"]["code"] for e in events if e["type"] == "notice"] == ["anonymous"]
    chart = next(
        chart
        for event in events
        if event["type"] == "chart-batch"
        for chart in event["data"]["chartData"]["NSE:JUNIPER"].values()
    )
    assert chart["metadata"]["freshness"] == "delayed"
    assert chart["metadata"]["delaySeconds"] == 900


async def test_a_session_that_ended_is_said_and_charts_still_come(
    owners, formula, connection: TradingViewConnection
):
    connection.set_cookies("x" * 32, BASIC.sessionid_sign)
    await connection.asave()
    events = await _events(await owners.get(_stream(formula, format="json")))
    assert [e["data"]["code"] for e in events if e["type"] == "notice"] == [
        "signed_out"
    ]
    assert events[-1]["data"]["loaded"] == 2


# Secrets


@pytest.mark.parametrize("form", ["html", "json"])
@pytest.mark.parametrize(
    "fault", [None, {"do": "html"}, {"do": "status"}, {"do": "drop"}]
)
async def test_no_secret_is_in_a_stream_or_a_log(
    connected, formula, simulator, caplog, form, fault
):
    caplog.set_level(logging.DEBUG)
    if fault:
        simulator.faults.replace([{"on": "http", "path": "/run/screen", **fault}])
    body = await _body(await connected.get(_stream(formula, format=form)))
    assert not [secret for secret in SECRETS if secret in body]
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name != "asyncio"
    )
    assert not [secret for secret in SECRETS if secret in logged]


# Leaving


async def test_a_client_that_leaves_ends_the_run(
    owners: AsyncClient, formula: Formula, simulator: Simulator, engine: Engine
):
    """The engine's fixture finds whatever would go on."""
    simulator.faults.replace([{"on": "series", "resolution": "1D", "do": "silence"}])
    cookie = owners.cookies["sessionid"].value
    client = Client(
        ASGIHandler(),
        f"{formula.get_absolute_url()}stream/",
        query="format=json",
        headers={"Cookie": f"sessionid={cookie}"},
    )
    client.start()
    await client.until(b"chart-batch")
    client.leave()
    await client.finished()
    assert not client.is_complete


# One chart


async def test_one_chart_is_a_fragment(owners: AsyncClient):
    response = await owners.get("/charts/NSE:M&M/1D/")
    html = response.content.decode()
    assert response.status_code == 200
    assert html.strip().startswith("<candle-chart ")
    assert "300 bars" in html


async def test_one_chart_is_json_for_scripts(owners: AsyncClient, simulator: Simulator):
    response = await owners.get("/charts/nse:tcs/w/?format=json&bars=20")
    chart = response.json()
    now = chart["metadata"]["fetchedAt"]
    expected = simulator.exchange.bars("NSE:TCS", "1W", 20, now)
    assert chart["bars"] == [list(bar) for bar in expected]


async def test_a_chart_that_does_not_come_says_why(owners: AsyncClient):
    html = (await owners.get("/charts/NSE:DOESNOTEXIST/1D/")).content.decode()
    assert 'data-code="unknown_symbol"' in html
    response = await owners.get("/charts/NSE:DOESNOTEXIST/1D/?format=json")
    assert response.status_code == 502
    assert response.json()["code"] == "unknown_symbol"


@pytest.mark.parametrize("address", ["TCS/1D", "NSE:<b>/1D", "NSE:TCS/1h"])
async def test_a_chart_that_cannot_be_is_refused(owners: AsyncClient, address: str):
    response = await owners.get(f"/charts/{address}/")
    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("text/plain")
    assert "<b>" not in response.content.decode()


@pytest.mark.parametrize("query", ["", "?format=json"])
async def test_who_is_not_signed_in_gets_no_chart(async_client, db, query):
    response = await async_client.get(f"/charts/NSE:TCS/1D/{query}")
    assert response.status_code == 401


async def test_a_charts_key_is_the_runs(owners, formula, simulator):
    await _body(await owners.get(_stream(formula)))
    simulator.state.reset()
    await owners.get("/charts/NSE:JUNIPER/1D/")
    assert simulator.state.messages["resolve_symbol"] == 0
