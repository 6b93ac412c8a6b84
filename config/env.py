"""The environment, read once: every setting the project takes, typed and checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environs import Env, EnvError, validate

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The settings of `.env.example`, in its order."""

    secret_key: str
    debug: bool
    demo: bool
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    database: dict[str, Any]
    redis_url: str
    field_encryption_keys: list[str]
    marketinout_url: str
    marketinout_api_url: str
    tradingview_url: str
    tradingview_ws_url: str
    tradingview_sockets: int
    tradingview_lanes: int
    chart_cache_seconds: int
    screen_cache_seconds: int
    chart_bars: int
    chart_resolutions: list[str]
    chart_batch_size: int
    log_level: str


def read_environment() -> Environment:
    """Read the environment, and `.env` beside `manage.py` for what it leaves unset.

    Raises:
        EnvError: one message that names every setting with a wrong value.
    """
    env = Env(eager=False)
    env.read_env(ROOT / ".env")
    environment = Environment(
        secret_key=env.str("SECRET_KEY", ""),
        debug=env.bool("DEBUG", default=False),
        demo=env.bool("DEMO", default=False),
        allowed_hosts=env.list("ALLOWED_HOSTS", []),
        csrf_trusted_origins=env.list("CSRF_TRUSTED_ORIGINS", []),
        database=env.dj_db_url("DATABASE_URL", f"sqlite:///{ROOT / 'db.sqlite3'}"),
        redis_url=env.str(
            "REDIS_URL", "", validate=_address("redis", "rediss", "unix")
        ),
        field_encryption_keys=env.list("FIELD_ENCRYPTION_KEYS", []),
        marketinout_url=_site(env, "MARKETINOUT_URL", "https://www.marketinout.com"),
        marketinout_api_url=_site(
            env, "MARKETINOUT_API_URL", "https://api.marketinout.com"
        ),
        tradingview_url=_site(env, "TRADINGVIEW_URL", "https://www.tradingview.com"),
        tradingview_ws_url=env.str(
            "TRADINGVIEW_WS_URL",
            "wss://prodata.tradingview.com/socket.io/websocket",
            validate=_address("ws", "wss"),
        ),
        tradingview_sockets=_number(env, "TRADINGVIEW_SOCKETS", 1, 1, 4),
        tradingview_lanes=_number(env, "TRADINGVIEW_LANES", 40, 1, 150),
        chart_cache_seconds=_number(env, "CHART_CACHE_SECONDS", 300, 1, 86_400),
        screen_cache_seconds=_number(env, "SCREEN_CACHE_SECONDS", 300, 1, 86_400),
        chart_bars=_number(env, "CHART_BARS", 300, 1, 5_000),
        chart_resolutions=env.list("CHART_RESOLUTIONS", ["1W", "1D"]),
        chart_batch_size=_number(env, "CHART_BATCH_SIZE", 18, 1, 100),
        log_level=env.str(
            "LOG_LEVEL",
            "INFO",
            validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]),
        ),
    )
    env.seal()
    return environment


def _number(env: Env, name: str, default: int, least: int, most: int) -> int:
    return env.int(name, default, validate=validate.Range(least, most))


def _site(env: Env, name: str, default: str) -> str:
    address = env.str(name, default, validate=_address("http", "https"))
    return (address or default).rstrip("/")


def _address(*schemes: str) -> validate.Validator:
    expected = " or ".join(f"{scheme}://" for scheme in schemes)
    return validate.Regexp(
        rf"(?:{'|'.join(schemes)})://\S+|$", error=f"An address begins with {expected}."
    )


__all__ = ["ROOT", "EnvError", "Environment", "read_environment"]
