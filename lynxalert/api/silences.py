"""`/silences`: matchers and time, a reason to stay quiet for every instance they match."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field, WithJsonSchema

from lynxalert.api.access import actor_of
from lynxalert.api.body import read_object
from lynxalert.api.conditional import answered, demand_version
from lynxalert.api.errors import ApiError, invalid, not_found
from lynxalert.api.filters import only, order, words
from lynxalert.api.keys import CLOCK, SILENCES
from lynxalert.api.making import id_of, made_already
from lynxalert.api.overlays import end_of
from lynxalert.api.paging import cursor_of, page_of
from lynxalert.api.ports import MadeAlreadyError
from lynxalert.api.reply import success
from lynxalert.config.definition import Instant
from lynxalert.config.mistakes import Mistake
from lynxalert.config.shape import Duration, Said, Section, read
from lynxalert.notify.matchers import Matcher, MatcherError, parse_matcher
from lynxalert.state import Silence

LONGEST_LIST = 100
STATES = ("pending", "active", "expired")
FILTERS = ("state", "alert", "who", "q", "sort")
FOREVER = "9999"  # behind every instant
ORDERS: Mapping[str, Callable[[Silence], str]] = {
    "starts_at": lambda silence: silence.starts_at.isoformat(),
    "until": lambda silence: silence.ends_at.isoformat() if silence.ends_at is not None else FOREVER,
}


# A text, or an object in our words or Alertmanager's; what of it is wrong is told by `_matcher`.
_MATCHER = {
    "anyOf": [
        {"type": "string", "minLength": 1, "examples": ["service=shop", 'host=~"web.*"']},
        {
            "type": "object",
            "required": ["name", "value"],
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "value": {"type": "string"},
                "op": {"enum": ["=", "!=", "=~", "!~"]},
                "isRegex": {"type": "boolean"},
                "isEqual": {"type": "boolean"},
            },
            "additionalProperties": False,
        },
    ]
}
Matchers = Annotated[
    tuple[Any, ...],
    Field(strict=False),
    WithJsonSchema({"type": "array", "items": _MATCHER, "minItems": 1, "maxItems": LONGEST_LIST}),
]


class Wish(Section):
    """What to keep quiet, from when (now), until when (without `until` and `duration`: until ended), and why."""

    matchers: Matchers = ()
    starts_at: Instant | None = None
    until: Instant | None = None
    duration: Duration | None = None
    reason: Said | None = None


async def index(request: web.Request) -> web.Response:
    """`GET /silences`: all of them, mutes of alerts included, earliest first.

    `state`, `alert`, `who`, `q` (part of the reason) choose, `sort` (`starts_at`, `until`) orders, `limit` pages.
    """
    now = request.app[CLOCK].now()
    only(request, FILTERS)
    states = words(request, "state", STATES)
    by, backwards = order(request, tuple(ORDERS), "starts_at")
    match cursor_of(request):
        case None:
            pass
        case [named, str(), str()] if named == by:
            pass
        case _:
            raise invalid([Mistake(("cursor",), "is not a cursor of this list")])
    found = [
        each
        for each in await request.app[SILENCES].all()
        if (not states or state_of(each, now) in states) and _is_wanted(each, request.query)
    ]
    page, meta = page_of(
        request, found, key=lambda each: [by, ORDERS[by](each), each.id], backwards=backwards
    )
    return success({"silences": [shown(each, now) for each in page]}, meta=meta)


def _is_wanted(silence: Silence, asked: Mapping[str, str]) -> bool:
    return (
        asked.get("alert") in (None, silence.alert_id)
        and asked.get("who") in (None, silence.who)
        and asked.get("q", "").lower() in silence.reason.lower()
    )


async def create(request: web.Request) -> web.Response:
    """`POST /silences`: 201 with the silence."""
    wish, mistakes = read(Wish, await read_object(request))
    if wish is None:
        raise invalid(mistakes)
    matchers, wrong = _matchers(wish.matchers)
    if wrong:
        raise invalid(wrong)
    now = request.app[CLOCK].now()
    starts = wish.starts_at or now
    until = end_of(wish.until, wish.duration, starts, now)
    try:
        made = await request.app[SILENCES].create(
            matchers,
            starts,
            until,
            wish.reason or "",
            by=actor_of(request),
            silence_id="sil_" + id_of(request, "silence", 16),
        )
    except MadeAlreadyError as error:
        raise made_already(str(error)) from None
    return success(shown(made, now), status=201, headers={"Location": f"/api/v1/silences/{made.id}"})


async def get(request: web.Request) -> web.Response:
    """`GET /silences/{id}`."""
    found = await _find(request)
    return answered(request, success(shown(found, request.app[CLOCK].now())), version_of(found))


async def delete(request: web.Request) -> web.Response:
    """`DELETE /silences/{id}`: it ends now, and stays in the list. 204; 409 if it was over already.

    What fires is told at its next transition, or now with `?notify=still_firing`.
    """
    notify = request.query.get("notify", "next_transition")
    if notify not in ("next_transition", "still_firing"):
        raise invalid([Mistake(("notify",), "must be one of next_transition, still_firing")])
    silence = await _find(request)
    demand_version(request, version_of(silence), "the silence")
    if not await request.app[SILENCES].end(
        silence.id, tell_still_firing=notify == "still_firing", by=actor_of(request)
    ):
        raise ApiError(409, "CONFLICT", "the silence is over already")
    return web.Response(status=204)


def version_of(silence: Silence) -> str:
    """Changes when somebody ends it; that time passes does not matter."""
    return f"{silence.id}-{'ended' if silence.ended_at else 'set'}"


def state_of(silence: Silence, now: dt.datetime) -> Literal["pending", "active", "expired"]:
    """Where *silence* stands, in Alertmanager's words."""
    if silence.is_active(now):
        return "active"
    return "pending" if silence.ended_at is None and now < silence.starts_at else "expired"


