"""The user's formulas: who sees them, adds them, deletes them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from formulas.models import Formula

_KEY = "a5d80c3e9b174f26"


@pytest.fixture
def owners(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def strangers(stranger: User) -> Client:
    client = Client()
    client.force_login(stranger)
    return client


def _addresses(formula: Formula) -> list[str]:
    page = formula.get_absolute_url()
    return [page, f"{page}delete/"]


def test_who_is_not_signed_in_is_sent_to_the_sign_in(client: Client, formula: Formula):
    for address in ["/", *_addresses(formula)]:
        response = client.get(address)
        assert response.status_code == 302
        assert response.headers["Location"] == f"/accounts/login/?next={address}"


def test_who_is_not_signed_in_deletes_nothing(client: Client, formula: Formula):
    assert client.post(f"{formula.get_absolute_url()}delete/").status_code == 302
    assert Formula.objects.exists()


def test_somebody_elses_formula_is_not_there(strangers: Client, formula: Formula):
    for address in _addresses(formula):
        assert strangers.get(address).status_code == 404
    assert strangers.post(f"{formula.get_absolute_url()}delete/").status_code == 404
    assert Formula.objects.exists()


def test_the_list_shows_ones_own(owners: Client, strangers: Client, formula: Formula):
    name = "Hotels &lt;near&gt; a low"
    assert name in owners.get("/").content.decode()
    assert name not in strangers.get("/").content.decode()


def test_an_empty_list_says_what_to_do(owners: Client):
    assert "No formula yet" in owners.get("/").content.decode()


def test_a_formula_is_added_by_its_url(owners: Client, owner: User):
    url = f"https://api.marketinout.com/run/screen?key={_KEY}"
    response = owners.post("/", {"name": "Cars", "api_key": url})
    [formula] = Formula.objects.all()
    assert response.headers["Location"] == formula.get_absolute_url()
    assert (formula.owner, formula.api_key.reveal()) == (owner, _KEY)


def test_a_formula_is_added_by_its_key(owners: Client):
    owners.post("/", {"name": "Cars", "api_key": _KEY})
    assert Formula.objects.get().api_key.reveal() == _KEY


@pytest.mark.parametrize(
    "typed",
    [
        "nonsense!",
        f"https://evil.example/run/screen?key={_KEY}",
        f"https://api.marketinout.com@evil.example/run/screen?key={_KEY}",
        f"http://127.0.0.1:6379/run/screen?key={_KEY}",
    ],
)
def test_another_address_is_refused_and_not_shown_again(owners: Client, typed: str):
    response = owners.post("/", {"name": "Cars", "api_key": typed})
    html = response.content.decode()
    assert response.status_code == 200
    assert "neither an API URL of MarketInOut nor a key" in html
    assert _KEY not in html
    assert not Formula.objects.exists()


def test_a_name_that_one_has_already_is_refused(owners: Client, formula: Formula):
    response = owners.post("/", {"name": formula.name, "api_key": _KEY})
    html = response.content.decode()
    assert "You already have a formula of this name." in html
    assert _KEY not in html


def test_nobody_adds_a_formula_for_another(owners: Client, owner: User, stranger: User):
    owners.post("/", {"name": "Cars", "api_key": _KEY, "owner": stranger.pk})
    assert Formula.objects.get().owner == owner


def test_a_form_from_elsewhere_is_refused(owner: User):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post("/", {"name": "Cars", "api_key": _KEY})
    assert response.status_code == 403


def test_the_results_page_connects_to_the_stream(owners: Client, formula: Formula):
    html = owners.get(formula.get_absolute_url()).content.decode()
    assert f'hx-sse:connect="/formulas/{formula.pk}/stream/"' in html
    assert 'hx-sse:close="done"' in html
    assert "Hotels &lt;near&gt; a low" in html


def test_what_the_address_asks_is_asked_of_the_stream(owners: Client, formula: Formula):
    page = formula.get_absolute_url()
    html = owners.get(f"{page}?resolutions=15,1D&bars=50").content.decode()
    stream = f"/formulas/{formula.pk}/stream/?resolutions=15%2C1D&amp;bars=50"
    assert f'hx-sse:connect="{stream}"' in html
    assert f'href="{page}?resolutions=15%2C1D&amp;bars=50&amp;refresh=1"' in html


@pytest.mark.parametrize("query", ["bars=0", "resolutions=1h", "resolutions=%22%3E"])
def test_an_address_that_makes_no_sense_leads_back(owners, formula, query):
    response = owners.get(f"{formula.get_absolute_url()}?{query}", follow=True)
    assert response.redirect_chain == [(formula.get_absolute_url(), 302)]
    assert "charts that don&#x27;t exist" in response.content.decode()


def test_the_pages_never_show_the_key(owners: Client, formula: Formula):
    for address in ["/", *_addresses(formula)]:
        html = owners.get(address).content.decode()
        assert _KEY not in html
        assert formula.sealed_api_key not in html


def test_a_formula_is_deleted_after_a_question(owners: Client, formula: Formula):
    address = f"{formula.get_absolute_url()}delete/"
    assert owners.get(address).status_code == 200
    assert Formula.objects.exists()
    assert owners.post(address).headers["Location"] == "/"
    assert not Formula.objects.exists()


def test_a_page_lets_no_other_site_in(owners: Client, formula: Formula):
    response = owners.get(formula.get_absolute_url())
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(owners: Client, formula: Formula, method: str):
    for address in ["/", *_addresses(formula)]:
        assert getattr(owners, method)(address).status_code == 405
