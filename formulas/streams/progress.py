"""How far a run is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the run is, over all its connections."""

    total: int
    loaded: int = 0
    failed: int = 0
    from_cache: int = 0

    @property
    def ended(self) -> int:
        return self.loaded + self.failed

    @property
    def percentage(self) -> int:
        """Whole percent of the charts that ended; 100 only when all have."""
        return self.ended * 100 // self.total if self.total else 100
