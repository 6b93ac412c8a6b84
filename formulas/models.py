"""What users keep: formulas, and their connection to TradingView."""

from functools import cache
from typing import override

from django.conf import settings
from django.db import models
from django.urls import reverse

from formulas.crypto import Vault
from formulas.market.secret import Secret


class FormulaQuerySet(models.QuerySet["Formula"]):
    """Formulas, asked for by who may see them."""

    def owned_by(self, user_id: int | None) -> "FormulaQuerySet":
        return self.filter(owner_id=user_id)


FormulaManager = models.Manager.from_queryset(FormulaQuerySet)


class Formula(models.Model):
    """A saved MarketInOut screen. Its API key is a secret and kept sealed."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="formulas"
    )
    name = models.CharField(max_length=120)
    sealed_api_key = models.TextField(editable=False)
    column_names = models.CharField(
        "names of the screen's own columns",
        max_length=500,
        blank=True,
        help_text="Separated by commas, in the screen's order. Optional.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FormulaManager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="formula_name_unique_per_owner",
                violation_error_message="You already have a formula of this name.",
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.name} (#{self.pk})"

    def get_absolute_url(self) -> str:
        return reverse("formula", args=[self.pk])

    # Mutations

    def set_api_key(self, key: str) -> None:
        self.sealed_api_key = vault().seal(key, context=self._context)

    # Queries

    @property
    def api_key(self) -> Secret:
        return Secret(vault().open(self.sealed_api_key, context=self._context))

    @property
    def metric_names(self) -> list[str]:
        return [name.strip() for name in self.column_names.split(",") if name.strip()]

    @property
    def _context(self) -> str:
        return f"formula api_key of user {self.owner_id}"


class TradingViewConnection(models.Model):
    """The two cookies of a user's TradingView session, kept sealed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="tradingview",
    )
    sealed_sessionid = models.TextField(editable=False)
    sealed_sessionid_sign = models.TextField(editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "TradingView connection"

    @override
    def __str__(self) -> str:
        return f"TradingView connection of user {self.user_id}"

    # Mutations

    def set_cookies(self, sessionid: str, sessionid_sign: str) -> None:
        self.sealed_sessionid = vault().seal(sessionid, context=self._context("id"))
        self.sealed_sessionid_sign = vault().seal(
            sessionid_sign, context=self._context("sign")
        )

    # Queries

    @property
    def sessionid(self) -> Secret:
        return Secret(vault().open(self.sealed_sessionid, context=self._context("id")))

    @property
    def sessionid_sign(self) -> Secret:
        return Secret(
            vault().open(self.sealed_sessionid_sign, context=self._context("sign"))
        )

    def _context(self, cookie: str) -> str:
        return f"tradingview {cookie} of user {self.user_id}"


@cache
def vault() -> Vault:
    """Return the process's vault, made from the settings on first use."""
    return Vault(settings.FIELD_ENCRYPTION_KEYS)
