import json

from formulas.simulator.answers import Answer, ProtocolError, Stage, message
from formulas.simulator.frames import payloads
from formulas.simulator.outbox import Outbox

NOW = 1_766_031_047.747


def loaded(session: str, mishap: str = "") -> Answer:
    stages = ("series_loading", Stage.LOADING), ("series_completed", Stage.COMPLETED)
    messages = [message(name, [session], stage) for name, stage in stages]
    return Answer(session, messages, series="sds_1", symbol="NSE:TCS", mishap=mishap)


def resolved(session: str) -> Answer:
    done = message("symbol_resolved", [session], Stage.RESOLVED)
    return Answer(session, [done], symbol="NSE:TCS")


def sent(text: str) -> list[tuple[str, str]]:
    read = [json.loads(payload) for payload in payloads(text)]
    return [(each["p"][0], each["m"]) for each in read]


def test_nothing_leaves_before_it_is_due():
    outbox = Outbox()
    outbox.put(loaded("cs_1"), due=10.0)
    assert list(outbox.take(9.9, NOW)) == []
    waiting = outbox.next_due
    assert len(list(outbox.take(10.0, NOW))) == 1
    assert (waiting, outbox.next_due) == (10.0, None)


def test_no_answer_overtakes_another_of_its_session():
    outbox = Outbox()
    outbox.put(resolved("cs_1"), due=10.0)
    outbox.put(loaded("cs_1"), due=9.0)
    outbox.put(loaded("cs_2"), due=9.0)
    assert [sent(each.text)[0][0] for each in outbox.take(9.5, NOW)] == ["cs_2"]
    [outgoing] = outbox.take(10.0, NOW)
    assert sent(outgoing.text)[-1] == ("cs_1", "series_completed")


def test_messages_carry_the_clock_at_which_they_left():
    outbox = Outbox()
    outbox.put(loaded("cs_1"), due=0)
    [outgoing] = outbox.take(0, NOW)
    first = json.loads(next(payloads(outgoing.text)))
    assert (first["t"], first["t_ms"]) == (1766031047, 1766031047747)


def test_two_sessions_are_interleaved_in_one_message():
    outbox = Outbox()
    for session in ("cs_1", "cs_2"):
        outbox.put(resolved(session), due=0)
        outbox.put(loaded(session), due=0)
    [outgoing] = outbox.take(0, NOW)
    order = ["series_loading", "symbol_resolved", "series_completed"]
    assert sent(outgoing.text) == [
        (cs, name) for name in order for cs in ("cs_1", "cs_2")
    ]


def test_more_sessions_take_more_messages():
    outbox = Outbox()
    for number in range(5):
        outbox.put(loaded(f"cs_{number}"), due=0)
    assert len(list(outbox.take(0, NOW))) == 3


def test_what_closes_the_socket_comes_last():
    outbox = Outbox()
    outbox.put(loaded("cs_1"), due=0)
    outbox.put(ProtocolError("banned").answer(), due=1)
    outbox.put(loaded("cs_2"), due=2)
    *_, last = outbox.take(5, NOW)
    assert (last.ends, json.loads(next(payloads(last.text)))["p"]) == (
        "close",
        ["banned"],
    )


def test_a_resolution_can_be_taken_back():
    outbox = Outbox()
    outbox.put(resolved("cs_1"), due=0)
    outbox.put(resolved("cs_2"), due=0)
    outbox.unresolve("cs_1")
    [outgoing] = outbox.take(0, NOW)
    assert sent(outgoing.text) == [("cs_2", "symbol_resolved")]


def test_taking_one_back_leaves_the_others_in_their_order():
    outbox = Outbox()
    for due, session in enumerate(("cs_1", "cs_9", "cs_2", "cs_9", "cs_3", "cs_9")):
        outbox.put(resolved(session), due=float(due))
    outbox.unresolve("cs_9")
    order = [next(iter(outbox.take(now, NOW))).text for now in (0.0, 2.0, 4.0)]
    assert [sent(text)[0][0] for text in order] == ["cs_1", "cs_2", "cs_3"]


def test_a_split_frame_is_whole_over_two_messages():
    outbox = Outbox()
    outbox.put(loaded("cs_1", mishap="split"), due=0)
    first, second = outbox.take(0, NOW)
    assert len(sent(first.text + second.text)) == 2


def test_garbage_stands_between_whole_frames():
    outbox = Outbox()
    outbox.put(loaded("cs_1", mishap="garbage"), due=0)
    [outgoing] = outbox.take(0, NOW)
    assert "oops" in outgoing.text


def test_a_dropped_answer_is_cut():
    outbox = Outbox()
    outbox.put(loaded("cs_1", mishap="drop"), due=0)
    [outgoing] = outbox.take(0, NOW)
    assert outgoing.ends == "cut"
