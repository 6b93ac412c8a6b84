"""The connection to TradingView: written, replaced, forgotten, never read."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from formulas.models import TradingViewConnection
from formulas.simulator.accounts import BASIC, PREMIUM

_COOKIES = {"sessionid": PREMIUM.sessionid, "sessionid_sign": PREMIUM.sessionid_sign}


@pytest.fixture
def owners(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_who_is_not_signed_in_is_sent_to_the_sign_in(client: Client, db: None):
    assert client.get("/connections/").status_code == 302
    assert client.post("/connections/", _COOKIES).status_code == 302
    assert not TradingViewConnection.objects.exists()


def test_without_a_session_the_page_says_so(owners: Client):
    assert "Not connected" in owners.get("/connections/").content.decode()


def test_a_session_is_kept_and_never_shown(owners: Client, owner: User):
    response = owners.post("/connections/", _COOKIES, follow=True)
    html = response.content.decode()
    kept = TradingViewConnection.objects.get(user=owner)
    assert kept.sessionid.reveal() == PREMIUM.sessionid
    assert "Connected" in html
    shown = [PREMIUM.sessionid, PREMIUM.sessionid_sign, kept.sealed_sessionid]
    assert not [text for text in shown if text in html]


def test_a_session_is_replaced(owners: Client, owner: User, connection):
    owners.post(
        "/connections/",
        {"sessionid": BASIC.sessionid, "sessionid_sign": BASIC.sessionid_sign},
    )
    kept = TradingViewConnection.objects.get(user=owner)
    assert kept.sessionid.reveal() == BASIC.sessionid
    assert kept.changed_at > connection.changed_at


def test_a_session_is_forgotten(owners: Client, connection):
    owners.post("/connections/", {"forget": "tradingview"})
    assert not TradingViewConnection.objects.exists()


def test_nobody_forgets_anothers_session(client: Client, stranger: User, connection):
    client.force_login(stranger)
    client.post("/connections/", {"forget": "tradingview"})
    assert TradingViewConnection.objects.exists()


def test_a_cookie_that_is_none_is_refused_and_the_other_not_shown(owners: Client):
    response = owners.post("/connections/", _COOKIES | {"sessionid_sign": "wrong"})
    html = response.content.decode()
    assert "does not look like sessionid_sign" in html
    assert PREMIUM.sessionid not in html
    assert not TradingViewConnection.objects.exists()
