"""The user's connection to TradingView: set, replaced, forgotten, never shown."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from formulas.forms import TradingViewForm
from formulas.models import TradingViewConnection
from formulas.views.requests import SignedInRequest


@sensitive_post_parameters("sessionid", "sessionid_sign")
@require_http_methods(["GET", "POST"])
@login_required
def connections(request: SignedInRequest) -> HttpResponse:
    connection = TradingViewConnection.objects.filter(user=request.user).first()
    if request.method == "POST" and "forget" in request.POST:
        TradingViewConnection.objects.filter(user=request.user).delete()
        messages.success(request, "Your TradingView session is forgotten.")
        return redirect("connections")
    form = TradingViewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save(connection or TradingViewConnection(user=request.user))
        messages.success(request, "Your TradingView session is kept, encrypted.")
        return redirect("connections")
    return render(request, "connections.html", {"connection": connection, "form": form})
