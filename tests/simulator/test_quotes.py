import json

from tests.simulator import capture
from tests.simulator.script import Script, names, read

FIELDS = ("lp", "ch", "chp", "volume", "description", "sector", "industry")


def quoting(*fields: str) -> Script:
    script = Script()
    script.say("quote_create_session", "qs_1")
    if fields:
        script.say("quote_set_fields", "qs_1", *fields)
    return script


def test_a_quote_has_the_fields_asked_for_and_completes():
    messages = quoting(*FIELDS).say("quote_add_symbols", "qs_1", "NSE:TCS")
    [(_, (session, news)), (_, completed)] = messages
    assert names(messages) == ["qsd", "quote_completed"]
    assert completed == [session, "NSE:TCS"] == ["qs_1", "NSE:TCS"]
    assert (news["n"], news["s"]) == ("NSE:TCS", "ok")
    assert news["v"].keys() == set(FIELDS)
    assert news["v"]["sector"] == "Technology"


def test_the_change_is_that_of_the_last_two_days():
    script = quoting("lp", "ch", "chp", "volume")
    before, last = script.conversation.timescale.exchange.bars(
        "NSE:TCS", "1D", 2, script.now
    )
    quote = script.say("quote_add_symbols", "qs_1", "NSE:TCS")[0][1][1]["v"]
    assert quote["lp"] == last.close
    assert quote["ch"] == round(last.close - before.close, 2)
    assert quote["chp"] == round(100 * (last.close / before.close - 1), 2)
    assert quote["volume"] == last.volume


def test_without_fields_a_quote_tells_everything():
    quote = quoting().say("quote_add_symbols", "qs_1", "NSE:JUNIPER")[0][1][1]["v"]
    captured = next(
        each["p"][1]["v"]
        for each in capture.received()
        if each.get("m") == "qsd" and "sector" in each["p"][1]["v"]
    )
    shared = {"lp", "ch", "chp", "volume", "description", "sector", "industry", "type"}
    assert shared <= quote.keys() & captured.keys()


def test_several_symbols_are_answered_one_by_one():
    messages = quoting("lp").say("quote_add_symbols", "qs_1", "NSE:TCS", "NSE:INFY")
    assert names(messages) == ["qsd", "quote_completed"] * 2


def test_an_unknown_symbol_is_an_error_of_its_own():
    messages = quoting("lp").say("quote_add_symbols", "qs_1", "NSE:NONESUCH")
    news = messages[0][1][1]
    assert (news["s"], news["errmsg"]) == ("error", "invalid symbol")


def test_a_descriptor_is_answered_under_its_own_name():
    descriptor = '={"adjustment":"dividends","symbol":"NSE:TCS"}'
    messages = quoting("lp").say("quote_add_symbols", "qs_1", descriptor)
    assert messages[0][1][1]["n"] == descriptor


def test_an_index_s_volume_is_the_sentinel():
    messages = quoting("volume").say("quote_add_symbols", "qs_1", "NSE:NIFTY")
    assert messages[0][1][1]["v"] == {"volume": 1e100}


def test_only_what_changed_is_sent_again():
    script = quoting("lp", "description")
    script.say("quote_add_symbols", "qs_1", "NSE:TCS")
    assert script.conversation.live(script.now) == []
    [(_, (_, news))] = read(script.conversation.live(script.now + 60))
    assert news["v"].keys() == {"lp"}


def test_fast_symbols_replace_the_set():
    script = quoting("lp")
    script.say("quote_add_symbols", "qs_1", "NSE:TCS", "NSE:INFY")
    messages = script.say("quote_fast_symbols", "qs_1", "NSE:INFY", "NSE:WIPRO")
    assert [p[1]["n"] for name, p in messages if name == "qsd"] == ["NSE:WIPRO"]
    changed = read(script.conversation.live(script.now + 60))
    assert {p[1]["n"] for _, p in changed} == {"NSE:INFY", "NSE:WIPRO"}


def test_removed_and_hibernating_symbols_are_silent():
    script = quoting("lp")
    script.say("quote_add_symbols", "qs_1", "NSE:TCS", "NSE:INFY")
    script.say("quote_remove_symbols", "qs_1", "NSE:TCS")
    changed = read(script.conversation.live(script.now + 60))
    assert [p[1]["n"] for _, p in changed] == ["NSE:INFY"]
    script.say("quote_hibernate_all", "qs_1")
    assert script.conversation.live(script.now + 120) == []


def test_flags_among_the_symbols_are_refused():
    script = quoting("lp")
    flags = {"flags": ["force_permission"]}
    [(name, parameters)] = script.say("quote_add_symbols", "qs_1", "NSE:TCS", flags)
    assert name == "critical_error"
    assert parameters == ["qs_1", "invalid_parameters", "quote_add_symbols"]


def test_quotes_are_not_stamped():
    script = quoting("lp")
    [answer] = script.answers("quote_add_symbols", "qs_1", "NSE:TCS")
    assert "t_ms" not in json.loads(answer.messages[0].sent_at(script.now))
