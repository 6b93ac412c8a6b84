"""System checks: settings that would make the program fail or lie later."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks

from formulas.crypto import Vault
from formulas.market.errors import InvalidValueError
from formulas.market.resolutions import parse_resolution


def register_all() -> None:
    """Register every check of this module."""
    for check in (secrets_are_set, resolutions_are_known, a_store_is_named):
        checks.register(check, checks.Tags.security)


def secrets_are_set(**_: Any) -> Sequence[checks.CheckMessage]:
    """Say so when secrets could not be sealed, or sessions not be signed."""
    problems: list[checks.CheckMessage] = []
    if not settings.ENVIRONMENT.secret_key:
        problems.append(
            checks.Error("SECRET_KEY is not set.", hint=_MAKE_A_KEY, id="formulas.E001")
        )
    try:
        Vault(settings.FIELD_ENCRYPTION_KEYS)
    except ValueError as error:
        problems.append(checks.Error(str(error), hint=_MAKE_A_KEY, id="formulas.E002"))
    return problems


def resolutions_are_known(**_: Any) -> Sequence[checks.CheckMessage]:
    """Say so when a default resolution is none that TradingView knows."""
    problems: list[checks.CheckMessage] = []
    for resolution in settings.CHART_RESOLUTIONS:
        try:
            parse_resolution(resolution)
        except InvalidValueError as error:
            problems.append(
                checks.Error(
                    f"CHART_RESOLUTIONS: {resolution}: {error}", id="formulas.E003"
                )
            )
    return problems


def a_store_is_named(**_: Any) -> Sequence[checks.CheckMessage]:
    """Say so when charts are not shared, and every view fetches them again."""
    if settings.REDIS_URL:
        return []
    return [
        checks.Warning(
            "REDIS_URL is not set: nothing is cached, streams can't be resumed.",
            id="formulas.W001",
        )
    ]


_MAKE_A_KEY = (
    'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
)
