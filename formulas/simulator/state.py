"""What has happened in a simulator, counted for tests and benchmarks."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class State:
    """Counts since the start or the last `reset`.

    `dials` are websocket handshakes, `refused` those among them that were turned down;
    `messages` counts what clients sent by its name (`create_series` …), `http` the
    requests by path, `sessions_open` the chart sessions that are open now.
    """

    dials: int = 0
    refused: int = 0
    sockets_open: int = 0
    sockets_at_most: int = 0
    sessions_open: int = 0
    sessions_at_most: int = 0
    heartbeats_echoed: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    http: Counter[str] = field(default_factory=Counter)

    @property
    def sessions_created(self) -> int:
        return self.messages["chart_create_session"]

    @property
    def series_created(self) -> int:
        return self.messages["create_series"]

    @property
    def series_modified(self) -> int:
        return self.messages["modify_series"]

    @property
    def quotes(self) -> int:
        return self.messages["quote_add_symbols"] + self.messages["quote_fast_symbols"]

    def count_sockets(self, now_open: int) -> None:
        self.sockets_open = now_open
        self.sockets_at_most = max(self.sockets_at_most, now_open)

    def count_sessions(self, more: int) -> None:
        self.sessions_open += more
        self.sessions_at_most = max(self.sessions_at_most, self.sessions_open)

    def reset(self) -> None:
        """Count anew; what is open stays counted as open."""
        self.dials = self.refused = self.heartbeats_echoed = 0
        self.sockets_at_most = self.sockets_open
        self.sessions_at_most = self.sessions_open
        self.messages.clear()
        self.http.clear()

    def as_json(self) -> dict[str, Any]:
        return {
            "dials": self.dials,
            "refused": self.refused,
            "sockets_open": self.sockets_open,
            "sockets_at_most": self.sockets_at_most,
            "sessions_created": self.sessions_created,
            "sessions_open": self.sessions_open,
            "sessions_at_most": self.sessions_at_most,
            "series_created": self.series_created,
            "series_modified": self.series_modified,
            "quotes": self.quotes,
            "heartbeats_echoed": self.heartbeats_echoed,
            "messages": dict(self.messages),
            "http": dict(self.http),
        }
