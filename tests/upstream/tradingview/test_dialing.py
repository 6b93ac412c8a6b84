import pytest

from formulas.upstream.errors import (
    SignedOutError,
    ThrottledError,
    TokenRejectedError,
    UnreachableError,
)
from formulas.upstream.tradingview.dialing import Dialing
from formulas.upstream.tradingview.limits import Limits

DOWN = UnreachableError("down")


@pytest.fixture
def dialing() -> Dialing:
    limits = Limits(dial_spacing=0.1, dial_pause=0.5, dials=3)
    return Dialing(limits, jittered=lambda seconds: seconds)


def test_dials_are_spaced(dialing):
    assert [dialing.take_turn(now=100) for _ in range(3)] == pytest.approx(
        [0, 0.1, 0.2]
    )
    assert dialing.take_turn(now=101) == 0


def test_the_pause_doubles_with_each_failure_in_a_row(dialing):
    pauses = []
    for _ in range(9):
        dialing.lost(DOWN, 100, served=False)
        pauses.append(dialing.take_turn(100))

    assert pauses[:4] == [0.5, 1, 2, 4]
    assert pauses[-1] == 30


def test_a_socket_that_has_served_is_no_failure(dialing):
    dialing.lost(DOWN, 100, served=False)
    dialing.lost(DOWN, 200, served=True)

    assert dialing.take_turn(200) == 0
    dialing.lost(DOWN, 200, served=False)
    assert dialing.take_turn(200) == 0.5


def test_being_throttled_is_answered_with_a_pause_even_after_service(dialing):
    dialing.lost(ThrottledError("slow"), 100, served=True)

    assert dialing.take_turn(100) == 0.5


def test_a_rejected_token_needs_no_pause(dialing):
    dialing.lost(TokenRejectedError("bad"), 100, served=False)

    assert dialing.take_turn(100) == 0


@pytest.mark.parametrize(
    ("error", "attempts"),
    [(DOWN, 3), (TokenRejectedError("bad"), 2), (SignedOutError("out"), 1)],
)
def test_it_gives_up_after_as_many_failures_as_can_be_cured(dialing, error, attempts):
    verdicts = []
    for _ in range(attempts):
        dialing.lost(error, 100, served=False)
        verdicts.append(dialing.is_hopeless(error))

    assert verdicts == [False] * (attempts - 1) + [True]


def test_failures_before_anybody_waited_do_not_count(dialing):
    dialing.lost(DOWN, 100, served=False)
    dialing.lost(DOWN, 100, served=False)
    dialing.forgive()
    dialing.lost(DOWN, 100, served=False)

    assert not dialing.is_hopeless(DOWN)
