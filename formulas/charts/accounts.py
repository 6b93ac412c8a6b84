"""Accounts: whose way to TradingView a viewer uses, and what it may see."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from formulas.charts.circuit import Circuit
from formulas.charts.leadership import Leadership, LeadershipLostError
from formulas.market.charts import Chart, ChartRequest, Facts, Freshness
from formulas.store import Store
from formulas.upstream.errors import SignedOutError, UpstreamError
from formulas.upstream.tradingview.limits import Limits
from formulas.upstream.tradingview.page import fetch_token
from formulas.upstream.tradingview.pool import Pool
from formulas.upstream.tradingview.token import Cookies, Token, TokenSource, anonymous

_MOST_ACCOUNTS = 200

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user's TradingView session; `name` changes whenever the cookies do."""

    name: str
    cookies: Cookies = field(repr=False)


class Account:
    """One account's token, and its pool where this process leads the account."""

    def __init__(
        self,
        name: str,
        tokens: TokenSource,
        endpoint: str,
        limits: Limits,
        store: Store,
    ) -> None:
        self.name = name
        self._circuit = Circuit(store, name)
        self._tokens = tokens
        self._endpoint = endpoint
        self._limits = limits
        self._exchanges: frozenset[str] = frozenset()
        self._leadership = Leadership(store, name, self._yield_leadership)
        self._pool = self._make_pool()
        self._closing: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        """Learn what the account may see, and open its way while at it.

        Raises:
            UpstreamError: TradingView gives the account no token.
        """
        if await self.leads():
            await self._pool.warm()
        self._exchanges = (await self._tokens.get()).exchanges

    def entitlement(self, symbol: str) -> Freshness:
        """Return how fresh the account's data is on the symbol's exchange."""
        exchange, _, _ = symbol.partition(":")
        is_live = exchange in self._exchanges
        return Freshness.STREAMING if is_live else Freshness.DELAYED

    @property
    def is_leader(self) -> bool:
        """Say whether this process leads the account already."""
        return self._leadership.is_held

    async def leads(self) -> bool:
        """Say whether this process leads the account, now at the latest."""
        return await self._leadership.take()

    async def fetch(self, request: ChartRequest) -> Chart:
        """Return the chart.

        Raises:
            UpstreamError: there is none.
            LeadershipLostError: another process is to be asked.
        """
        await self._circuit.check()
        pool = self._pool
        try:
            return await pool.fetch(request)
        except UpstreamError as error:
            await self._circuit.learn(error)
            if pool is not self._pool:
                raise LeadershipLostError from error
            raise

    def is_fetching(self, request: ChartRequest) -> bool:
        """Say whether TradingView is at work on the chart."""
        return self._pool.is_fetching(request)

    async def facts(self, symbols: Iterable[str]) -> dict[str, Facts]:
        return await self._pool.facts(symbols)

    async def aclose(self) -> None:
        await self._pool.aclose()
        await asyncio.gather(*self._closing)
        await self._leadership.aclose()

    def _make_pool(self) -> Pool:
        return Pool(self._endpoint, self._tokens, self._limits, self._leadership.socket)

    def _yield_leadership(self) -> None:
        """Leave the sockets to the process that leads now."""
        pool, self._pool = self._pool, self._make_pool()
        closing = asyncio.create_task(pool.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


class Accounts:
    """The accounts in use in this process. One for an event loop.

    Args:
        site: TradingView's pages, which carry the token.
        endpoint: its websocket.
        limits: what each account may take of it.
    """

    def __init__(
        self, store: Store, *, site: str, endpoint: str, limits: Limits
    ) -> None:
        self._store = store
        self._site = site
        self._endpoint = endpoint
        self._limits = limits
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    async def enter(
        self, credentials: Credentials | None
    ) -> tuple[Account, UpstreamError | None]:
        """Return the account to use, ready, and what is wrong with the user's own.

        Whoever has none, or whose own gives no token now, sees the delayed data that
        everybody may see.
        """
        trouble = None
        if credentials is not None:
            account = self._account(credentials.name, credentials.cookies)
            try:
                await account.prepare()
            except UpstreamError as error:
                trouble = error
                if isinstance(error, SignedOutError):
                    logger.info("The cookies of %s open nothing.", credentials.name)
            else:
                return account, None
        account = self._account("anonymous", None)
        await account.prepare()
        return account, trouble

    async def aclose(self) -> None:
        for account in self._accounts.values():
            await account.aclose()

    def _account(self, name: str, cookies: Cookies | None) -> Account:
        account = self._accounts.get(name) or self._make(name, cookies)
        self._accounts[name] = account
        self._accounts.move_to_end(name)
        # Pools close idle sockets themselves; what is dropped here holds nothing.
        if len(self._accounts) > _MOST_ACCOUNTS:
            self._accounts.popitem(last=False)
        return account

    def _make(self, name: str, cookies: Cookies | None) -> Account:
        tokens = anonymous()
        if cookies is not None:
            circuit = Circuit(self._store, f"page of {name}")
            tokens = TokenSource(partial(_fetch_token, self._site, cookies, circuit))
        return Account(name, tokens, self._endpoint, self._limits, self._store)


async def _fetch_token(site: str, cookies: Cookies, circuit: Circuit) -> Token:
    await circuit.check()
    try:
        return await fetch_token(site, cookies)
    except UpstreamError as error:
        await circuit.learn(error)
        raise
