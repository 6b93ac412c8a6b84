"""The app, and the checks it registers."""

from typing import override

from django.apps import AppConfig


class FormulasConfig(AppConfig):
    """Formulas, their streams and what feeds them."""

    name = "formulas"

    @override
    def ready(self) -> None:
        from formulas import checks  # noqa: PLC0415  (registers, once apps are ready)

        checks.register_all()
