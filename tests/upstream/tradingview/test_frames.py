import re
from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulas.upstream.tradingview.frames import Decoder, Heartbeat, encode

# A captured name that reached the wire as raw characters beyond ASCII, and a longer one.
NAMES = ["NGÃN HÃNG", "三菱UFJ", "rocket \N{ROCKET} plc"]

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="~"))
payloads = st.dictionaries(texts, texts, max_size=3).map(
    lambda d: orjson.dumps(d).decode()
)
counts = st.sampled_from(
    [
        len,
        lambda text: len(text.encode()),
        lambda text: len(text.encode("utf-16-le")) // 2,
    ]
)


def frame(payload: str, count: Callable[[str], int] = len) -> str:
    return f"~m~{count(payload)}~m~{payload}"


def test_a_payload_is_framed_with_its_length():
    assert encode('{"m":"x","p":[]}') == '~m~16~m~{"m":"x","p":[]}'


def test_several_frames_share_a_message():
    assert Decoder().feed('~m~2~m~{}~m~4~m~~h~1~m~7~m~{"a":1}') == [
        "{}",
        Heartbeat("~h~1"),
        '{"a":1}',
    ]


def test_a_heartbeat_is_known_by_its_mark_whatever_its_number():
    assert Decoder().feed("~m~5~m~~h~10") == [Heartbeat("~h~10")]


def test_a_header_inside_a_payload_is_part_of_it():
    payload = '{"description":"~m~3~m~abc"}'

    assert Decoder().feed(frame(payload) * 2) == [payload, payload]


def test_a_frame_split_across_messages_is_put_together():
    decoder = Decoder()

    assert decoder.feed('~m~7~m~{"a') == []
    assert decoder.feed('":1}~m~2~m~{}') == ['{"a":1}', "{}"]


def test_a_header_split_across_messages_is_put_together():
    decoder = Decoder()

    assert decoder.feed("~m~2~m~{}~m") == ["{}"]
    assert decoder.feed('~7~m~{"a":1}') == ['{"a":1}']


def test_a_torn_frame_does_not_swallow_the_next_message():
    decoder = Decoder()

    assert decoder.feed('~m~5000~m~{"torn":') == []
    assert decoder.feed("~m~4~m~~h~1") == [Heartbeat("~h~1")]


@pytest.mark.parametrize("garbage", ["x", "~m~", "~m~~m~", "~h~1", "\x00é", "~m~a~m~"])
def test_garbage_between_frames_is_skipped(garbage):
    assert Decoder().feed(f"~m~2~m~{{}}{garbage}~m~4~m~~h~1") == [
        "{}",
        Heartbeat("~h~1"),
    ]


def test_an_absurd_length_is_no_header():
    assert Decoder().feed("~m~999999999~m~{}~m~2~m~{}") == ["{}"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_length_in_other_units_than_characters_is_understood(name, encoding):
    payload = f'{{"description":"{name}"}}'
    units = len(payload.encode(encoding)) // (2 if encoding == "utf-16-le" else 1)

    decoded = Decoder().feed(f"~m~{units}~m~{payload}~m~4~m~~h~1")

    assert decoded == [payload, Heartbeat("~h~1")]


@given(st.lists(payloads, min_size=1, max_size=5))
def test_encoding_and_decoding_give_the_payloads_back(sent):
    assert Decoder().feed("".join(map(encode, sent))) == sent


@given(st.lists(payloads, max_size=4), st.data(), counts)
def test_any_chunking_gives_the_same_payloads(sent, data, count):
    text = "".join(frame(payload, count) for payload in sent)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    decoder = Decoder()

    assert [found for piece in pieces for found in decoder.feed(piece)] == sent


@given(st.lists(st.tuples(texts, payloads), max_size=4), texts)
def test_any_garbage_between_frames_is_skipped(pairs, tail):
    message = "".join(garbage + frame(payload) for garbage, payload in pairs) + tail

    assert Decoder().feed(message) == [payload for _, payload in pairs]


@given(st.integers(0, 10**9), payloads, payloads)
def test_a_lying_length_harms_no_later_message(length, payload, later):
    decoder = Decoder()
    decoder.feed(f"~m~{length}~m~{payload}")

    assert decoder.feed(frame(later)) == [later]


def test_a_frame_that_never_ends_is_not_kept_for_ever():
    decoder = Decoder()
    decoder.feed("~m~99999999~m~")
    kept = []
    for _ in range(20):
        decoder.feed("x" * 100_000)
        kept.append(len(decoder._rest))

    assert max(kept) <= 1024 * 1024
    assert kept[-1] == 0
    assert decoder.feed("~m~2~m~{}") == ["{}"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_upsets_the_decoder(first, second):
    decoder = Decoder()
    decoder.feed(first)
    decoder.feed(second)


def test_every_captured_message_decodes_to_its_last_character(received):
    for message in received:
        frames = Decoder().feed(message)
        whole = sum(len(f if isinstance(f, str) else f.payload) for f in frames)
        headers = sum(map(len, re.findall(r"~m~\d+~m~", message)))
        assert whole + headers == len(message)
