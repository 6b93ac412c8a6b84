"""System checks."""

from dataclasses import replace

import pytest
from django.conf import settings as current
from django.core import checks as django_checks
from django.core.management import call_command
from pytest_django import Settings

from formulas import checks


def test_all_is_well_with_the_settings_of_the_tests(settings: Settings):
    settings.REDIS_URL = "redis://127.0.0.1"
    call_command("check", fail_level="WARNING")


def test_the_checks_are_registered():
    registered = django_checks.registry.registry.registered_checks
    assert {
        checks.secrets_are_set,
        checks.resolutions_are_known,
        checks.a_store_is_named,
    } <= registered


def test_a_missing_secret_key_is_an_error(settings: Settings):
    settings.ENVIRONMENT = replace(current.ENVIRONMENT, secret_key="")
    assert [problem.id for problem in checks.secrets_are_set()] == ["formulas.E001"]


@pytest.mark.parametrize("keys", [[], ["too-short"]], ids=str)
def test_secrets_that_could_not_be_sealed_are_an_error(settings: Settings, keys):
    settings.FIELD_ENCRYPTION_KEYS = keys
    [problem] = checks.secrets_are_set()
    assert problem.id == "formulas.E002"
    assert "too-short" not in str(problem)


def test_an_unknown_resolution_is_an_error_that_names_it(settings: Settings):
    settings.CHART_RESOLUTIONS = ["1W", "1h"]
    [problem] = checks.resolutions_are_known()
    assert (problem.id, "1h" in problem.msg) == ("formulas.E003", True)


def test_a_missing_store_is_a_warning(settings: Settings):
    settings.REDIS_URL = ""
    [problem] = checks.a_store_is_named()
    assert problem.id == "formulas.W001"
    assert not problem.is_serious(django_checks.ERROR)
    settings.REDIS_URL = "redis://127.0.0.1"
    assert checks.a_store_is_named() == []
