"""How much of TradingView one account may take in one process, and for how long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, and times in seconds.

    TradingView closes an account's oldest socket when too many are open, refuses a
    sixth socket of one address, and fails on a socket with more than about 200 chart
    sessions in its life.
    """

    sockets: int = 1
    lanes: int = 40  # charts in flight on one socket
    sessions_per_socket: int = 150
    chart_seconds: float = 15.0  # from the moment the chart has a lane
    first_answer_seconds: float = 5.0  # an expired token is met with silence
    facts_seconds: float = 5.0
    idle_seconds: float = 60.0
    dial_spacing: float = 0.1
    open_seconds: float = 10.0  # for one dial, its token included
    dials: int = 3  # failures in a row before everybody who waits is told
    dial_pause: float = 0.5  # doubled after each failure
    retries: int = 1
    retry_pause: float = 0.1
