from dataclasses import replace

import pytest

from formulas.simulator.config import INSTANT, Config
from formulas.simulator.server import serve
from formulas.upstream.errors import (
    SignedOutError,
    ThrottledError,
    TimedOutError,
    UnexpectedAnswerError,
    UnreachableError,
)
from formulas.upstream.tradingview import page
from formulas.upstream.tradingview.page import fetch_token
from formulas.upstream.tradingview.token import Cookies
