"""`/alerts/{id}/backtest`, `/alerts/backtest`: what an alert would have told, from what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from lynxalert.alerts import Alert
from lynxalert.alerts.failure import EvaluationError
from lynxalert.api.alert_json import fields_of, patched, with_stored_secrets
from lynxalert.api.alerts import find, judged
from lynxalert.api.asking import Range, range_of, window_of
from lynxalert.api.body import read_object
from lynxalert.api.errors import ApiError, invalid
from lynxalert.api.keys import BACKTESTS, CLOCK
from lynxalert.api.ports import BusyError
from lynxalert.api.reply import success
from lynxalert.config.alert import fresh_id
from lynxalert.config.mistakes import Mistake
from lynxalert.errors import LynxError

ASKED = frozenset(("earliest", "latest", "from", "to", "against", "sweep"))
USUAL = "-7d"


async def backtest(request: web.Request) -> web.Response:
    """`POST /alerts/{id}/backtest`: over `earliest` (`-7d`) to `latest`; beside it `against`, fields that differ."""
    alert = (await find(request)).alert
    asked, fields = _split(await read_object(request, optional=True))
    if fields:
        alert = _variant(request, alert, fields)
    return await _run(request, alert, asked)


async def backtest_unsaved(request: web.Request) -> web.Response:
    """`POST /alerts/backtest`: the same for a definition that is not saved."""
    asked, fields = _split(await read_object(request))
    whole, mistakes = with_stored_secrets(fields_of(fields), None)
    alert, _ = judged(request, whole, mistakes, fresh_id())
    return await _run(request, alert, asked)


async def _run(request: web.Request, alert: Alert, asked: Mapping[str, Any]) -> web.Response:
    stretch = {name: asked[name] for name in ("earliest", "latest", "from", "to") if name in asked}
    if not {"earliest", "from"} & set(stretch):
        stretch["earliest"] = USUAL
    window = window_of(range_of(Range, {**stretch, "timezone": alert.timezone}), request.app[CLOCK].now())
    against, sweep = asked.get("against"), asked.get("sweep")
    if not isinstance(against, Mapping | None):
        raise invalid([Mistake(("against",), "must be an object: the fields that differ")])
    if not isinstance(sweep, str | None):
        raise invalid([Mistake(("sweep",), "must be a text such as threshold=50..500")])
    other = _variant(request, alert, against) if against is not None else None
    try:
        return success(await request.app[BACKTESTS].run(alert, window, against=other, sweep=sweep))
    except BusyError as error:
        raise ApiError(429, "TOO_MANY_REQUESTS", str(error), headers={"Retry-After": "5"}) from None
    except EvaluationError as error:
        raise ApiError(
            422, "INVALID_QUERY", str(error), details=[{"path": ["q"], "message": str(error)}]
        ) from None
    except LynxError as error:
        raise invalid([Mistake(("sweep",) if sweep else ("earliest",), f": {error}")]) from None


def _split(body: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is asked, and the fields of the definition beside it."""
    asked = {name: value for name, value in body.items() if name in ASKED}
    return asked, {name: value for name, value in body.items() if name not in ASKED}


def _variant(request: web.Request, alert: Alert, fields: Mapping[str, Any]) -> Alert:
    """*alert* with *fields* instead of its own."""
    whole, mistakes = with_stored_secrets(patched(alert, fields), alert)
    return judged(request, whole, mistakes, alert.id)[0]
