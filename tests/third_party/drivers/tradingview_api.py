"""TradingView-API: one anonymous socket, one chart session per chart."""

import asyncio
import json
import sys
from typing import Any

import websockets
from TradingView import ChartSession, Client

TASK = json.loads(sys.argv[1])
_connect = websockets.connect


def _connect_here(address: str, **options: Any) -> Any:
    return _connect(TASK["socket"] + "?type=chart", **options)


async def main() -> None:
    websockets.connect = _connect_here  # type: ignore[assignment,misc]
    client = Client()
    greeted = asyncio.Event()
    client.on_logged(lambda _: greeted.set())
    await client.connect()
    # What it is given to send before the hello stays in its queue.
    await greeted.wait()
    charts = []
    for symbol, resolution, count in TASK["charts"]:
        session = ChartSession(client)
        loaded = asyncio.Event()
        session.on_update(lambda _, loaded=loaded: loaded.set())
        session.set_market(symbol, {"timeframe": resolution, "range": count})
        await loaded.wait()
        charts.append([_bar(period) for period in reversed(session.periods_list)])
    print(json.dumps(charts))  # noqa: T201


def _bar(period: dict[str, float]) -> list[float]:
    return [period[name] for name in ("time", "open", "max", "min", "close", "volume")]


asyncio.run(main())
