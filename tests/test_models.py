"""What users keep."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from formulas.crypto import SealedSecretError
from formulas.models import Formula, TradingViewConnection

_KEY = "3f9c2b7a1d5e8046"


def _formula(owner: User, name: str = "Cars", **fields: str) -> Formula:
    formula = Formula(owner=owner, name=name, **fields)
    formula.set_api_key(_KEY)
    formula.save()
    return formula


def test_a_formulas_key_is_kept_sealed(owner: User):
    formula = Formula.objects.get(pk=_formula(owner).pk)
    assert formula.api_key.reveal() == _KEY
    assert _KEY not in str(vars(formula))


def test_a_formula_does_not_show_its_key(owner: User):
    formula = _formula(owner)
    assert str(formula) == f"Cars (#{formula.pk})"
    assert _KEY not in repr(formula) + str(formula.api_key)


def test_a_sealed_key_is_worthless_in_another_users_formula(owner, stranger):
    formula = _formula(owner)
    stolen = Formula(owner=stranger, sealed_api_key=formula.sealed_api_key)
    with pytest.raises(SealedSecretError):
        _ = stolen.api_key


def test_formulas_belong_to_their_owner(owner, stranger):
    formula = _formula(owner)
    assert list(Formula.objects.owned_by(owner.pk)) == [formula]
    assert list(Formula.objects.owned_by(stranger.pk)) == []
    assert list(Formula.objects.owned_by(None)) == []


def test_a_user_has_a_name_once(owner, stranger):
    _formula(owner)
    _formula(stranger)
    with pytest.raises(IntegrityError):
        _formula(owner)


def test_formulas_are_listed_by_name(owner):
    for name in ("b", "a", "c"):
        _formula(owner, name)
    assert [formula.name for formula in Formula.objects.all()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("Change", ["Change"]),
        (" Change , RSI,,Volume, ", ["Change", "RSI", "Volume"]),
    ],
)
def test_column_names_are_separated_by_commas(text, names):
    assert Formula(column_names=text).metric_names == names


def test_a_connections_cookies_are_kept_sealed(owner: User):
    connection = TradingViewConnection(user=owner)
    connection.set_cookies("s3ss10n", "v3:s1gn")
    connection.save()
    kept = TradingViewConnection.objects.get(user=owner)
    assert kept.sessionid.reveal() == "s3ss10n"
    assert kept.sessionid_sign.reveal() == "v3:s1gn"
    assert "s3ss10n" not in str(vars(kept)) + str(kept) + repr(kept)
    assert "s1gn" not in str(vars(kept))


def test_one_sealed_cookie_does_not_open_as_the_other(owner: User):
    connection = TradingViewConnection(user=owner)
    connection.set_cookies("s3ss10n", "v3:s1gn")
    connection.sealed_sessionid_sign = connection.sealed_sessionid
    with pytest.raises(SealedSecretError):
        _ = connection.sessionid_sign


def test_with_a_user_goes_what_is_theirs(owner: User):
    _formula(owner)
    owner.delete()
    assert not Formula.objects.exists()
