"""Whether the process lives, and whether it can serve."""

import pytest
from django.db import OperationalError
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.test import AsyncClient

from formulas.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_process_that_answers_is_alive(async_client: AsyncClient):
    response = await async_client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"alive": True})


async def test_it_is_ready_with_its_database_and_store(
    async_client: AsyncClient, engine: Engine
):
    response = await async_client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": True, "store": True}


async def test_it_is_not_ready_without_its_store(
    async_client: AsyncClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine.store, "_redis", None)
    response = await async_client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": True, "store": False}


async def test_it_is_not_ready_once_its_database_is_gone(
    async_client: AsyncClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    """That it answered before, over a connection that is still open, is no answer."""
    assert (await async_client.get("/readyz")).status_code == 200

    def gone(*_: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(SQLiteCursorWrapper, "execute", gone)
    response = await async_client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": False, "store": True}


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
async def test_it_is_only_asked(async_client: AsyncClient, address: str):
    assert (await async_client.post(address)).status_code == 405
