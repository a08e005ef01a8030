"""`/fields`, `/fields/{name}/values`: which fields the events have, of which types, how often, with which values."""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import orjson
from aiohttp import web
from pydantic import Field

from lynxalert.api.asking import Range, ask, ask_further, from_url, in_turn, range_of, window_of
from lynxalert.api.errors import invalid, not_found
from lynxalert.api.keys import CLOCK, EVENTS
from lynxalert.api.paging import MOST, USUAL, cursor, cursor_of
from lynxalert.api.reply import success
from lynxalert.config.mistakes import Mistake
from lynxalert.engine import Catalog
from lynxalert.engine.presence import Presence, Seen
from lynxalert.lang.quoting import quoted
from lynxalert.plan import TimeWindow, Type

ALONE = frozenset("|[")  # a text without these is a search of events and nothing else
METADATA = ("host", "index", "source", "sourcetype")  # every event has these


class AboutFields(Range):
    """Which fields are asked for: those whose name matches *match* (`*` any run), of the events of the query."""

    match: str = "*"
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL
    values: Annotated[int, Field(ge=0, le=100)] = 5  # per field
    sample: Annotated[int, Field(ge=1, le=50_000)] = 5_000  # newest events that `values` are counted in
    cursor: str | None = None  # read with the other pages'


class AboutValues(Range):
    """How many values of one field are asked for."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL


async def index(request: web.Request) -> web.Response:
    """`GET /fields`: by name; count, share and times of the events asked for, values of the newest of them."""
    asked = range_of(AboutFields, from_url(request, "limit", "values", "sample"))
    types = _types(request.app[EVENTS].catalog())
    after = cursor_of(request)
    if not isinstance(after, str | None):
        raise invalid([Mistake(("cursor",), "is not a cursor of this list")])
    matching = re.compile("|".join(fnmatch.translate(part) for part in [_stars_only(asked.match)]))
    names = sorted(name for name in types if matching.match(name) and (after is None or name > after))
    page, more = names[: asked.limit], len(names) > asked.limit
    total, counts = await _counts(request, asked, page)
    values = await _values(request, asked, page) if asked.values else {}
    found = [
        {
            "name": name,
            "type": str(types[name]),
            "count": count,
            "share": round(count / total, 6) if total else 0,
            "first_seen": first,
            "last_seen": last,
            "values": values.get(name, []),
        }
        for name, (count, first, last) in zip(page, counts, strict=True)
    ]
    meta = {"events": total, "has_more": more, "next_cursor": cursor(page[-1]) if more else None}
    return success({"fields": found}, meta=meta)


async def values(request: web.Request) -> web.Response:
    """`GET /fields/{name}/values`: the commonest values, each with its count and its share of those that have one."""
    asked = range_of(AboutValues, from_url(request, "limit"))
    name = request.match_info["name"]
    types = _types(request.app[EVENTS].catalog())
    if name not in types:
        raise not_found("Field")
    # `top` would call its own columns as a field may be called: read them by place.
    result = await ask_further(request, asked, f"top limit={asked.limit} {quoted(name)}", limit=asked.limit)
    rows: list[tuple[Any, ...]] = [tuple(row.values()) for row in result.rows]
    found = [
        {"value": value, "count": count, "share": round(percent / 100, 6)} for value, count, percent in rows
    ]
    return success({"name": name, "type": str(types[name]), "values": found})


def _types(catalog: Catalog) -> Mapping[str, Type]:
    """Every field; of any type where streams disagree, or one stream holds values of several."""
    types: dict[str, Type] = dict.fromkeys(METADATA, Type.TEXT)
    for stream in catalog.streams:
        for name, field in stream.fields.items():
            own = field.type if field.complete else Type.ANY
            types[name] = own if types.get(name, own) is own else Type.ANY
    return types


def _stars_only(pattern: str) -> str:
    return re.sub(r"([\[?])", r"[\1]", pattern)


async def _counts(
    request: web.Request, asked: Range, names: Sequence[str]
) -> tuple[int, Iterable[tuple[int, Any, Any]]]:
    """How many events there are, and per field how many have it, since when, until when."""
    if not asked.text:
        window = window_of(asked, request.app[CLOCK].now())
        source = request.app[EVENTS]
        total, seen = await in_turn(request, lambda stop: Presence(source, window, stop).of(names))
        every = (seen.get(name, Seen()) for name in names)
        return total, [(each.count, each.first, each.last) for each in every]
    wanted = ["count as n"]
    for place, name in enumerate(names):
        present = f"if(isnotnull({quoted(name, chr(39))}), _time, null())"
        wanted.append(f"count(eval({present})) as c{place}")
        wanted.append(f"min(eval({present})) as a{place}, max(eval({present})) as z{place}")
    [row] = (await ask_further(request, asked, "stats " + ", ".join(wanted), limit=1)).rows
    counted: dict[str, Any] = dict(row)
    found = [
        (counted[f"c{place}"], counted[f"a{place}"], counted[f"z{place}"]) for place in range(len(names))
    ]
    return int(counted["n"]), found


async def _narrowed(request: web.Request, asked: AboutFields, newest: str) -> TimeWindow:
    """The part of the range that the *newest* events lie in.

    Their many fields are then read of them alone. What stages make of events may depend on all of the range.
    """
    window = window_of(asked, request.app[CLOCK].now())
    if asked.text and not ALONE.isdisjoint(asked.text):
        return window
    [row] = (await ask(request, asked, f"{newest} | stats min(_time) as since", window, limit=1)).rows
    since = row["since"]
    return TimeWindow(since, window.end) if isinstance(since, dt.datetime) else window


async def _values(
    request: web.Request, asked: AboutFields, names: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    if not names:
        return {}
    wanted = " ".join(quoted(name) for name in names)
    newest = f"{asked.piped} | head {asked.sample}"
    window = await _narrowed(request, asked, newest)
    text = f"{newest} | fieldsummary maxvals={asked.values} {wanted}"
    result = await ask(request, asked, text, window, limit=len(names))
    return {str(row["field"]): orjson.loads(str(row["values"])) for row in result.rows}
