import pytest

from formulas.simulator.access import TOKEN_SECONDS
from formulas.simulator.answers import CriticalError
from formulas.simulator.conversation import Limits
from tests.simulator.script import Script, names, read


def test_a_token_that_is_not_known_ends_the_socket():
    script = Script()
    [answer] = script.answers("set_auth_token", "eyJ.bad.token")
    assert read([answer]) == [("protocol_error", ["bad auth token"])]
    assert answer.closes


@pytest.mark.parametrize("payload", ["not json", "[1]", '{"m":"x"}', "7"])
def test_what_is_no_message_ends_the_socket(payload):
    script = Script()
    [answer] = script.conversation.receive(payload, script.now)
    assert read([answer]) == [("protocol_error", ["wrong data"])]
    assert answer.closes


def test_an_unknown_session_ends_the_socket():
    script = Script()
    [answer] = script.answers("create_series", "cs_9", "sds_1")
    assert answer.closes
    [(_, [reason])] = read([answer])
    assert reason == '{unknown_session_id,<<"create_series">>,<<"cs_9">>,["sds_1"]}'


def test_an_expired_token_gets_silence():
    script = Script()
    script.now += TOKEN_SECONDS
    assert script.load() == []
    assert script.conversation.live(script.now) == []


def test_unknown_messages_are_passed_over():
    script = Script()
    script.load()
    assert script.say("set_locale", "en", "US") == []
    assert script.say("set_future_tickmarks_mode", "cs_1", "full_single_session") == []
    assert script.say("request_studies_metadata") == []


def test_charts_of_several_sessions_do_not_know_of_each_other():
    script = Script()
    script.load()
    script.open_chart("NSE:INFY", "cs_2")
    messages = script.say("create_series", "cs_2", "sds_1", "s1", "sym_1", "1D", 10, "")
    assert {parameters[0] for _, parameters in messages} == {"cs_2"}
    assert script.conversation.charts_open == 2


def test_a_deleted_session_is_gone():
    script = Script()
    script.load()
    assert script.say("chart_delete_session", "cs_1") == []
    assert script.conversation.charts_open == 0
    assert names(script.say("remove_series", "cs_1", "sds_1")) == ["protocol_error"]


def test_a_session_id_cannot_be_used_twice():
    script = Script()
    script.open_chart()
    [(name, parameters)] = script.say("chart_create_session", "cs_1", "")
    assert (name, parameters[1]) == ("critical_error", "duplicate id")


def test_too_many_sessions_end_the_socket():
    script = Script(limits=Limits(sessions_per_socket=2))
    for number in range(2):
        script.open_chart(session=f"cs_{number}")
        script.say("chart_delete_session", f"cs_{number}")
    [answer] = script.answers("chart_create_session", "cs_3")
    assert answer.closes
    assert read([answer]) == [("protocol_error", ["max sessions rate reached"])]


def test_too_many_sessions_may_end_only_themselves():
    limits = Limits(sessions_per_socket=1, sessions_kill_socket=False)
    script = Script(limits=limits)
    script.open_chart()
    [answer] = script.answers("chart_create_session", "cs_2")
    assert not answer.closes
    assert read([answer]) == [("critical_error", ["cs_2", "max sessions rate reached"])]
    assert script.conversation.charts_open == 1


def test_a_new_session_can_be_refused_from_outside():
    script = Script()
    script.conversation.session_refusal = lambda name: CriticalError(name, "no more")
    [(name, parameters)] = script.say("chart_create_session", "cs_1", "")
    assert (name, parameters) == ("critical_error", ["cs_1", "no more"])


def test_what_was_heard_is_counted():
    script = Script()
    script.load()
    assert script.conversation.heard["create_series"] == 1
