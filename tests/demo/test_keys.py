"""The demo's keys stay the same, and stay its own."""

from pathlib import Path

from formulas.crypto import LEAST_KEY_LENGTH
from formulas.demo.keys import demo_keys


def test_keys_stay_the_same(tmp_path: Path) -> None:
    assert demo_keys(tmp_path / "state") == demo_keys(tmp_path / "state")


def test_every_place_has_keys_of_its_own(tmp_path: Path) -> None:
    keys = [*demo_keys(tmp_path / "a").values(), *demo_keys(tmp_path / "b").values()]
    assert len(set(keys)) == 4


def test_keys_are_long_enough(tmp_path: Path) -> None:
    keys = demo_keys(tmp_path)
    assert set(keys) == {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS"}
    assert min(map(len, keys.values())) >= LEAST_KEY_LENGTH


def test_only_their_owner_can_read_keys(tmp_path: Path) -> None:
    demo_keys(tmp_path / "state")
    [file] = (tmp_path / "state").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
