"""What MarketInOut answers, parsed: the rows of a screen.

No capture of `run/screen` exists; that its columns are symbol, last price, date and
then the screen's own is what four independent consumers of it agree on. So the parser
is tolerant of rows, and loud about anything that is not rows.
"""

from collections.abc import Iterable

from formulas.market.errors import InvalidValueError
from formulas.market.screen import Screen, ScreenRow
from formulas.market.symbols import spellings
from formulas.upstream.errors import UnexpectedAnswerError, WrongKeyError

_LONGEST_QUOTE = 100


def parse_screen(body: str) -> Screen:
    """Return the screen in the body of `run/screen`.

    An empty body is a screen without stocks. Blank lines and repeated symbols are
    passed over; every cell of a row is kept, and short rows are filled up.

    Raises:
        WrongKeyError: the body is a text that speaks of the key.
        UnexpectedAnswerError: the body is not empty and holds no rows.
    """
    text = body.strip().removeprefix("\ufeff")
    if not text:
        return Screen(())
    if text.startswith("<"):
        raise UnexpectedAnswerError(
            "MarketInOut answered with a web page instead of stocks."
        )
    rows: dict[str, ScreenRow] = {}
    for row in _rows(text.splitlines()):
        rows.setdefault(row.symbol, row)
    if not rows:
        raise _not_rows(text)
    return Screen(_of_equal_width(list(rows.values())))


def _rows(lines: Iterable[str]) -> Iterable[ScreenRow]:
    for line in lines:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 1 and (row := _row(cells)):
            yield row


def _row(cells: list[str]) -> ScreenRow | None:
    """Return the row, or None where the cells are a heading or a sentence."""
    symbol, price, date, *metrics = [*cells, ""][: max(len(cells), 3)]
    number = _number(price)
    is_one_word = len(symbol.split()) == 1
    if not is_one_word or (number is None and "." not in symbol):
        return None
    try:
        candidates = spellings(symbol)
    except InvalidValueError:
        candidates = ()
    return ScreenRow(
        marketinout=symbol.upper(),
        symbol=candidates[0] if candidates else symbol.upper(),
        spellings=candidates,
        price=number,
        date=date,
        metrics=tuple(metrics),
    )


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _of_equal_width(rows: list[ScreenRow]) -> tuple[ScreenRow, ...]:
    width = max(_width(row.metrics) for row in rows)
    return tuple(
        ScreenRow(
            marketinout=row.marketinout,
            symbol=row.symbol,
            spellings=row.spellings,
            price=row.price,
            date=row.date,
            metrics=(row.metrics + ("",) * width)[:width],
        )
        for row in rows
    )


def _width(metrics: tuple[str, ...]) -> int:
    """Return how many cells there are up to the last that is not empty."""
    return max((place for place, cell in enumerate(metrics, 1) if cell), default=0)


def _not_rows(text: str) -> UnexpectedAnswerError | WrongKeyError:
    quote = text.splitlines()[0][:_LONGEST_QUOTE]
    if "key" in quote.lower():
        return WrongKeyError(f"MarketInOut does not accept the API key: “{quote}”")
    return UnexpectedAnswerError(
        f"MarketInOut answered with a text instead of stocks: “{quote}”"
    )
