"""Whether the last bar of a chart still forms."""

import pytest

from formulas.market.charts import Chart, ChartRequest, Freshness
from tests.support.charts import INSTRUMENT, bars


@pytest.mark.parametrize(
    ("closes_at", "answered_at", "is_forming"),
    [
        (1766051999, 1766031047.0, True),
        (1766051999, 1766051999.0, True),
        (1766051999, 1766052000.0, False),
        (None, 1766031047.0, False),
        (1766051999, None, False),
    ],
)
def test_a_bar_forms_until_it_closes(closes_at, answered_at, is_forming):
    chart = Chart(
        ChartRequest("NSE:TCS", "1D", 300),
        INSTRUMENT,
        bars(2),
        Freshness.STREAMING,
        last_bar_closes_at=closes_at,
        answered_at=answered_at,
    )
    assert chart.is_forming is is_forming
