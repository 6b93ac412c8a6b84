"""Four processes of the app, new for each test, and their surroundings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.site import (
    Process,
    Surroundings,
    Visit,
    running_processes,
    running_surroundings,
    sign_in,
)

_COUNT = 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            # Starting everything takes a while, and counts for the test.
            item.add_marker(pytest.mark.timeout(90))


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    with running_surroundings(tmp_path_factory.mktemp("processes")) as surroundings:
        yield surroundings


@pytest.fixture
def processes(surroundings: Surroundings) -> Iterator[list[Process]]:
    with running_processes(surroundings, _COUNT) as processes:
        surroundings.start_anew()
        yield processes


@pytest.fixture
def visit(processes: list[Process]) -> Visit:
    return sign_in(processes[0])
