"""Secrets that don't show themselves."""

import pytest

from formulas.market.secret import Secret


@pytest.mark.parametrize("show", [str, repr, "{}".format, "%s".__mod__])
def test_a_secret_is_not_shown(show):
    assert "3f9c" not in show(Secret("3f9c2b7a1d5e8046"))


def test_a_secret_is_not_shown_by_what_holds_it():
    assert "3f9c" not in repr([{"key": Secret("3f9c2b7a1d5e8046")}])


def test_a_secret_is_revealed_when_asked():
    assert Secret("3f9c2b7a1d5e8046").reveal() == "3f9c2b7a1d5e8046"


def test_secrets_are_equal_when_their_texts_are():
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_an_empty_secret_is_false():
    assert not Secret("")
    assert Secret("a")
