"""Signing in: with a password, and as the demo's users while the demo is on."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

_DEMO = "formulas.demo.sign_in.DemoBackend"


@pytest.fixture
def demo(db: None) -> User:
    user = User(username="demo")
    user.set_unusable_password()
    user.save()
    return user


def test_a_password_opens_ones_formulas(client: Client, owner: User):
    form = {"username": "owner", "password": "owner's password"}
    assert client.post("/accounts/login/", form).headers["Location"] == "/"


def test_signing_out_ends_the_session(client: Client, owner: User):
    client.force_login(owner)
    client.post("/accounts/logout/")
    assert client.get("/").status_code == 302


def test_a_sign_in_leads_nowhere_else(client: Client, owner: User):
    form = {"username": "owner", "password": "owner's password"}
    response = client.post("/accounts/login/?next=https://evil.example/", form)
    assert response.headers["Location"] == "/"


def test_the_demo_user_enters_by_its_name(demo: User):
    assert authenticate(username="demo", password="demo") == demo


@pytest.mark.parametrize(
    ("username", "password"),
    [("demo", "other"), ("demo", ""), ("owner", "owner"), ("admin", "admin"), ("", "")],
)
def test_nobody_else_enters_by_a_name(demo, owner, username, password):
    assert authenticate(username=username, password=password) is None


def test_a_user_of_that_name_who_has_a_password_needs_it(db: None):
    User.objects.create_user("admin", password="a real one")
    assert authenticate(username="admin", password="admin") is None
    assert authenticate(username="admin", password="a real one") is not None


def test_a_demo_user_who_is_not_active_stays_out(demo: User):
    User.objects.update(is_active=False)
    assert authenticate(username="demo", password="demo") is None


def test_without_the_demo_its_users_stay_out(demo: User, settings: Settings):
    settings.AUTHENTICATION_BACKENDS = [
        name for name in settings.AUTHENTICATION_BACKENDS if name != _DEMO
    ]
    assert authenticate(username="demo", password="demo") is None


def test_the_demo_says_who_may_sign_in(client: Client):
    assert "the password <b>demo</b>" in client.get("/accounts/login/").text
