"""Bars as compact text that is safe in HTML: columns of differences in ASCII digits.

`1;<exp>;<step>;<vexp>;<tstep>;<columns>`: a price is `n * step / 10**exp`, a volume
`n / 10**vexp`, a time `n * tstep` seconds. The columns are separated by spaces:

times    signed   differences of the differences of the times
opens    signed   open - the close before
highs    unsigned high - the greater of open and close
lows     unsigned the lesser of open and close - low
closes   signed   close - open
volumes  unsigned volume + 1, or 0 for none; empty when no bar has a volume

Version `2` is the same with highs and lows signed, for bars whose high or low lies
within their body. Numbers are written in the digits of the "encoded polyline algorithm
format": zigzag for signed ones, five bits a character, the lowest first, 32 added when
more follow, and 63, which gives `?` to `~` and so nothing that HTML would read.

The bars come back equal. Only numbers that take all the digits of a float, as adjusted
prices may, are rounded to eight decimals: no exchange trades in smaller steps.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, batched, starmap
from math import gcd
from operator import add, sub

from formulas.market.bars import Bar
from formulas.market.errors import InvalidValueError

_MOST_DECIMALS = 15
_ENOUGH_DECIMALS = 8
_SMALL = 1 << 14


def encode(bars: Sequence[Bar]) -> str:
    """Return the compact text of bars in ascending order of time; empty for none."""
    if not bars:
        return ""
    times, opens, highs, lows, closes, volumes = zip(*bars, strict=True)
    exponent, prices = _whole([*opens, *highs, *lows, *closes], guess=2)
    step = gcd(*prices) or 1
    o, h, low, c = batched([price // step for price in prices], len(bars), strict=True)
    above = list(map(sub, h, map(max, o, c)))
    below = list(map(sub, map(min, o, c), low))
    regular = min(above) >= 0 and min(below) >= 0
    wicks = _unsigned if regular else _signed
    volume_exponent, traded = _optional(volumes)
    tstep = gcd(*times) or 1
    columns = (
        _signed(_twice_differenced([time // tstep for time in times])),
        _signed(map(sub, o, [0, *c[:-1]])),
        wicks(above),
        wicks(below),
        _signed(map(sub, c, o)),
        _unsigned(traded),
    )
    version = 1 if regular else 2
    header = f"{version};{exponent};{step};{volume_exponent};{tstep};"
    return header + " ".join(columns)


def decode(text: str) -> tuple[Bar, ...]:
    """Return the bars of a compact text.

    Raises:
        InvalidValueError: the text is none that `encode` makes.
    """
    if not text:
        return ()
    try:
        return _decode(text)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise InvalidValueError("This is not a text of bars.") from error


def _decode(text: str) -> tuple[Bar, ...]:
    version, exponent, step, volume_exponent, tstep, columns = text.split(";", 5)
    times, gaps, above, below, bodies, volumes = columns.split(" ")
    wicks = {"1": _read_unsigned, "2": _read_signed}[version]
    opening, moving = _read_signed(gaps), _read_signed(bodies)
    c = list(accumulate(map(add, opening, moving)))
    o = list(map(sub, c, moving))
    h = map(add, map(max, o, c), wicks(above))
    low = map(sub, map(min, o, c), wicks(below))
    unit, power = int(step), 10 ** int(exponent)
    bars = zip(
        _twice_summed(_read_signed(times), int(tstep)),
        *(_prices(column, unit, power) for column in (o, h, low, c)),
        _volumes(volumes, 10 ** int(volume_exponent), len(c)),
        strict=True,
    )
    return tuple(starmap(Bar, bars))


def _twice_summed(changes: list[int], tstep: int) -> list[int]:
    return [time * tstep for time in accumulate(accumulate(changes))]


def _prices(numbers: Iterable[int], step: int, power: int) -> list[float]:
    return [number * step / power for number in numbers]


def _volumes(text: str, power: int, count: int) -> list[float | None]:
    if not text:
        return [None] * count
    return [(number - 1) / power if number else None for number in _read_unsigned(text)]


# From floats to whole numbers


def _whole(numbers: list[float], guess: int) -> tuple[int, list[int]]:
    """Return how many decimals write the numbers, and the numbers without point."""
    for decimals in (guess, *range(_MOST_DECIMALS)):
        whole = _shifted(numbers, decimals)
        power = 10**decimals
        if [number / power for number in whole] == numbers:
            return decimals, whole
    return _ENOUGH_DECIMALS, _shifted(numbers, _ENOUGH_DECIMALS)


def _shifted(numbers: list[float], decimals: int) -> list[int]:
    power = 10**decimals
    return [round(number * power) for number in numbers]


def _optional(volumes: Sequence[float | None]) -> tuple[int, list[int]]:
    """Return the decimals of the volumes, and each without point plus 1, or 0."""
    known = [volume for volume in volumes if volume is not None]
    decimals, whole = _whole(known, guess=0)
    if len(known) == len(volumes):
        return decimals, [number + 1 for number in whole]
    rest = iter(whole)
    marked = [0 if volume is None else next(rest) + 1 for volume in volumes]
    return decimals, marked if known else []


def _twice_differenced(numbers: list[int]) -> Iterable[int]:
    differences = list(map(sub, numbers, [0, *numbers[:-1]]))
    return map(sub, differences, [0, *differences[:-1]])


# From whole numbers to digits


def _digits(number: int) -> str:
    text = ""
    while number > 31:
        text += chr((number & 31 | 32) + 63)
        number >>= 5
    return text + chr(number + 63)


# Nearly all differences are small, and looking them up is twice as fast.
_UNSIGNED = [_digits(number) for number in range(_SMALL)]


def _unsigned(numbers: Iterable[int]) -> str:
    return "".join(
        [
            _UNSIGNED[number] if number < _SMALL else _digits(number)
            for number in numbers
        ]
    )


def _signed(numbers: Iterable[int]) -> str:
    return _unsigned(
        [number << 1 if number >= 0 else ~(number << 1) for number in numbers]
    )


_NUMBERS = {text: number for number, text in enumerate(_UNSIGNED)}
_NUMBER = re.compile(r"[_-~]*[?-^]")


def _read_unsigned(text: str) -> list[int]:
    return [
        number if (number := _NUMBERS.get(digits)) is not None else _read_digits(digits)
        for digits in _NUMBER.findall(text)
    ]


def _read_digits(text: str) -> int:
    number = 0
    for character in reversed(text):
        number = number << 5 | (ord(character) - 63) & 31
    return number


def _read_signed(text: str) -> list[int]:
    return [
        ~(number >> 1) if number & 1 else number >> 1 for number in _read_unsigned(text)
    ]
