"""When the next dial may be made, and when it is time to give up."""

from collections.abc import Callable

from formulas.upstream.errors import (
    ThrottledError,
    TokenRejectedError,
    UpstreamError,
)
from formulas.upstream.tradingview.limits import Limits

_LONGEST_PAUSE = 30.0


class Dialing:
    """Spaces dials, and pauses longer after each failure in a row.

    Moments are those of one monotonic clock, in seconds. `jittered` spreads a pause,
    so that many processes do not come back at one moment.
    """

    def __init__(self, limits: Limits, jittered: Callable[[float], float]) -> None:
        self._limits = limits
        self._jittered = jittered
        self._failures = 0
        self._next_at = 0.0

    def take_turn(self, now: float) -> float:
        """Return the seconds to wait before a dial."""
        turn = max(now, self._next_at)
        self._next_at = turn + self._limits.dial_spacing
        return turn - now

    def lost(self, error: UpstreamError, now: float, *, served: bool) -> None:
        """Learn that a socket ended; one that has `served` is no failed attempt."""
        self._failures = 0 if served else self._failures + 1
        if isinstance(error, TokenRejectedError):
            return  # another token is the cure, not time
        if self._failures or isinstance(error, ThrottledError):
            doubled = self._limits.dial_pause * 2 ** max(0, self._failures - 1)
            self._next_at = now + self._jittered(min(doubled, _LONGEST_PAUSE))

    def is_hopeless(self, error: UpstreamError) -> bool:
        """Say whether those who wait should be told, instead of dialing again."""
        if isinstance(error, TokenRejectedError):
            return self._failures > 1
        return not error.retryable or self._failures >= self._limits.dials

    def forgive(self) -> None:
        """Start counting anew, as nobody waits."""
        self._failures = 0
