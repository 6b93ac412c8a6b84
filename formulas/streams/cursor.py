"""The cursor: how far a run got, in the `id:` of its events.

`<run>.<batches>.<cached>.<ended>.<failed>`: the run's token, how many batches were
sent, how many charts came from the cache, and which charts ended and which of those
failed, as bits (chart 0 is the lowest) in base64url. A chart's number is its place in
the run, so that any process knows what is missing.
"""

import base64
import binascii
import re
from dataclasses import dataclass, replace
from typing import Self, override

from formulas.market.errors import InvalidValueError
from formulas.streams.progress import Progress

_FORM = re.compile(
    r"([A-Za-z0-9_-]{8,64})\.([0-9]{1,6})\.([0-9]{1,6})"
    r"\.([A-Za-z0-9_-]{0,4000})\.([A-Za-z0-9_-]{0,4000})"
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a run; the bits of `failed` are a subset of those of `ended`."""

    run: str
    batches: int = 0
    cached: int = 0
    ended: int = 0
    failed: int = 0

    # Factories

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the cursor that `str` wrote.

        Raises:
            InvalidValueError: the text is no cursor.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise InvalidValueError("This is not a cursor of a run.")
        run, batches, cached, ended, failed = match.groups()
        cursor = cls(run, int(batches), int(cached), _bits(ended), _bits(failed))
        if cursor.failed & ~cursor.ended:
            raise InvalidValueError("This cursor contradicts itself.")
        return cursor

    def after(self, *, loaded: list[int], failed: list[int], cached: int) -> "Cursor":
        """Return the cursor behind a batch of charts, given by their places."""
        failures = sum(1 << place for place in failed)
        return replace(
            self,
            batches=self.batches + 1,
            cached=self.cached + cached,
            ended=self.ended | failures | sum(1 << place for place in loaded),
            failed=self.failed | failures,
        )

    # Queries

    def has(self, place: int) -> bool:
        """Say whether the chart at this place was sent, as data or as an error."""
        return bool(self.ended >> place & 1)

    def progress(self, total: int) -> Progress:
        """Return how far this is in a run of so many charts."""
        failed = self.failed.bit_count()
        return Progress(
            total=total,
            loaded=self.ended.bit_count() - failed,
            failed=failed,
            from_cache=self.cached,
        )

    @override
    def __str__(self) -> str:
        numbers = f"{self.run}.{self.batches}.{self.cached}"
        return f"{numbers}.{_text(self.ended)}.{_text(self.failed)}"


def _text(bits: int) -> str:
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bits(text: str) -> int:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except binascii.Error as error:
        raise InvalidValueError("This is not a cursor of a run.") from error
    return int.from_bytes(data, "little")
