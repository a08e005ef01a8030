"""The query string of a list → what it shows and in which order. A filter that is none is refused: it would show everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aiohttp import web

from lynxalert.api.errors import invalid
from lynxalert.config.mistakes import Mistake
from lynxalert.registry import suggest
from lynxalert.state.listing import ORDERS, Wanted

PAGING = ("limit", "cursor")
SEVERAL = frozenset({"status", "label", "kind", "state"})  # may be given more than once
OF_ALERTS = ("status", "enabled", "label", "q", "source", "sort")
STATUSES = ("ok", "triggered", "error")
SOURCES = ("api", "file")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def only(request: web.Request, names: Sequence[str]) -> None:
    """Return if nothing but *names* is asked, and what pages; what has one value, once.

    Raises:
        ApiError: 422 with every other name, and what may have been meant.
    """
    found = []
    for name, times in Counter(name for name, _ in request.query.items()).items():  # keys name each once
        if name in (*names, *PAGING):
            if times > 1 and name not in SEVERAL:
                found.append(Mistake((name,), f"is given {times} times"))
        else:
            near = suggest(name, (*names, *PAGING))
            found.append(
                Mistake((name,), "is not a filter", help=f"did you mean `{near}`?" if near else None)
            )
    if found:
        raise invalid(found)


def words(request: web.Request, name: str, known: Sequence[str]) -> tuple[str, ...]:
    """The words of the filter *name*, given once or several times, or several with commas.

    Raises:
        ApiError: 422, one is not *known*.
    """
    found = [word for text in request.query.getall(name, []) for word in text.split(",") if word]
    if any(word not in known for word in found):
        raise invalid([Mistake((name,), f"must be one of {', '.join(known)}")])
    return tuple(found)


def word(request: web.Request, name: str, known: Sequence[str]) -> str | None:
    """The one word of the filter *name*; None without it.

    Raises:
        ApiError: 422, it is not *known*.
    """
    text = request.query.get(name)
    if text is not None and text not in known:
        raise invalid([Mistake((name,), f"must be one of {', '.join(known)}")])
    return text


def order(request: web.Request, known: Sequence[str], default: str) -> tuple[str, bool]:
    """By what the list is sorted, and whether the last comes first: `sort=name`, `sort=-created_at`.

    Raises:
        ApiError: 422, it cannot be sorted by that.
    """
    text = request.query.get("sort", default)
    name = text.removeprefix("-")
    if name not in known:
        raise invalid([Mistake(("sort",), f"must be one of {', '.join(known)}, with - in front: backwards")])
    return name, text.startswith("-")


def oldest_first(request: web.Request, name: str) -> bool:
    """Whether a list that tells the newest first is to begin with the oldest: `sort=` the *name* of its time.

    Raises:
        ApiError: 422, it cannot be sorted by that.
    """
    return not order(request, (name,), f"-{name}")[1]


def wanted_alerts(request: web.Request) -> Wanted:
    """Which alerts, in which order.

    Raises:
        ApiError: 422, a filter is none, or cannot be that.
    """
    only(request, OF_ALERTS)
    enabled = request.query.get("enabled")
    if enabled is not None and enabled not in _FLAGS:
        raise invalid([Mistake(("enabled",), "must be true or false")])
    by, descending = order(request, tuple(ORDERS), "name")
    return Wanted(
        status=words(request, "status", STATUSES),
        enabled=None if enabled is None else _FLAGS[enabled],
        labels=tuple(_label(text) for text in request.query.getall("label", [])),
        text=request.query.get("q", ""),
        source=word(request, "source", SOURCES),
        order=by,
        descending=descending,
    )


def _label(text: str) -> tuple[str, str | None]:
    """`team=shop`, or `team` for any team."""
    name, given, value = text.partition("=")
    if not name:
        raise invalid([Mistake(("label",), "must be a label and its value such as team=shop")])
    return name, value if given else None
