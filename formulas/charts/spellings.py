"""Which of a symbol's possible spellings TradingView took, remembered."""

from contextlib import suppress

from formulas.store import Store, StoreDownError

_PREFIX = "candlestream:spelling"
_SECONDS = 30 * 24 * 3600


class Spellings:
    """Remembers in the store; when that is down, the likeliest spelling is tried."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def in_order(self, spellings: tuple[str, ...]) -> tuple[str, ...]:
        """Return the spellings in the order to try, the one that was taken first."""
        if len(spellings) < 2:
            return spellings
        with suppress(StoreDownError):
            taken = await self._store.get(_key(spellings))
            if taken and (symbol := taken.decode()) in spellings:
                return (symbol, *(other for other in spellings if other != symbol))
        return spellings

    async def remember(self, spellings: tuple[str, ...], symbol: str) -> None:
        """Remember a spelling that was taken, where it was not the likeliest."""
        if symbol != spellings[0]:
            with suppress(StoreDownError):
                await self._store.put(
                    {_key(spellings): symbol.encode()}, seconds=_SECONDS
                )


def _key(spellings: tuple[str, ...]) -> str:
    return f"{_PREFIX}:{spellings[0]}"
