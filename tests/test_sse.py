"""Events as exact bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.sse import COMMENT, encode_event, encode_retry


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"data": ["one"]}, b"data: one\n\n"),
        ({"data": ["one", "two"]}, b"data: one\ndata: two\n\n"),
        ({"data": [""]}, b"data: \n\n"),
        ({"data": [" led by a space"]}, b"data:  led by a space\n\n"),
        ({"data": ["é ₹"]}, "data: é ₹\n\n".encode()),
        ({"data": ["x"], "event": "done"}, b"event: done\ndata: x\n\n"),
        ({"data": ["x"], "event_id": "r.1"}, b"id: r.1\ndata: x\n\n"),
        (
            {"data": ["x"], "event": "complete", "event_id": "r.1"},
            b"event: complete\nid: r.1\ndata: x\n\n",
        ),
    ],
    ids=str,
)
def test_an_event_is_these_bytes(arguments, expected):
    assert encode_event(**arguments) == expected


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("a\nb", "a b"),
        ("a\rb", "a b"),
        ("a\r\nb", "a  b"),
        ("a\n\nid: 7", "a  id: 7"),
        ("a\0b", "ab"),
    ],
)
def test_a_line_of_data_stays_one_line(line, sent):
    assert encode_event([line]) == f"data: {sent}\n\n".encode()


@pytest.mark.parametrize("field", ["event", "event_id"])
@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\0b", "\n"])
def test_a_type_or_id_of_several_lines_is_refused(field, text):
    with pytest.raises(ValueError, match="one line"):
        encode_event(["x"], **{field: text})


def test_a_comment_is_no_event():
    assert COMMENT == b": \n\n"


def test_the_time_to_wait_before_coming_again_is_in_milliseconds():
    assert encode_retry(1500) == b"retry: 1500\n\n"


def _read(stream: bytes) -> list[tuple[str, str, str]]:
    """Read events as WHATWG's algorithm does: type, id, data of each."""
    events = []
    for block in stream.decode().split("\n\n")[:-1]:
        fields: dict[str, list[str]] = {"event": [""], "id": [""], "data": []}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        data = "\n".join(fields["data"])
        events.append((fields["event"][-1], fields["id"][-1], data))
    return events


_ONE_LINE = st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"))


@given(st.lists(_ONE_LINE, min_size=1), _ONE_LINE, _ONE_LINE)
def test_a_reader_gets_back_what_was_sent(data, event, event_id):
    sent = encode_event(data, event=event, event_id=event_id)
    assert _read(sent) == [(event, event_id, "\n".join(data))]


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_no_data_makes_a_second_event_or_another_field(data):
    [(event, event_id, _)] = _read(encode_event(data))
    assert (event, event_id) == ("", "")
