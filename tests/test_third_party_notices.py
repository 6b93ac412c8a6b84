"""The notices name every package that the app or the demo is built on."""

import json
import re
import tomllib
from typing import Any

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR


def noticed() -> set[str]:
    text = (ROOT / "THIRD-PARTY-NOTICES.md").read_text()
    return set(re.findall(r"^\| ([a-z][a-z0-9.-]+) ", text, re.MULTILINE)) - {"package"}


def locked() -> dict[str, list[dict[str, Any]]]:
    """The entries of `uv.lock` by name; a package may have one for each platform."""
    packages: dict[str, list[dict[str, Any]]] = {}
    for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]:
        packages.setdefault(package["name"], []).append(package)
    return packages


def needed(*names: str) -> set[str]:
    """Packages and all that they need; the lock has only the extras that are used."""
    packages, found, open_ends = locked(), set[str](), list(names)
    while open_ends:
        name = open_ends.pop()
        if name in found:
            continue
        found.add(name)
        for package in packages[name]:
            extras = package.get("optional-dependencies", {}).values()
            for needs in (package.get("dependencies", []), *extras):
                open_ends += [need["name"] for need in needs]
    return found


def python_packages() -> set[str]:
    [project] = locked()["candlestream"]
    demo = [need["name"] for need in project["dev-dependencies"]["demo"]]
    return needed("candlestream", *demo) - {"candlestream"}


def npm_packages() -> set[str]:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return {
        path.removeprefix("node_modules/")
        for path, package in packages.items()
        if path and not package.get("dev")
    }


@pytest.mark.parametrize("packages", [python_packages, npm_packages])
def test_every_package_is_named(packages: Any) -> None:
    assert packages() - noticed() == set()


def test_no_package_is_named_that_is_gone() -> None:
    inside_another = {"tslib"}
    assert noticed() - python_packages() - npm_packages() == inside_another
