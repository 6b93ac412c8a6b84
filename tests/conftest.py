"""Fixtures: Valkey, the simulator, the app's parts between them, and three people.

Whatever runs against the simulator is watched: at the end of the test no work goes on,
no chart is awaited, no lease is held, and no task is left.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connections
from pytest_django import Settings
from redis import Redis

from formulas import engine as engines
from formulas.demo.valkey import embedded_valkey
from formulas.engine import Engine
from formulas.simulator.config import INSTANT, Config
from formulas.simulator.server import Simulator, serve
from formulas.store import Store
from tests.support.engine import assert_idle


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the database in a file, and one for each process of the tests.

    Django never closes one in memory, not even when the thread ends that a request
    over ASGI has to itself.
    """
    path = tmp_path_factory.mktemp("database") / "tests.sqlite3"
    connections.databases["default"]["TEST"]["NAME"] = str(path)


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """Give the address of a Valkey; each process of the tests has its own."""
    with embedded_valkey() as url:
        yield url


@pytest.fixture
def redis_url(valkey: str) -> str:
    """Give the address of an empty Valkey."""
    with Redis.from_url(valkey) as redis:
        redis.flushall()
    return valkey


@pytest.fixture
async def nothing_is_left() -> AsyncIterator[None]:
    yield
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.fixture
async def store(redis_url: str, nothing_is_left: None) -> AsyncIterator[Store]:
    store = Store(redis_url)
    yield store
    await store.aclose()


@pytest.fixture
async def simulator(nothing_is_left: None) -> AsyncIterator[Simulator]:
    """Run a simulator that answers at once."""
    async with serve(Config(latency=INSTANT)) as simulator:
        yield simulator


@pytest.fixture
async def engine(
    simulator: Simulator, redis_url: str, settings: Settings
) -> AsyncIterator[Engine]:
    """Compose the app's parts between the simulator and Valkey."""
    settings.REDIS_URL = redis_url
    for name, address in simulator.settings().items():
        setattr(settings, name, address)
    engine = engines.engine()
    yield engine
    await assert_idle(engine)
    await engine.aclose()


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("owner", password="owner's password")


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("stranger", password="stranger's password")


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_superuser("staff", password="staff's password")
