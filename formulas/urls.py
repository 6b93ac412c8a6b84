"""The app's addresses."""

from django.urls import path

from formulas.views import connections, formulas, health, streams

urlpatterns = [
    path("", formulas.formula_list, name="formulas"),
    path("formulas/<int:formula_id>/", formulas.results, name="formula"),
    path("formulas/<int:formula_id>/delete/", formulas.delete, name="formula-delete"),
    path("formulas/<int:formula_id>/stream/", streams.stream, name="stream"),
    path("charts/<str:symbol>/<str:resolution>/", streams.chart, name="chart"),
    path("connections/", connections.connections, name="connections"),
    path("healthz", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
]
