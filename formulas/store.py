"""The door to Valkey (or Redis): short answers or none, never a page that waits.

What is kept there can be had again elsewhere, so a store that fails only costs time.
After a failure it is left alone for a moment, lest every command wait for its own
time-out.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from time import monotonic
from typing import Any, Never

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

_TIMEOUT_SECONDS = 0.5
_LOOKS = 10
_REST_SECONDS = 3.0
_LISTEN_AGAIN_SECONDS = 0.5

logger = logging.getLogger(__name__)

type Command = tuple[str | bytes | int, ...]


class StoreDownError(Exception):
    """The store did not answer, or is left alone after it did not."""


class Store:
    """Commands on one store. One for a process and event loop.

    Args:
        url: `redis://`, `rediss://` or `unix://`; empty for a store that is always down.

    Every method raises StoreDownError when the store does not answer.
    """

    def __init__(self, url: str) -> None:
        self._redis = _connect(url) if url else None
        self._subscriber = _connect(url) if url else None
        self._down_until = 0.0
        self._waiting: _Waiting = []
        self._sending: asyncio.Task[None] | None = None

    @property
    def is_down(self) -> bool:
        return self._redis is None or monotonic() < self._down_until

    async def run(self, *commands: Command) -> list[Any]:
        """Return the answer to each command.

        What is asked for at about the same time goes in one round trip: a run asks for
        the leases of all its charts at once.
        """
        if self._redis is None or self.is_down:
            raise StoreDownError
        answers: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append((commands, answers))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(self._redis))
        return await answers

    async def get(self, key: str) -> bytes | None:
        value: bytes | None
        [value] = await self.run(("GET", key))
        return value

    async def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        values: list[bytes | None] = []
        if keys:
            [values] = await self.run(("MGET", *keys))
        return values

    async def put(self, values: Mapping[str, bytes], *, seconds: int) -> None:
        """Keep each value under its key for so long."""
        await self.run(
            *(("SET", key, value, "EX", seconds) for key, value in values.items())
        )

    async def listen(self, channel: str, hear: Callable[[bytes], None]) -> Never:
        """Have `hear` called with all that is published on the channel, from soon on.

        What is published while the store is down is not heard.
        """
        while True:
            if self._subscriber is not None:
                with suppress(RedisError, OSError):
                    await _hear(self._subscriber, channel, hear)
            await asyncio.sleep(_LISTEN_AGAIN_SECONDS)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._sending is not None:
            await asyncio.wait({self._sending})
        for redis in (self._redis, self._subscriber):
            if redis is not None:
                await redis.aclose()

    async def _send(self, redis: Redis) -> None:
        """Send what waits, and again what came to wait meanwhile."""
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            pipeline = redis.pipeline(transaction=False)
            for commands, _ in waiting:
                for command in commands:
                    pipeline.execute_command(*command)
            try:
                answers = iter(await _in_time(pipeline.execute()))
            except (RedisError, OSError) as error:
                self._rest(error)
                _end(waiting, error)
            else:
                _answer(waiting, answers)

    def _rest(self, error: Exception) -> None:
        self._down_until = monotonic() + _REST_SECONDS
        logger.warning("The store does not answer: %s", type(error).__name__)


async def _in_time[T](answer: Coroutine[Any, Any, T]) -> T:
    """Return the answer, or raise TimeoutError.

    The time is taken in small pieces. When our own event loop is held up, that costs
    one of them: the answer may have come meanwhile, and nobody looked.
    """
    coming = asyncio.create_task(answer)
    for _ in range(_LOOKS):
        await asyncio.wait({coming}, timeout=_TIMEOUT_SECONDS / _LOOKS)
        if coming.done():
            return coming.result()
    coming.cancel()
    await asyncio.wait({coming})
    raise TimeoutError


async def _hear(redis: Redis, channel: str, hear: Callable[[bytes], None]) -> None:
    async with redis.pubsub(ignore_subscribe_messages=True) as subscription:
        await subscription.subscribe(channel)
        async for message in subscription.listen():
            hear(message["data"])


type _Waiting = list[tuple[tuple[Command, ...], asyncio.Future[list[Any]]]]


def _answer(waiting: _Waiting, answers: Iterator[Any]) -> None:
    for commands, future in waiting:
        own = list(islice(answers, len(commands)))
        if not future.done():
            future.set_result(own)


def _end(waiting: _Waiting, error: Exception) -> None:
    for _, future in waiting:
        if not future.done():
            down = StoreDownError()
            down.__cause__ = error
            future.set_exception(down)


def _connect(url: str) -> Redis:
    # redis-py's own ten retries would hold a dead store's page for seconds.
    return Redis.from_url(
        url,
        socket_timeout=None,  # Commands have ours; a subscription waits for long.
        socket_connect_timeout=_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
