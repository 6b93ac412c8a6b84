"""The demo's users, and their formulas and sessions at the exchange simulator."""

from django.contrib.auth.models import User
from django.db import transaction

from formulas.demo.sign_in import DEMO_STAFF, DEMO_USER
from formulas.models import Formula, TradingViewConnection
from formulas.simulator.accounts import PREMIUM
from formulas.simulator.screens import BUILT_IN

# As the simulator's screens have them.
_COLUMN_NAMES = "Change %, RSI 14, Volume ratio"


@transaction.atomic
def seed() -> None:
    """Put them into the database; what is there already is only brought up to date.

    The staff user has no TradingView session, and so sees what a visitor sees.
    """
    _user(DEMO_STAFF, is_staff=True)
    user = _user(DEMO_USER, is_staff=False)
    connection = TradingViewConnection(user=user)
    connection.set_cookies(PREMIUM.sessionid, PREMIUM.sessionid_sign)
    connection.save()


def _user(name: str, *, is_staff: bool) -> User:
    """Return the user, without a password: only the demo's own sign-in lets them in."""
    user, _ = User.objects.get_or_create(username=name)
    user.is_staff = user.is_superuser = is_staff
    user.set_unusable_password()
    user.save()
    for screen in BUILT_IN:
        formula, _ = Formula.objects.get_or_create(owner=user, name=screen.name)
        formula.column_names = _COLUMN_NAMES
        formula.set_api_key(screen.key)
        formula.save()
    return user
