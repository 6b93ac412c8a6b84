"""When a batch is due: a clock that the test moves, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from formulas.charts.batches import FIRST_SIZE, HOLD_SECONDS, Batcher


def _filled(count: int, *, size: int = 18, total: int = 88, is_first: bool = False):
    batcher = Batcher[int](size=size, total=total, is_first=is_first)
    for item in range(count):
        batcher.add(item, 0.0)
    return batcher


def test_nothing_is_due_before_anything_came():
    batcher = _filled(0)
    assert batcher.due_at is None
    assert batcher.take(1e9) == []


def test_the_first_batch_is_small():
    batcher = _filled(FIRST_SIZE, is_first=True)
    assert batcher.take(0.0) == list(range(FIRST_SIZE))


def test_a_later_batch_is_full():
    assert _filled(17).take(0.0) == []
    assert _filled(18).take(0.0) == list(range(18))


def test_the_first_batch_is_no_larger_than_any():
    assert _filled(2, size=2, is_first=True).take(0.0) == [0, 1]


def test_an_item_that_waited_long_enough_makes_its_batch_due():
    batcher = _filled(2)
    assert batcher.due_at == HOLD_SECONDS
    assert batcher.take(HOLD_SECONDS - 0.001) == []
    assert batcher.take(HOLD_SECONDS) == [0, 1]


def test_the_last_items_are_due_at_once():
    assert _filled(2, total=2).take(0.0) == [0, 1]


def test_what_does_not_fit_stays_for_the_next_batch():
    batcher = _filled(20)
    assert batcher.take(0.0) == list(range(18))
    assert batcher.take(0.0) == []
    assert batcher.take(HOLD_SECONDS) == [18, 19]


def test_it_is_finished_when_everything_was_taken():
    batcher = _filled(3, total=3)
    assert not batcher.is_finished
    assert batcher.take(0.0) == [0, 1, 2]
    assert batcher.is_finished
    assert batcher.due_at is None


def test_a_run_without_charts_is_finished_from_the_start():
    assert Batcher[int](size=18, total=0).is_finished


def test_how_many_batches_are_left_is_told_at_the_least():
    batcher = _filled(5, total=40)
    assert batcher.left == 3
    batcher.take(HOLD_SECONDS)
    assert batcher.left == 2


# What happens in a run: each item is added when it comes, and the batcher asked at once,
# and again whenever it said that something is due.

_PAUSES = st.lists(st.floats(0, 0.4), min_size=1, max_size=120)


@given(_PAUSES, st.integers(1, 20), st.booleans())
def test_nothing_is_lost_or_late_and_no_batch_is_too_large(pauses, size, is_first):
    batcher = Batcher[int](size=size, total=len(pauses), is_first=is_first)
    now = 0.0
    came_at: list[float] = []
    batches: list[list[int]] = []

    def take_until(moment: float) -> None:
        while batcher.due_at is not None and batcher.due_at <= moment:
            due_at = batcher.due_at
            while batch := batcher.take(due_at):
                assert due_at - came_at[batch[0]] <= HOLD_SECONDS + 1e-9
                batches.append(batch)

    for item, pause in enumerate(pauses):
        take_until(now + pause)
        now += pause
        came_at.append(now)
        batcher.add(item, now)
        while batch := batcher.take(now):
            batches.append(batch)

    assert batcher.is_finished
    assert [item for batch in batches for item in batch] == list(range(len(pauses)))
    assert all(len(batch) <= size for batch in batches)
    assert len(batches[0]) <= (min(FIRST_SIZE, size) if is_first else size)


@given(st.lists(st.integers(1, 30)), st.integers(1, 20))
def test_items_that_pile_up_before_anybody_asks_keep_their_order(counts, size):
    batcher = Batcher[int](size=size, total=sum(counts))
    added, taken = 0, []
    for moment, count in enumerate(counts):
        for _ in range(count):
            batcher.add(added, float(moment))
            added += 1
        while batch := batcher.take(moment + 0.1):
            assert len(batch) <= size
            taken += batch
    assert taken == list(range(added))
    assert batcher.is_finished
