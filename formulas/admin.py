"""Formulas and connections in Django admin; their secrets are never shown."""

from typing import override

from django.contrib import admin
from django.http import HttpRequest

from formulas.models import Formula, TradingViewConnection


@admin.register(Formula)
class FormulaAdmin(admin.ModelAdmin[Formula]):
    list_display = ("name", "owner", "created_at")
    list_filter = ("owner",)
    search_fields = ("name",)
    readonly_fields = ("owner", "created_at")

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only its owner adds a formula: an admin should not know the key."""
        return False


@admin.register(TradingViewConnection)
class TradingViewConnectionAdmin(admin.ModelAdmin[TradingViewConnection]):
    list_display = ("user", "changed_at")
    readonly_fields = ("user", "changed_at")

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only the user has the cookies."""
        return False
