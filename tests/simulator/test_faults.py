import pytest

from formulas.simulator.faults import DEEDS, Faults


def met(faults: Faults, times: int) -> list[bool]:
    return [bool(faults.due("series", symbol="NSE:TCS")) for _ in range(times)]


@pytest.mark.parametrize(
    ("frequency", "taken"),
    [
        ({}, [1, 1, 1, 1, 1, 1]),
        ({"first": 2}, [1, 1, 0, 0, 0, 0]),
        ({"after": 4}, [0, 0, 0, 0, 1, 1]),
        ({"every": 3}, [0, 0, 1, 0, 0, 1]),
        ({"every": 2, "first": 1}, [0, 1, 0, 0, 0, 0]),
        ({"after": 1, "first": 1}, [0, 1, 0, 0, 0, 0]),
        ({"probability": 0}, [0, 0, 0, 0, 0, 0]),
    ],
)
def test_a_rule_takes_the_occasions_it_is_due(frequency, taken):
    faults = Faults([{"on": "series", "do": "silence", **frequency}])
    assert met(faults, 6) == [bool(each) for each in taken]


def test_chance_hangs_on_the_seed():
    script = [{"on": "series", "do": "silence", "probability": 0.5}]
    one, same, other = (met(Faults(script, seed), 40) for seed in ("a", "a", "b"))
    assert one == same != other
    assert 8 < sum(one) < 32


def test_a_rule_is_about_its_own_symbol_and_resolution():
    rule = {"on": "series", "do": "silence", "symbol": "NSE:TCS", "resolution": "1D"}
    faults = Faults([rule])
    assert faults.due("series", symbol="NSE:TCS", resolution="1D")
    assert not faults.due("series", symbol="NSE:TCS", resolution="1W")
    assert not faults.due("series", symbol="NSE:INFY", resolution="1D")
    assert not faults.due("dial")


def test_a_path_is_a_prefix():
    faults = Faults([{"on": "http", "do": "empty", "path": "/wl/"}])
    assert faults.due("http", path="/wl/watch_list.php")
    assert not faults.due("http", path="/run/screen")


def test_rules_are_counted_each_for_itself():
    script = [
        {"on": "series", "do": "silence", "symbol": "NSE:TCS", "first": 1},
        {"on": "series", "do": "delay", "seconds": 1, "after": 1},
    ]
    faults = Faults(script)
    assert [fault.do for fault in faults.due("series", symbol="NSE:INFY")] == []
    dos = [fault.do for fault in faults.due("series", symbol="NSE:TCS")]
    assert dos == ["silence", "delay"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"on": "series", "do": "explode"}, "explode on series"),
        ({"on": "moon", "do": "delay"}, "delay on moon"),
        ({}, "nothing on nothing"),
        ({"on": "dial", "do": "delay", "secs": 1}, "no such key: secs"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(rule, words):
    faults = Faults([{"on": "dial", "do": "delay"}])
    with pytest.raises(ValueError, match=words):
        faults.replace([rule])
    assert faults.due("dial")


def test_every_deed_can_be_scripted():
    script = [{"on": on, "do": do} for on, deeds in DEEDS.items() for do in deeds]
    faults = Faults(script)
    for on, deeds in DEEDS.items():
        assert {fault.do for fault in faults.due(on)} == deeds
