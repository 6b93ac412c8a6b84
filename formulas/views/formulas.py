"""The user's formulas: their list, one's results page, and its end."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from formulas.forms import FormulaForm, RunForm
from formulas.models import Formula
from formulas.views.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@login_required
def formula_list(request: SignedInRequest) -> HttpResponse:
    form = FormulaForm(request.POST or None, owner=request.user)
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    return render(
        request,
        "formulas/list.html",
        {"formulas": Formula.objects.owned_by(request.user.pk), "form": form},
    )


@require_GET
@login_required
def results(request: SignedInRequest, formula_id: int) -> HttpResponse:
    formula = _owned(request, formula_id)
    options = RunForm(request.GET)
    if not options.is_valid():
        messages.error(request, "The address asked for charts that don't exist.")
        return redirect(formula)
    stream = reverse("stream", args=[formula.pk])
    address = f"{formula.get_absolute_url()}?{_with_refresh(request)}"
    return render(
        request,
        "formulas/results.html",
        {
            "formula": formula,
            "stream_url": f"{stream}?{request.GET.urlencode()}".rstrip("?"),
            "refresh_url": address,
            "resolutions": options.cleaned_data["resolutions"],
        },
    )


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: SignedInRequest, formula_id: int) -> HttpResponse:
    formula = _owned(request, formula_id)
    if request.method == "POST":
        formula.delete()
        messages.success(request, f"{formula.name} is deleted.")
        return redirect("formulas")
    return render(request, "formulas/delete.html", {"formula": formula})


def _owned(request: SignedInRequest, formula_id: int) -> Formula:
    """Return the user's formula; somebody else's looks like a missing one."""
    return get_object_or_404(Formula.objects.owned_by(request.user.pk), pk=formula_id)


def _with_refresh(request: SignedInRequest) -> str:
    return urlencode({**request.GET.dict(), "refresh": "1"})
