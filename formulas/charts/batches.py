"""When to send what has been fetched: a small batch first, full ones later, none late."""

# The first chart should be seen at once, not with 17 others.
FIRST_SIZE = 4
HOLD_SECONDS = 0.15


class Batcher[T]:
    """Gathers what completes, in that order, and says when it is due.

    A batch is due when it is full, when its oldest item has waited for HOLD_SECONDS,
    or when nothing more will come. Times are seconds of any one clock.

    Args:
        size: the most items in one batch.
        total: how many items will come.
        is_first: whether the first batch, the small one, is still to be sent.
    """

    def __init__(self, *, size: int, total: int, is_first: bool = True) -> None:
        self._size = size
        self._expected = total
        self._next_size = min(FIRST_SIZE, size) if is_first else size
        self._items: list[T] = []
        self._due_at: float | None = None

    @property
    def is_finished(self) -> bool:
        """Say whether everything came and was taken."""
        return not self._expected and not self._items

    @property
    def due_at(self) -> float | None:
        """When the oldest item will have waited long enough; None without items."""
        return self._due_at

    @property
    def left(self) -> int:
        """How many batches follow at the least."""
        return -(-(self._expected + len(self._items)) // self._size)

    def add(self, item: T, now: float) -> None:
        """Take one completed item."""
        self._items.append(item)
        self._expected -= 1
        if self._due_at is None:
            self._due_at = now + HOLD_SECONDS

    def take(self, now: float) -> list[T]:
        """Return the batch that is due, empty when none is."""
        if not self._is_due(now):
            return []
        batch = self._items[: self._next_size]
        self._items = self._items[self._next_size :]
        self._next_size = self._size
        # What stays has waited less long than what goes: it may wait on from now.
        self._due_at = now + HOLD_SECONDS if self._items else None
        return batch

    def _is_due(self, now: float) -> bool:
        if self._due_at is None:
            return False
        is_full = len(self._items) >= self._next_size
        return is_full or not self._expected or now >= self._due_at
