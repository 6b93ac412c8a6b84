from benchmarks.viewer import Arrival, Splitter, View

STREAM = (
    b": \n\nretry: 1000\n\n"
    b'id: a.1\ndata: <hx-partial hx-target="#results">a</hx-partial>\n\n'
    b'id: a.2\ndata: <candle-chart label="b">\ndata: <candle-chart label="c">\n\n'
    b"event: done\ndata: {}\n\n"
)
EVENTS = STREAM.split(b"\n\n")[:-1]


def test_events_split_at_any_byte_are_put_together() -> None:
    for cut in range(len(STREAM) + 1):
        splitter = Splitter()
        assert splitter.feed(STREAM[:cut]) + splitter.feed(STREAM[cut:]) == EVENTS


def test_an_event_is_there_with_its_last_byte_and_not_before() -> None:
    splitter = Splitter()
    assert splitter.feed(b"data: a\n") == []
    assert splitter.feed(b"\n") == [b"data: a"]


def test_a_view_tells_when_its_stocks_its_charts_and_its_end_came() -> None:
    view = View(tuple(Arrival(float(at), event) for at, event in enumerate(EVENTS)))
    assert view.results == 2
    assert [(batch.at, batch.charts) for batch in view.batches] == [(3, 2)]
    assert view.complete == 4
    assert (view.charts, view.size) == (2, len(STREAM))
