"""Fixtures: a formula of the owner's, and clients of the app between its upstreams.

Streams and charts read the database from threads, which see only what is committed.
"""

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from formulas.engine import Engine
from formulas.models import Formula, TradingViewConnection
from formulas.simulator.accounts import PREMIUM
from formulas.simulator.screens import JUNIPER

# What may never be seen, wherever one looks.
SECRETS = (JUNIPER.key, PREMIUM.sessionid, PREMIUM.sessionid_sign, "eyJ")


@pytest.fixture
def formula(owner: User) -> Formula:
    formula = Formula(owner=owner, name="Hotels <near> a low")
    formula.set_api_key(JUNIPER.key)
    formula.save()
    return formula


@pytest.fixture
def connection(owner: User) -> TradingViewConnection:
    connection = TradingViewConnection(user=owner)
    connection.set_cookies(PREMIUM.sessionid, PREMIUM.sessionid_sign)
    connection.save()
    return connection


@pytest.fixture
async def owners(async_client: AsyncClient, owner: User, engine: Engine) -> AsyncClient:
    """Give the client of the owner, who is signed in."""
    await async_client.aforce_login(owner)
    return async_client


@pytest.fixture
def connected(owners: AsyncClient, connection: TradingViewConnection) -> AsyncClient:
    """Give the client of the owner, whose TradingView session is known."""
    return owners
