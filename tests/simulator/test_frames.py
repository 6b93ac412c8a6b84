import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.simulator.frames import frame, payloads


@given(st.lists(st.text()))
def test_frames_read_back_as_written_whatever_they_hold(texts):
    assert list(payloads("".join(frame(text) for text in texts))) == texts


def test_the_length_counts_characters():
    assert frame("Zürich") == "~m~6~m~Zürich"


@pytest.mark.parametrize(
    "message", ["hello", "~m~5~m~four", "~m~x~m~", "~m~2~m~okmore"]
)
def test_what_is_not_framed_is_refused(message):
    with pytest.raises(ValueError, match="not framed"):
        list(payloads(message))
