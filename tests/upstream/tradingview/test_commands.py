from formulas.upstream.tradingview import commands
from formulas.upstream.tradingview.frames import encode


def test_we_say_what_the_captured_client_says(sent):
    ours = [
        commands.chart_create_session("cs_2iRcv6K6V6wl"),
        commands.create_series(
            commands.SeriesAddress("cs_2iRcv6K6V6wl", "sds_1", "s1"),
            "sds_sym_1",
            "1D",
            300,
        ),
        commands.quote_create_session("qs_multiplexer_simple_EfAKWkS4wIjw"),
        commands.quote_add_symbols("qs_multiplexer_simple_EfAKWkS4wIjw", "NSE:JUNIPER"),
    ]

    assert {encode(message) for message in ours} <= set(sent)


def test_a_symbol_is_resolved_with_its_adjustment():
    assert commands.resolve_symbol("cs_1", "sds_sym_2", "NSE:M&M", "dividends") == (
        '{"m":"resolve_symbol","p":["cs_1","sds_sym_2",'
        '"={\\"adjustment\\":\\"dividends\\",\\"symbol\\":\\"NSE:M&M\\"}"]}'
    )


def test_a_series_is_modified_without_a_count_of_bars():
    at = commands.SeriesAddress("cs_1", "sds_1", "s2")

    assert commands.modify_series(at, "sds_sym_2", "1W") == (
        '{"m":"modify_series","p":["cs_1","sds_1","s2","sds_sym_2","1W",""]}'
    )


def test_what_is_said_is_ascii():
    assert commands.quote_add_symbols("qs_1", "TSE:東京").isascii()
