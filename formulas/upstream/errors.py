"""What can go wrong with an upstream, as one tree.

UpstreamError
├── UnreachableError            retryable
│   ├── TimedOutError           retryable
│   └── ThrottledError          retryable, later
├── SessionLostError            retryable
├── UnexpectedAnswerError       retryable
├── TokenRejectedError
├── SignedOutError
├── WrongKeyError
├── UnknownSymbolError
├── SeriesRefusedError
└── NoDataError

Each carries the decision (`retryable`) and a name for programs (`code`); `str(error)`
is a sentence for people that holds no secret.
"""

from typing import ClassVar


class UpstreamError(Exception):
    """Anything an upstream did that ends a request; never raised itself."""

    code: ClassVar[str] = "upstream"
    retryable: ClassVar[bool] = False


class UnreachableError(UpstreamError):
    """No connection, or it broke."""

    code = "unreachable"
    retryable = True


class TimedOutError(UnreachableError):
    """No answer within the deadline."""

    code = "timed_out"


class ThrottledError(UnreachableError):
    """Told to slow down: status 429, or the rate of sessions."""

    code = "throttled"


class SessionLostError(UpstreamError):
    """TradingView ended the chart session."""

    code = "session_lost"
    retryable = True


class UnexpectedAnswerError(UpstreamError):
    """An answer that is not what was asked for."""

    code = "unexpected_answer"
    retryable = True


class TokenRejectedError(UpstreamError):
    """TradingView refuses the token."""

    code = "token_rejected"


class SignedOutError(UpstreamError):
    """The account's cookies open nothing any more."""

    code = "signed_out"


class WrongKeyError(UpstreamError):
    """MarketInOut does not know the key."""

    code = "wrong_key"


class UnknownSymbolError(UpstreamError):
    """TradingView does not know the symbol."""

    code = "unknown_symbol"


class SeriesRefusedError(UpstreamError):
    """The account's plan, or the symbol, forbids the series."""

    code = "series_refused"


class NoDataError(UpstreamError):
    """The symbol exists and has no bars."""

    code = "no_data"


def error_of(code: str, message: str) -> UpstreamError:
    """Return the error with this code, as it was raised in another process."""
    return _BY_CODE.get(code, UnexpectedAnswerError)(message)


_BY_CODE: dict[str, type[UpstreamError]] = {
    error.code: error
    for error in (
        UnreachableError,
        TimedOutError,
        ThrottledError,
        SessionLostError,
        UnexpectedAnswerError,
        TokenRejectedError,
        SignedOutError,
        WrongKeyError,
        UnknownSymbolError,
        SeriesRefusedError,
        NoDataError,
    )
}
