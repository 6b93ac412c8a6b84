"""`python -m benchmarks.announcements`: how soon word of a landed chart gets around.

Two ways to tell four processes of 88 charts at once, on one embedded Valkey: plain
publish/subscribe, as `formulas.charts.landings` uses it, and channels' Redis layer.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

from channels_redis.core import RedisChannelLayer

from formulas.demo.valkey import embedded_valkey
from formulas.store import Store

_LISTENERS = 4
_CHARTS = 88
_ROUNDS = 7

type Tell = Callable[[int], Awaitable[object]]


def main() -> int:
    """Print one line of JSON: milliseconds until the last listener heard the last."""
    with embedded_valkey() as url:
        figures = asyncio.run(measure(url))
    print(json.dumps(figures))
    return 0


async def measure(url: str) -> dict[str, float]:
    """Return the medians, and how many times longer channels' layer takes."""
    published = await _by_publishing(url)
    layered = await _by_channel_layer(url)
    return {
        "publish_ms": round(published, 2),
        "channel_layer_ms": round(layered, 2),
        "times": round(layered / published, 2),
    }


async def _by_publishing(url: str) -> float:
    speaker = Store(url)
    listeners = [Store(url) for _ in range(_LISTENERS)]
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    tasks = [
        asyncio.create_task(each.listen("charts", heard.put_nowait))
        for each in listeners
    ]
    while (await speaker.run(("PUBLISH", "charts", "first")))[0] < _LISTENERS:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    while not heard.empty():
        heard.get_nowait()

    async def tell(number: int) -> None:
        await speaker.run(("PUBLISH", "charts", f"chart {number}"))

    milliseconds = await _median(tell, heard)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for store in (speaker, *listeners):
        await store.aclose()
    return milliseconds


async def _by_channel_layer(url: str) -> float:
    speaker = RedisChannelLayer(hosts=[url])
    layers = [RedisChannelLayer(hosts=[url]) for _ in range(_LISTENERS)]
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    tasks = []
    for layer in layers:
        channel = await layer.new_channel()
        await layer.group_add("charts", channel)
        tasks.append(asyncio.create_task(_pass_on(layer, channel, heard)))

    async def tell(number: int) -> None:
        word = {"type": "landed", "key": f"chart {number}"}
        await speaker.group_send("charts", word)

    milliseconds = await _median(tell, heard)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for each in (speaker, *layers):
        await each.close_pools()
    return milliseconds


async def _pass_on(
    layer: RedisChannelLayer, channel: str, heard: asyncio.Queue[bytes]
) -> None:
    while True:
        heard.put_nowait((await layer.receive(channel))["key"].encode())


async def _median(tell: Tell, heard: asyncio.Queue[bytes]) -> float:
    """Return the milliseconds from the first word to the last one heard."""
    rounds = []
    for _ in range(_ROUNDS):
        began_at = perf_counter()
        await asyncio.gather(*(tell(number) for number in range(_CHARTS)))
        for _ in range(_CHARTS * _LISTENERS):
            await heard.get()
        rounds.append((perf_counter() - began_at) * 1000)
    return median(rounds)


if __name__ == "__main__":
    sys.exit(main())
