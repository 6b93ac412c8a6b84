"""The demo's own secret keys: made once, kept where only their owner can read them."""

import json
import os
import secrets
from pathlib import Path

_NAMES = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS")


def demo_keys(state: Path) -> dict[str, str]:
    """Return the keys kept in the directory `state`, by the names of their settings."""
    path = state / "keys.json"
    if not path.exists():
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, {name: secrets.token_urlsafe(48) for name in _NAMES})
    keys: dict[str, str] = json.loads(path.read_text())
    return keys


def _write(path: Path, keys: dict[str, str]) -> None:
    """Make the file in one step, so that it is never seen half written."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(keys))
    draft.replace(path)
