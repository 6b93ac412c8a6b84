"""Secrets at rest."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.crypto import SealedSecretError, Vault

_KEY = "the-first-key-of-at-least-32-characters"
_OTHER_KEY = "another-key-of-at-least-32-characters"
_CONTEXT = "formula api_key of user 7"


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_what_was_sealed_opens(secret, context):
    vault = Vault([_KEY])
    assert vault.open(vault.seal(secret, context=context), context=context) == secret


def test_a_sealed_secret_does_not_show_it():
    sealed = Vault([_KEY]).seal("3f9c2b7a1d5e8046", context=_CONTEXT)
    assert sealed.startswith("1.")
    assert "3f9c" not in sealed
    assert b"3f9c" not in base64.urlsafe_b64decode(sealed.removeprefix("1."))


def test_one_secret_is_sealed_differently_each_time():
    vault = Vault([_KEY])
    assert vault.seal("x", context=_CONTEXT) != vault.seal("x", context=_CONTEXT)


def test_a_secret_opens_only_where_it_belongs():
    vault = Vault([_KEY])
    sealed = vault.seal("x", context=_CONTEXT)
    with pytest.raises(SealedSecretError):
        vault.open(sealed, context="formula api_key of user 8")


def test_an_older_key_still_opens():
    sealed = Vault([_OTHER_KEY]).seal("x", context=_CONTEXT)
    assert Vault([_KEY, _OTHER_KEY]).open(sealed, context=_CONTEXT) == "x"


def test_the_first_key_seals():
    sealed = Vault([_KEY, _OTHER_KEY]).seal("x", context=_CONTEXT)
    assert Vault([_KEY]).open(sealed, context=_CONTEXT) == "x"
    with pytest.raises(SealedSecretError):
        Vault([_OTHER_KEY]).open(sealed, context=_CONTEXT)


@pytest.mark.parametrize(
    "sealed",
    ["", "1.", "2.AAAA", "plain text", "1.****", "1.AAAA", "1." + "A" * 64, "1.é"],
)
def test_what_is_no_sealed_secret_does_not_open(sealed):
    with pytest.raises(SealedSecretError):
        Vault([_KEY]).open(sealed, context=_CONTEXT)


@given(st.data())
def test_a_change_of_any_byte_is_noticed(data):
    vault = Vault([_KEY])
    sealed = vault.seal("3f9c2b7a1d5e8046", context=_CONTEXT)
    raw = bytearray(base64.urlsafe_b64decode(sealed.removeprefix("1.")))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealedSecretError):
        vault.open("1." + base64.urlsafe_b64encode(raw).decode(), context=_CONTEXT)


@pytest.mark.parametrize("keys", [[], [""], ["x" * 31], [_KEY, "short"]], ids=str)
def test_keys_that_are_missing_or_short_are_refused(keys):
    with pytest.raises(ValueError, match="FIELD_ENCRYPTION_KEYS"):
        Vault(keys)