def shown(silence: Silence, now: dt.datetime) -> dict[str, Any]:
    """The silence object; `alert_id` is set for the mute of an alert."""
    return {
        "id": silence.id,
        "state": state_of(silence, now),
        "matchers": [{"name": each.name, "op": each.op, "value": each.value} for each in silence.matchers],
        "alert_id": silence.alert_id,
        "starts_at": silence.starts_at,
        "until": silence.ends_at,
        "ended_at": silence.ended_at,
        "reason": silence.reason or None,
        "who": silence.who or None,
    }


async def _find(request: web.Request) -> Silence:
    wanted = request.match_info["id"]
    found = next((each for each in await request.app[SILENCES].all() if each.id == wanted), None)
    if found is None:
        raise not_found("Silence")
    return found


def _matchers(raw: tuple[Any, ...]) -> tuple[list[Matcher], list[Mistake]]:
    if not raw:
        hint = 'such as "service=shop"; to keep everything quiet say "alert=~.*"'
        return [], [Mistake(("matchers",), "must have at least one matcher", help=hint)]
    if len(raw) > LONGEST_LIST:
        return [], [Mistake(("matchers",), f"must have at most {LONGEST_LIST} matchers")]
    found, mistakes = [], []
    for place, each in enumerate(raw):
        try:
            found.append(_matcher(each))
        except MatcherError as error:
            mistakes.append(Mistake(("matchers", place), str(error)))
    return found, mistakes


def _matcher(raw: Any) -> Matcher:
    """A matcher as a text, or as an object: `name`, `value`, and `op`, or Alertmanager's `isRegex` and `isEqual`."""
    if isinstance(raw, str):
        return parse_matcher(raw)
    if not isinstance(raw, Mapping):
        raise MatcherError("must be a text such as service=shop, or an object")
    name, value = raw.get("name"), raw.get("value")
    if not isinstance(name, str) or not name or not isinstance(value, str):
        raise MatcherError("must have a name and a value, both texts")
    if odd := set(raw) - {"name", "value", "op", "isRegex", "isEqual"}:
        raise MatcherError(f"has no setting {min(map(str, odd))[:60]}: name, op, value")
    regex, equal = raw.get("isRegex", False), raw.get("isEqual", True)
    if not (isinstance(regex, bool) and isinstance(equal, bool)):
        raise MatcherError("must have isRegex and isEqual, where they are there, as true or false")
    alertmanager = ("=~" if equal else "!~") if regex else ("=" if equal else "!=")
    return Matcher(name, str(raw.get("op", alertmanager)), value)
