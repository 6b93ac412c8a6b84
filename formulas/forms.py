"""Forms: what users type, checked and cleaned."""

import re
from typing import Any, override
from urllib.parse import parse_qs, urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth.models import User

from formulas.market.errors import InvalidValueError
from formulas.market.resolutions import parse_resolution
from formulas.models import Formula, TradingViewConnection

_KEY = re.compile(r"[0-9A-Za-z]{8,64}")
# RegexField searches: without its ends a pattern would let anything stand around it.
_SESSIONID = re.compile(r"\A[0-9A-Za-z]{20,64}\Z")
_SESSIONID_SIGN = re.compile(r"\Av[0-9]+:[0-9A-Za-z+/=_-]{20,128}\Z")
_MOST_RESOLUTIONS = 4
_MOST_BARS = 5000


class FormulaForm(forms.ModelForm[Formula]):
    api_key = forms.CharField(
        label="API URL or key",
        max_length=400,
        help_text="As MarketInOut shows it. It is kept encrypted.",
        # Unlike a text field, it does not write what was typed back into the page.
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Formula
        fields = ("name", "api_key", "column_names")

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.owner = owner

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Formula.objects.owned_by(self.instance.owner_id).filter(name=name).exists():
            raise forms.ValidationError("You already have a formula of this name.")
        return name

    def clean_api_key(self) -> str:
        """Return the key alone: no address that a user types is ever called."""
        text = self.cleaned_data["api_key"].strip()
        key = _key_of_url(text) if "://" in text else text
        if not _KEY.fullmatch(key):
            raise forms.ValidationError(
                "This is neither an API URL of MarketInOut nor a key."
            )
        return key

    @override
    def save(self, commit: bool = True) -> Formula:
        self.instance.set_api_key(self.cleaned_data["api_key"])
        return super().save(commit)


def _key_of_url(url: str) -> str:
    """Return the key of `https://api.marketinout.com/run/screen?key=…`, else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    expected = {
        urlsplit(settings.MARKETINOUT_API_URL).netloc,
        "api.marketinout.com",
    }
    if parts.netloc.lower() not in expected or parts.path != "/run/screen":
        return ""
    return parse_qs(parts.query).get("key", [""])[0]


class TradingViewForm(forms.Form):
    sessionid = forms.RegexField(
        _SESSIONID,
        label="sessionid",
        error_messages={"invalid": "This does not look like the sessionid cookie."},
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    sessionid_sign = forms.RegexField(
        _SESSIONID_SIGN,
        label="sessionid_sign",
        error_messages={"invalid": "This does not look like sessionid_sign (v3:…)."},
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def save(self, connection: TradingViewConnection) -> TradingViewConnection:
        connection.set_cookies(**self.cleaned_data)
        connection.save()
        return connection


class RunForm(forms.Form):
    """What may be asked of a run in its address; what is not given is the default."""

    resolutions = forms.CharField(required=False)
    bars = forms.IntegerField(min_value=1, max_value=_MOST_BARS, required=False)
    refresh = forms.BooleanField(required=False)

    def clean_resolutions(self) -> tuple[str, ...]:
        given = self.cleaned_data["resolutions"]
        names = given.split(",") if given else settings.CHART_RESOLUTIONS
        try:
            resolutions = tuple(dict.fromkeys(map(parse_resolution, names)))
        except InvalidValueError as error:
            raise forms.ValidationError(str(error)) from error
        if len(resolutions) > _MOST_RESOLUTIONS:
            raise forms.ValidationError(
                f"A run has at most {_MOST_RESOLUTIONS} resolutions."
            )
        return resolutions

    def clean_bars(self) -> int:
        return self.cleaned_data["bars"] or settings.CHART_BARS
