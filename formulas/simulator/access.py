"""Who a token stands for, and what TradingView lets that account do."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import shake_256
from typing import Any

# Exactly four hours lie between `iat` and `exp` in every token seen.
TOKEN_SECONDS = 14_400

_ANONYMOUS_TOKENS = frozenset({"unauthorized_user_token", "widget_user_token"})

# An RS512 signature of a 2048-bit key is this long; ours is a hash of that length.
_SIGNATURE_BYTES = 256
_HEADER = {"alg": "RS512", "kid": "GZxU", "typ": "JWT"}


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens. `expires` is in UTC seconds; anonymous access never does."""

    user_id: int | None = None
    exchanges: frozenset[str] = frozenset()
    max_connections: int | None = None
    expires: float | None = None

    def update_mode(self, exchange: str) -> str:
        """Return the freshness of an exchange's data, as `series_completed` tells it."""
        return (
            "streaming"
            if exchange.lower() in self.exchanges
            else "delayed_streaming_900"
        )

    @property
    def update_period(self) -> int:
        return 0 if self.exchanges else 5

    @property
    def has_custom_resolutions(self) -> bool:
        return self.user_id is not None

    def is_expired(self, now: float) -> bool:
        return self.expires is not None and now >= self.expires


@dataclass(frozen=True, slots=True)
class Account:
    """A TradingView account: the two cookies that open it, and its plan."""

    username: str
    user_id: int
    sessionid: str
    sessionid_sign: str
    plan: str
    exchanges: tuple[str, ...]
    max_connections: int

    def token(self, now: float) -> str:
        """Return a new data token, four hours long."""
        issued = int(now)
        claims = {
            "user_id": self.user_id,
            "exp": issued + TOKEN_SECONDS,
            "iat": issued,
            "plan": self.plan,
            "prostatus": "non_pro",
            "ext_hours": 1,
            "perm": ",".join(self.exchanges),
            "study_perm": "tv-volumebyprice,tv-prostudies",
            "max_studies": 25,
            "max_fundamentals": 10,
            "max_charts": 8,
            "max_active_alerts": 400,
            "max_study_on_study": 24,
            "fields_permissions": ["refbonds"],
            "watchlist_symbols_limit": 1000,
            "multiple_watchlists": 1,
            "multiflagged_symbols_lists": 1,
            "max_alert_conditions": 5,
            "max_overall_alerts": 2000,
            "max_connections": self.max_connections,
        }
        return sign(claims)


def sign(claims: dict[str, Any]) -> str:
    """Return the claims as a token that `read_token` accepts."""
    signed = f"{_encode(_json(_HEADER))}.{_encode(_json(claims))}"
    return f"{signed}.{_signature(signed)}"


def read_token(token: str) -> Access | None:
    """Return what a token opens; None for one that was not issued here."""
    if token in _ANONYMOUS_TOKENS:
        return Access()
    signed, _, signature = token.rpartition(".")
    if not signed or signature != _signature(signed):
        return None
    claims = json.loads(_decode(signed.partition(".")[2]))
    return Access(
        user_id=claims["user_id"],
        exchanges=frozenset(filter(None, claims["perm"].split(","))),
        max_connections=claims["max_connections"],
        expires=claims["exp"],
    )


def _signature(signed: str) -> str:
    return _encode(shake_256(signed.encode()).digest(_SIGNATURE_BYTES))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
