"""`manage.py assets`: the libraries of the browser, and all static files, in `build/`."""

import shutil
from pathlib import Path
from typing import Any, override

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

# By the name in `static/vendor/`, what it is put together from in `node_modules/`.
# htmx and its extension are one file: as two, they may arrive in the wrong order, and
# then no stream is ever opened.
_VENDORED = {
    "htmx.js": ("htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js"),
    "htmx.LICENSE.txt": ("htmx.org/LICENSE",),
    "lightweight-charts.js": (
        "lightweight-charts/dist/lightweight-charts.standalone.production.js",
    ),
    "lightweight-charts.LICENSE.txt": ("lightweight-charts/LICENSE",),
}


class Command(BaseCommand):
    """Makes `build/static/` and `build/collected/` anew."""

    help = "Copy what the pages need from node_modules/ and collect all static files."
    requires_system_checks = []

    @override
    def handle(self, *_: Any, **options: Any) -> None:
        vendor(
            settings.BASE_DIR / "node_modules", settings.BASE_DIR / "build" / "static"
        )
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def vendor(packages: Path, static: Path) -> None:
    """Put the libraries into `static/vendor/`, in place of what was there.

    Raises:
        CommandError: the packages are not there, or not those that are expected.
    """
    directory = static / "vendor"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for name, sources in _VENDORED.items():
        try:
            parts = [(packages / source).read_text() for source in sources]
        except FileNotFoundError as error:
            raise CommandError(
                f"{error.filename} is missing: run `make setup`, which brings it."
            ) from error
        (directory / name).write_text("\n".join(parts))
