"""The accounts that the simulator knows, for the demo and for tests.

They exist nowhere else; the cookies only have the shape of real ones.
"""

from dataclasses import dataclass

from formulas.simulator.access import Account


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie of a MarketInOut session; its name differs from server to server."""

    name: str
    value: str


MARKETINOUT = Cookie("ASPSESSIONIDQWERTDCB", "KLMNOPABCDEFGHIJQRSTUVWX")

# Real-time data of NSE, as a premium plan with the exchange's data has it.
PREMIUM = Account(
    username="candlestream",
    user_id=31415926,
    sessionid="c4nd13str3amc4nd13str3amc4nd13st",
    sessionid_sign="v3:Q2FuZGxlc3RyZWFtRXhjaGFuZ2VTaW11bGF0b3IxMjM=",
    plan="pro_premium",
    exchanges=("nse",),
    max_connections=50,
)

# No exchange's real-time data: everything comes delayed, over two connections at most.
BASIC = Account(
    username="candlestream-basic",
    user_id=27182818,
    sessionid="b4s1cb4s1cb4s1cb4s1cb4s1cb4s1cb4",
    sessionid_sign="v3:QmFzaWNFeGNoYW5nZVNpbXVsYXRvckFjY291bnQxMjM=",
    plan="",
    exchanges=(),
    max_connections=2,
)

TRADINGVIEW = (PREMIUM, BASIC)


def account_with(
    sessionid: str | None, sessionid_sign: str | None = None
) -> Account | None:
    """Return the account a pair of cookies opens, or one cookie where that is enough."""
    for account in TRADINGVIEW:
        if account.sessionid == sessionid and sessionid_sign in (
            None,
            account.sessionid_sign,
        ):
            return account
    return None
