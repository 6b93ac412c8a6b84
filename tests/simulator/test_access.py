import base64
import json

import pytest

from formulas.simulator.access import TOKEN_SECONDS, Access, read_token, sign
from formulas.simulator.accounts import BASIC, PREMIUM, account_with

NOW = 1_766_000_000.0


def test_a_token_has_the_shape_of_a_real_one():
    header, claims, signature = PREMIUM.token(NOW).split(".")
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "RS512"
    assert decoded["exp"] - decoded["iat"] == TOKEN_SECONDS == 14_400
    assert len(signature) == 342


def test_a_token_opens_what_its_account_has():
    access = read_token(PREMIUM.token(NOW))
    assert access is not None
    assert access.update_mode("NSE") == "streaming"
    assert access.update_mode("BSE") == "delayed_streaming_900"
    assert access.update_period == 0
    assert access.is_expired(NOW + TOKEN_SECONDS)
    assert not access.is_expired(NOW + TOKEN_SECONDS - 1)


def test_an_account_without_an_exchange_gets_it_delayed():
    access = read_token(BASIC.token(NOW))
    assert access is not None
    assert access.update_mode("NSE") == "delayed_streaming_900"
    assert access.update_period == 5
    assert access.max_connections == 2


@pytest.mark.parametrize("token", ["unauthorized_user_token", "widget_user_token"])
def test_anonymous_tokens_are_delayed_and_never_expire(token):
    assert read_token(token) == Access()
    assert not Access().is_expired(NOW * 10)


def test_a_token_that_was_not_issued_here_opens_nothing():
    assert read_token("nonsense") is None
    assert read_token(PREMIUM.token(NOW)[:-2] + "xx") is None
    claims = {"user_id": 1, "perm": "nse", "max_connections": 1, "exp": 2}
    assert read_token(sign(claims)) is not None


def test_both_cookies_must_belong_together():
    assert account_with(PREMIUM.sessionid, PREMIUM.sessionid_sign) is PREMIUM
    assert account_with(PREMIUM.sessionid, BASIC.sessionid_sign) is None
    assert account_with(PREMIUM.sessionid, "") is None
    assert account_with(PREMIUM.sessionid) is PREMIUM
    assert account_with(None) is None
