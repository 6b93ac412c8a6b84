"""`manage.py seed_demo`: an up-to-date database with the demo's users and formulas."""

from typing import Any, override

from django.core.management import call_command
from django.core.management.base import BaseCommand

from formulas.demo.seed import seed


class Command(BaseCommand):
    """What `manage.py demo` does before the app starts; done again, it mends."""

    help = "Migrate the database and put the demo's users and formulas into it."
    requires_system_checks = []

    @override
    def handle(self, *_: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        seed()
