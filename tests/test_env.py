"""The environment, read and checked."""

from pathlib import Path

import pytest
from environs import EnvError

from config import env
from config.env import Environment, read_environment

_NAMES = [name.upper() for name in Environment.__slots__]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*_NAMES, "DATABASE_URL"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(env, "ROOT", tmp_path)


def test_without_any_setting_all_have_their_defaults(tmp_path: Path):
    environment = read_environment()
    assert environment.secret_key == ""
    assert environment.field_encryption_keys == []
    assert environment.redis_url == ""
    assert environment.debug is environment.demo is False
    assert environment.allowed_hosts == []
    assert environment.database["NAME"] == str(tmp_path / "db.sqlite3")
    assert environment.marketinout_url == "https://www.marketinout.com"
    assert environment.marketinout_api_url == "https://api.marketinout.com"
    assert environment.tradingview_url == "https://www.tradingview.com"
    assert (
        environment.tradingview_ws_url
        == "wss://prodata.tradingview.com/socket.io/websocket"
    )
    assert (environment.tradingview_sockets, environment.tradingview_lanes) == (1, 40)
    assert environment.chart_cache_seconds == environment.screen_cache_seconds == 300
    assert environment.chart_bars == 300
    assert environment.chart_resolutions == ["1W", "1D"]
    assert environment.chart_batch_size == 18


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("DEBUG", "true", True),
        ("ALLOWED_HOSTS", "a.example,b.example", ["a.example", "b.example"]),
        ("REDIS_URL", "unix:///run/valkey.sock", "unix:///run/valkey.sock"),
        ("FIELD_ENCRYPTION_KEYS", "one,two", ["one", "two"]),
        ("MARKETINOUT_API_URL", "http://127.0.0.1:1/", "http://127.0.0.1:1"),
        ("TRADINGVIEW_WS_URL", "ws://127.0.0.1:1/x", "ws://127.0.0.1:1/x"),
        ("TRADINGVIEW_LANES", "80", 80),
        ("CHART_RESOLUTIONS", "15,1D", ["15", "1D"]),
        ("LOG_LEVEL", "DEBUG", "DEBUG"),
    ],
)
def test_a_setting_is_read(monkeypatch, name, text, value):
    monkeypatch.setenv(name, text)
    assert getattr(read_environment(), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DEBUG", "perhaps"),
        ("REDIS_URL", "http://localhost"),
        ("MARKETINOUT_API_URL", "api.marketinout.com"),
        ("TRADINGVIEW_URL", "ftp://www.tradingview.com"),
        ("TRADINGVIEW_WS_URL", "https://prodata.tradingview.com"),
        ("TRADINGVIEW_SOCKETS", "5"),
        ("TRADINGVIEW_SOCKETS", "0"),
        ("TRADINGVIEW_LANES", "many"),
        ("CHART_CACHE_SECONDS", "-1"),
        ("CHART_BARS", "1.5"),
        ("CHART_BATCH_SIZE", "101"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(EnvError, match=name):
        read_environment()


def test_all_wrong_settings_are_named_at_once(monkeypatch):
    monkeypatch.setenv("CHART_BARS", "few")
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    with pytest.raises(EnvError, match=r"(?s)CHART_BARS.*LOG_LEVEL"):
        read_environment()


def test_what_the_environment_leaves_unset_is_read_from_a_file(monkeypatch, tmp_path):
    tmp_path.joinpath(".env").write_text("CHART_BARS=77\nCHART_BATCH_SIZE=5\n")
    monkeypatch.setenv("CHART_BATCH_SIZE", "6")
    monkeypatch.setenv("CHART_BARS", "")
    monkeypatch.delenv("CHART_BARS")
    environment = read_environment()
    assert (environment.chart_bars, environment.chart_batch_size) == (77, 6)
