"""What `manage.py assets` takes from the npm packages."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from formulas.management.commands.assets import vendor

PACKAGES = settings.BASE_DIR / "node_modules"


def test_htmx_and_its_stream_extension_come_as_one_file(tmp_path: Path) -> None:
    vendor(PACKAGES, tmp_path)
    script = (tmp_path / "vendor" / "htmx.js").read_text()
    assert script.index("var htmx=") < script.index("hx-sse:connect")


def test_libraries_come_with_their_licences(tmp_path: Path) -> None:
    vendor(PACKAGES, tmp_path)
    names = {path.name for path in (tmp_path / "vendor").iterdir()}
    scripts = {name for name in names if name.endswith(".js")}
    assert {name.replace(".js", ".LICENSE.txt") for name in scripts} == names - scripts


def test_what_is_no_longer_wanted_goes(tmp_path: Path) -> None:
    old = tmp_path / "vendor" / "old.js"
    old.parent.mkdir()
    old.touch()
    vendor(PACKAGES, tmp_path)
    assert not old.exists()


def test_a_missing_package_is_named_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(
        CommandError, match=r"htmx\.min\.js is missing: run `make setup`"
    ):
        vendor(tmp_path / "nothing", tmp_path)
