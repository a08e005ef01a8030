"""`limit` and an opaque `cursor` → a stretch of a list, and the `meta` that says how to go on."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson
from aiohttp import web

from lynxalert.api.errors import invalid
from lynxalert.config.mistakes import Mistake

T = TypeVar("T")
MOST = 1000
USUAL = 100


def limit_of(request: web.Request, default: int | None) -> int | None:
    """`limit` of the query string.

    Raises:
        ApiError: 422, it is no whole number from 1 to 1,000.
    """
    text = request.query.get("limit")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST):
        raise invalid([Mistake(("limit",), f"must be a whole number from 1 to {MOST}")])
    return int(text)


def cursor_of(request: web.Request) -> Any:
    """What the cursor of the query string stands for; None without one.

    Raises:
        ApiError: 422, it is none of ours.
    """
    text = request.query.get("cursor")
    if text is None:
        return None
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        found = None
    if found is None:  # null would read as none at all: the first page, without an end
        raise invalid([Mistake(("cursor",), "is not a cursor of this list")])
    return found


def number_of(request: web.Request) -> int | None:
    """The number that the cursor stands for, as in lists of what is numbered.

    Raises:
        ApiError: 422, it is none of theirs.
    """
    number = cursor_of(request)
    if number is None or (type(number) is int and 0 <= number < 2**63):
        return number
    raise invalid([Mistake(("cursor",), "is not a cursor of this list")])


def cursor(value: Any) -> str:
    """*value* as a cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def page_of(
    request: web.Request, items: Sequence[T], key: Callable[[T], Any], *, backwards: bool = False
) -> tuple[Sequence[T], dict[str, Any] | None]:
    """The asked stretch of *items* in the order of *key*; everything when no `limit` is asked."""
    items = sorted(items, key=key, reverse=backwards)
    limit = limit_of(request, None)
    after = cursor_of(request)
    if limit is None and after is None:
        return items, None
    try:
        rest = [each for each in items if after is None or _is_behind(key(each), after, backwards=backwards)]
    except TypeError:
        raise invalid([Mistake(("cursor",), "is not a cursor of this list")]) from None
    page = rest[: limit or USUAL]
    more = len(rest) > len(page)
    return page, {
        "has_more": more,
        "next_cursor": cursor(key(page[-1])) if more else None,
        "total": len(items),
    }


def _is_behind(place: Any, after: Any, *, backwards: bool) -> bool:
    return bool(place < after if backwards else place > after)
