"""Whether the process lives, and whether it can serve."""

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from formulas.engine import engine
from formulas.store import StoreDownError


@require_GET
async def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"alive": True})


@require_GET
async def ready(request: HttpRequest) -> HttpResponse:
    parts = {"database": await _database_answers(), "store": await _store_answers()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


async def _database_answers() -> bool:
    try:
        await sync_to_async(_ask_database)()
    except DatabaseError:
        return False
    return True


def _ask_database() -> None:
    # A connection belongs to its thread, and one that is open may lead nowhere.
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _store_answers() -> bool:
    try:
        await engine().store.run(("PING",))
    except StoreDownError:
        return False
    return True
