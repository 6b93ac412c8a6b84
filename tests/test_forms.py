"""What users type."""

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from formulas.forms import FormulaForm, RunForm, TradingViewForm
from formulas.models import Formula, TradingViewConnection

_KEY = "3f9c2b7a1d5e8046"


def _form(owner: User, api_key: str = _KEY, **fields: str) -> FormulaForm:
    return FormulaForm({"name": "Cars", "api_key": api_key, **fields}, owner=owner)


def _saved(form: FormulaForm) -> Formula:
    assert form.is_valid()
    return form.save()


@pytest.mark.parametrize(
    "typed",
    [
        _KEY,
        f"  {_KEY}\n",
        f"https://api.marketinout.com/run/screen?key={_KEY}",
        f"http://API.marketinout.com/run/screen?key={_KEY}&x=1",
    ],
)
def test_a_formula_is_added_by_its_url_or_key(owner: User, typed: str):
    formula = _saved(_form(owner, typed))
    assert Formula.objects.get(pk=formula.pk).api_key.reveal() == _KEY
    assert formula.owner == owner


def test_an_address_of_the_configured_host_is_taken(owner: User, settings: Settings):
    settings.MARKETINOUT_API_URL = "http://127.0.0.1:4711"
    assert _form(owner, f"http://127.0.0.1:4711/run/screen?key={_KEY}").is_valid()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "nonsense!",
        "short",
        "a" * 65,
        "../../etc/passwd",
        f"https://evil.example/run/screen?key={_KEY}",
        f"https://api.marketinout.com.evil.example/run/screen?key={_KEY}",
        f"https://api.marketinout.com@evil.example/run/screen?key={_KEY}",
        f"https://user@api.marketinout.com/run/screen?key={_KEY}",
        f"https://api.marketinout.com:8443/run/screen?key={_KEY}",
        f"https://api.marketinout.com/other?key={_KEY}",
        f"http://169.254.169.254/run/screen?key={_KEY}",
        "https://api.marketinout.com/run/screen",
        "https://api.marketinout.com/run/screen?key=%0d%0aX",
        "https://[/run/screen?key=3f9c2b7a1d5e8046",
        f"file:///run/screen?key={_KEY}",
        "é" * 16,
    ],
)
def test_anything_else_is_refused(owner: User, typed: str):
    form = _form(owner, typed)
    assert not form.is_valid()
    assert list(form.errors) == ["api_key"]


def test_a_refused_key_is_not_written_back_into_the_page(owner: User):
    html = str(_form(owner, name=""))
    assert _KEY not in html


def test_a_name_is_taken_once_for_each_user(owner: User, stranger: User):
    _saved(_form(owner))
    assert _form(stranger).is_valid()
    again = _form(owner)
    assert not again.is_valid()
    assert "already have" in str(again.errors["name"])


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_name_is_needed_and_not_too_long(owner: User, name: str):
    assert "name" in _form(owner, name=name).errors


# The TradingView session

_COOKIES = {
    "sessionid": "c4nd13str3amc4nd13str3amc4nd13st",
    "sessionid_sign": "v3:Q2FuZGxlc3RyZWFtRXhjaGFuZ2VTaW11bGF0b3IxMjM=",
}


def test_a_session_is_two_cookies(owner: User):
    form = TradingViewForm(_COOKIES)
    assert form.is_valid()
    connection = form.save(TradingViewConnection(user=owner))
    assert connection.sessionid.reveal() == _COOKIES["sessionid"]
    assert connection.sessionid_sign.reveal() == _COOKIES["sessionid_sign"]


@pytest.mark.parametrize(
    "change",
    [
        {"sessionid": ""},
        {"sessionid": "short"},
        {"sessionid": "with a space in the middle of it"},
        {"sessionid": "x" * 65},
        {"sessionid": "c4nd13str3amc4nd13str3am; Path=/"},
        {"sessionid_sign": ""},
        {"sessionid_sign": _COOKIES["sessionid"]},
        {"sessionid_sign": "v3:" + "x" * 129},
        {"sessionid_sign": "v3:" + "x" * 30 + "\r\nX: y"},
    ],
    ids=str,
)
def test_what_does_not_look_like_a_cookie_is_refused(change):
    form = TradingViewForm(_COOKIES | change)
    assert not form.is_valid()
    assert list(form.errors) == list(change)


def test_cookies_are_not_written_back_into_the_page():
    html = str(TradingViewForm(_COOKIES | {"sessionid_sign": "wrong"}))
    assert _COOKIES["sessionid"] not in html


# A run's address


def test_what_is_not_given_is_the_default(settings: Settings):
    settings.CHART_RESOLUTIONS, settings.CHART_BARS = ["1W", "1D"], 300
    form = RunForm({})
    assert form.is_valid()
    assert form.cleaned_data == {
        "resolutions": ("1W", "1D"),
        "bars": 300,
        "refresh": False,
    }


@pytest.mark.parametrize(
    ("given", "resolutions"),
    [
        ("1D", ("1D",)),
        ("1d,W", ("1D", "1W")),
        ("1D,1D,D", ("1D",)),
        ("15, 60", ("15", "60")),
    ],
)
def test_resolutions_are_separated_by_commas(given, resolutions):
    form = RunForm({"resolutions": given, "bars": "50", "refresh": "1"})
    assert form.is_valid()
    assert form.cleaned_data == {
        "resolutions": resolutions,
        "bars": 50,
        "refresh": True,
    }


@pytest.mark.parametrize(
    "given",
    [
        {"resolutions": "1h"},
        {"resolutions": "1D,"},
        {"resolutions": "1,2,3,4,5"},
        {"bars": "0"},
        {"bars": "5001"},
        {"bars": "many"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(given):
    assert list(RunForm(given).errors) == list(given)
