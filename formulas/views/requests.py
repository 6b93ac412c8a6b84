"""Requests as the views see them: with the user whom the decorators let in."""

from django.contrib.auth.models import User
from django.http import HttpRequest


class SignedInRequest(HttpRequest):
    """A request behind `login_required`."""

    user: User


async def viewer(request: HttpRequest) -> User | None:
    """Return who is signed in, for views that can't redirect to a sign-in page."""
    user = await request.auser()
    return user if user.is_authenticated else None
