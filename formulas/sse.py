"""Events as bytes of `text/event-stream` (WHATWG HTML, server-sent events)."""

from collections.abc import Iterable

COMMENT = b": \n\n"


def encode_event(
    data: Iterable[str], *, event: str | None = None, event_id: str | None = None
) -> bytes:
    """Return one event.

    Args:
        data: its data, one `data:` line each. Line breaks inside a line become
            spaces: a reader would take what follows for another field.
        event: its type; without one a reader takes it for a `message`.
        event_id: what the reader gives back as `Last-Event-ID`.

    Raises:
        ValueError: `event` or `event_id` holds a line break or NUL.
    """
    lines = [f"data: {_one_line(line)}" for line in data]
    if event_id is not None:
        lines.insert(0, f"id: {_checked(event_id)}")
    if event is not None:
        lines.insert(0, f"event: {_checked(event)}")
    return ("\n".join(lines) + "\n\n").encode()


def encode_retry(milliseconds: int) -> bytes:
    """Return the field that tells a reader how long to wait before it reconnects."""
    return f"retry: {milliseconds}\n\n".encode()


def _one_line(text: str) -> str:
    return " ".join(text.split("\n")).replace("\r", " ").replace("\0", "")


def _checked(field: str) -> str:
    if any(character in field for character in "\r\n\0"):
        raise ValueError("An event's type and id are one line without NUL.")
    return field
