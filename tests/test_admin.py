"""Django admin: it shows who has what, and no secret."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from formulas.models import Formula, TradingViewConnection

_SECRETS = ("3f9c2b7a1d5e8046", "s3ss10ns3ss10ns3ss10n", "v3:s1gns1gns1gns1gns1gn")


@pytest.fixture
def formula(owner: User) -> Formula:
    formula = Formula(owner=owner, name="Cars")
    formula.set_api_key(_SECRETS[0])
    formula.save()
    return formula


@pytest.fixture
def connection(owner: User) -> TradingViewConnection:
    connection = TradingViewConnection(user=owner)
    connection.set_cookies(*_SECRETS[1:])
    connection.save()
    return connection


def _sealed(formula: Formula, connection: TradingViewConnection) -> tuple[str, ...]:
    return (
        formula.sealed_api_key,
        connection.sealed_sessionid,
        connection.sealed_sessionid_sign,
    )


@pytest.mark.parametrize(
    "name",
    [
        "index",
        "formulas_formula_changelist",
        "formulas_formula_change",
        "formulas_formula_delete",
        "formulas_formula_history",
        "formulas_tradingviewconnection_changelist",
        "formulas_tradingviewconnection_change",
        "formulas_tradingviewconnection_delete",
    ],
)
def test_a_page_loads_and_shows_no_secret(
    client: Client, staff, formula, connection, name
):
    client.force_login(staff)
    of_one = name.endswith(("change", "delete", "history"))
    key = formula.pk if "_formula_" in name else connection.pk
    response = client.get(reverse(f"admin:{name}", args=[key] if of_one else []))
    html = response.content.decode()
    assert response.status_code == 200
    assert not [s for s in (*_SECRETS, *_sealed(formula, connection)) if s in html]


@pytest.mark.parametrize("model", ["formula", "tradingviewconnection"])
def test_nobody_adds_what_holds_anothers_secret(client: Client, staff, model):
    client.force_login(staff)
    assert client.get(reverse(f"admin:formulas_{model}_add")).status_code == 403


def test_a_formula_is_renamed_and_keeps_its_owner_and_key(
    client: Client, staff, stranger, formula
):
    client.force_login(staff)
    address = reverse("admin:formulas_formula_change", args=[formula.pk])
    client.post(
        address,
        {
            "name": "Trucks",
            "column_names": "",
            "owner": stranger.pk,
            "sealed_api_key": "",
        },
    )
    kept = Formula.objects.get(pk=formula.pk)
    assert (kept.name, kept.owner) == ("Trucks", formula.owner)
    assert kept.api_key.reveal() == _SECRETS[0]


@pytest.mark.parametrize("user", ["owner", "stranger"])
def test_nobody_else_comes_in(client: Client, request, user):
    client.force_login(request.getfixturevalue(user))
    assert client.get(reverse("admin:formulas_formula_changelist")).status_code == 302
