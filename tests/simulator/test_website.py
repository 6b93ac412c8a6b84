import re

import httpx
import pytest

from formulas.simulator.access import Account, read_token
from formulas.simulator.accounts import BASIC, PREMIUM

LISTS = "/api/v1/symbols_list"
CUSTOM = f"{LISTS}/custom/"


def cookies(account: Account, sign: str = "") -> dict[str, str]:
    return {
        "Cookie": f"sessionid={account.sessionid}; "
        f"sessionid_sign={sign or account.sessionid_sign}"
    }


@pytest.fixture
async def tv(http: httpx.AsyncClient) -> httpx.AsyncClient:
    http.headers.update(cookies(PREMIUM))
    return http


@pytest.mark.parametrize("path", ["/chart/", "/chart/Ab12Cd34/"])
async def test_the_chart_page_carries_a_token_that_the_socket_takes(tv, path):
    page = await tv.get(path)
    token = re.search(r'auth_token":"([^"]+)"', page.text)
    assert token is not None
    access = read_token(token[1])
    assert access is not None
    assert access.user_id == PREMIUM.user_id


@pytest.mark.parametrize(
    "headers", [{}, cookies(PREMIUM, "v3:x"), {"Cookie": "sessionid=x"}]
)
async def test_without_both_cookies_the_chart_page_has_no_token(http, headers):
    page = await http.get("/chart/", headers=headers)
    assert page.status_code == 200
    assert "auth_token" not in page.text


async def test_the_user_is_told_by_one_cookie(http):
    headers = {"Cookie": f"sessionid={BASIC.sessionid}"}
    user = (await http.get("/api/v1/user/", headers=headers)).json()
    assert user == {"id": BASIC.user_id, "username": BASIC.username}
    assert (await http.get("/api/v1/user/")).status_code == 401


async def test_all_lists_hold_custom_and_colored_ones(tv):
    lists = (await tv.get(f"{LISTS}/all/")).json()
    assert [each["type"] for each in lists] == ["custom", "colored"]
    assert lists[0]["symbols"][0] == "###\u2064Momentum"


async def test_logged_out_there_is_one_list_without_an_id(http):
    assert [each["id"] for each in (await http.get(CUSTOM)).json()] == [None]
    assert (
        await http.post(CUSTOM, json={"name": "x", "symbols": []})
    ).status_code == 401


async def test_a_list_is_made_changed_and_deleted(tv):
    made = (await tv.post(CUSTOM, json={"name": "Mine", "symbols": []})).json()
    one = f"{CUSTOM}{made['id']}/"
    assert (await tv.post(f"{one}append/", json=["NSE:TCS", "NSE:M&M"])).json() == [
        "NSE:TCS",
        "NSE:M&M",
    ]
    assert (await tv.post(f"{one}remove/", json=["NSE:TCS"])).json() == ["NSE:M&M"]
    await tv.post(f"{one}replace/?unsafe=true", json=["NSE:ITC"])
    assert (await tv.get(one)).json()["symbols"] == ["NSE:ITC"]
    active = (await tv.post(f"{LISTS}/active/{made['id']}/")).json()
    assert active["active"]
    assert (await tv.delete(one)).status_code == 204
    assert (await tv.delete(one)).status_code == 404
