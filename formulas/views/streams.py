"""A run as a stream of events, and one chart by itself."""

from collections.abc import AsyncGenerator, Callable
from time import time

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from formulas.charts.accounts import Credentials
from formulas.charts.outcomes import Earlier, Failed, Landed, Wanted
from formulas.crypto import SealedSecretError
from formulas.engine import engine
from formulas.forms import RunForm
from formulas.market.charts import ChartRequest
from formulas.market.errors import InvalidValueError
from formulas.market.resolutions import parse_resolution
from formulas.market.symbols import parse_symbol, respellings
from formulas.models import Formula, TradingViewConnection
from formulas.streams import fragments, payloads
from formulas.streams.events import RunFailed
from formulas.streams.response import EventStreamResponse
from formulas.streams.run import Step
from formulas.streams.viewing import Viewing
from formulas.upstream.tradingview.token import Cookies
from formulas.views.requests import viewer

_UNREADABLE = RunFailed(
    code="unreadable_secret",
    message="A secret of yours can't be opened any more: enter the formula's key, and"
    " your TradingView session, again.",
    retryable=False,
)
_NO_SUCH_CHARTS = RunFailed(
    code="bad_request",
    message="The address asks for charts that don't exist.",
    retryable=False,
)


@require_GET
async def stream(request: HttpRequest, formula_id: int) -> HttpResponseBase:
    is_json = request.GET.get("format") == "json"
    user = await viewer(request)
    if user is None:
        return _signed_out(request, formula_id, is_json=is_json)
    formula = await Formula.objects.owned_by(user.pk).filter(pk=formula_id).afirst()
    if formula is None:
        return _missing(is_json=is_json)
    encode = payloads.encode_json if is_json else fragments.encode_html
    options = RunForm(request.GET)
    if not options.is_valid():
        return _nonsense(options, is_json=is_json)
    try:
        viewing = await _viewing(request, user, formula, options)
    except SealedSecretError:
        return _whole_stream(encode(Step(_UNREADABLE)))
    # A stream lives long, and would hold its database connection all the while.
    await sync_to_async(connections.close_all)()
    return EventStreamResponse(_encoded(engine().runs.steps(viewing), encode))


@require_GET
async def chart(request: HttpRequest, symbol: str, resolution: str) -> HttpResponse:
    is_json = request.GET.get("format") == "json"
    user = await viewer(request)
    if user is None:
        return HttpResponse("Sign in first.", status=401, content_type="text/plain")
    options = RunForm(request.GET)
    if not options.is_valid():
        return JsonResponse({"errors": options.errors}, status=400)
    try:
        wanted = ChartRequest(
            parse_symbol(symbol),
            parse_resolution(resolution),
            options.cleaned_data["bars"],
        )
    except InvalidValueError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    since = _since(options, time())
    outcome = await _one_chart(wanted, await _credentials(user), since)
    if not is_json:
        return HttpResponse(fragments.chart_fragment(outcome))
    return _json_chart(outcome)


async def _viewing(
    request: HttpRequest, user: User, formula: Formula, options: RunForm
) -> Viewing:
    asked_at = time()
    return Viewing(
        user_id=user.pk,
        formula_id=formula.pk,
        formula_name=formula.name,
        api_key=formula.api_key,
        metric_names=tuple(formula.metric_names),
        credentials=await _credentials(user),
        resolutions=options.cleaned_data["resolutions"],
        bars=options.cleaned_data["bars"],
        batch_size=settings.CHART_BATCH_SIZE,
        is_refresh=options.cleaned_data["refresh"],
        cursor=request.headers.get("Last-Event-ID", ""),
        asked_at=asked_at,
        since=_since(options, asked_at),
    )


def _since(options: RunForm, now: float) -> float:
    """Return since when a chart must have been fetched to be fresh."""
    is_refresh = options.cleaned_data["refresh"]
    return now if is_refresh else now - settings.CHART_CACHE_SECONDS


async def _encoded(
    steps: AsyncGenerator[Step], encode: Callable[[Step], bytes]
) -> AsyncGenerator[bytes]:
    try:
        async for step in steps:
            if message := encode(step):
                yield message
    finally:
        await steps.aclose()


async def _one_chart(
    request: ChartRequest, credentials: Credentials | None, since: float
) -> Landed | Failed:
    account, _ = await engine().accounts.enter(credentials)
    wanted = [Wanted(0, request, respellings(request.symbol))]
    outcomes = engine().charts.outcomes(wanted, account, since=since)
    try:
        while isinstance(outcome := await anext(outcomes), Earlier):
            continue
        return outcome
    finally:
        await outcomes.aclose()


def _json_chart(outcome: Landed | Failed) -> HttpResponse:
    if isinstance(outcome, Landed):
        chart = payloads.chart_json(outcome.chart)
        return HttpResponse(chart, content_type="application/json")
    return JsonResponse(payloads.error_payload(outcome), status=502)


async def _credentials(user: User) -> Credentials | None:
    connection = await TradingViewConnection.objects.filter(user=user).afirst()
    if connection is None:
        return None
    cookies = Cookies(connection.sessionid.reveal(), connection.sessionid_sign.reveal())
    # What was learnt with older cookies is never taken for what these give.
    name = f"user {user.pk} since {connection.changed_at.isoformat()}"
    return Credentials(name, cookies)


def _signed_out(
    request: HttpRequest, formula_id: int, *, is_json: bool
) -> HttpResponseBase:
    if is_json:
        return JsonResponse({"code": "signed_out", "message": "Sign in."}, status=401)
    page = reverse("formula", args=[formula_id])
    sign_in = f"{reverse('login')}?{urlencode({'next': page})}"
    return _whole_stream(fragments.signed_out(sign_in))


def _nonsense(options: RunForm, *, is_json: bool) -> HttpResponseBase:
    if is_json:
        return JsonResponse({"errors": options.errors}, status=400)
    return _whole_stream(fragments.encode_html(Step(_NO_SUCH_CHARTS)), status=400)


def _missing(*, is_json: bool) -> HttpResponseBase:
    if is_json:
        message = "There is no such formula."
        return JsonResponse({"code": "not_found", "message": message}, status=404)
    # htmx reads a stream whatever its status; the status is for everybody else.
    return _whole_stream(fragments.missing(), status=404)


def _whole_stream(events: bytes, *, status: int = 200) -> HttpResponse:
    return HttpResponse(
        events,
        status=status,
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
