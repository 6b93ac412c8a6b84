"""What a viewer asks for when a stream begins."""

from dataclasses import dataclass

from formulas.charts.accounts import Credentials
from formulas.market.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """One request for a run.

    `asked_at` is in UTC seconds. `cursor` is what the viewer gave back of an earlier
    connection, as it came, or empty. Charts fetched before `since` are not fresh; a
    refresh asks for the screen anew, too.
    """

    user_id: int
    formula_id: int
    formula_name: str
    api_key: Secret
    metric_names: tuple[str, ...]
    credentials: Credentials | None
    resolutions: tuple[str, ...]
    bars: int
    batch_size: int
    is_refresh: bool
    cursor: str
    asked_at: float
    since: float
