"""What is made of a chart, made once for all who are given the chart at that time."""

from collections.abc import Callable
from functools import wraps
from weakref import WeakKeyDictionary

from formulas.charts.stored import StoredChart


def once_per_chart[T](make: Callable[[StoredChart], T]) -> Callable[[StoredChart], T]:
    """Remember what is made of a chart for as long as somebody holds the chart.

    The viewers of one formula get the same charts within milliseconds; rendering them
    for each would cost far more than sending them.
    """
    made: WeakKeyDictionary[StoredChart, T] = WeakKeyDictionary()

    @wraps(make)
    def remembered(chart: StoredChart) -> T:
        result = made.get(chart)
        if result is None:
            result = made[chart] = make(chart)
        return result

    return remembered
