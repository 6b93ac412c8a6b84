"""Sign-in of the demo's users: their password is their name, and only while it runs.

Their accounts have no password in the database, so that nobody enters by one when the
same database is later used in earnest. Nor does this let anybody in who has a password.
"""

from typing import Any, override

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

DEMO_USER = "demo"
DEMO_STAFF = "admin"


class DemoBackend(ModelBackend):
    """In the settings only while DEMO or DEBUG is on."""

    @override
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username not in {DEMO_USER, DEMO_STAFF} or password != username:
            return None
        user = User.objects.filter(username=username, is_active=True).first()
        return None if user is None or user.has_usable_password() else user
