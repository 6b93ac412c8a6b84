"""Rows of a screen, through JSON and back."""

import orjson

from formulas.market.screen import ScreenRow


def test_a_row_comes_back_equal_from_json():
    row = ScreenRow(
        marketinout="M_M.NS",
        symbol="NSE:M&M",
        spellings=("NSE:M&M", "NSE:M_M"),
        price=3601.0,
        date="2025-12-18",
        metrics=("-0.10", "", "2.2"),
    )
    assert ScreenRow.from_fields(orjson.loads(orjson.dumps(row))) == row
