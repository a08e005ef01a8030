"""What a body says, column by column → events that are alike. Anything unusual in a body is left to whoever reads it one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from lynxalert.events import Alike, Event, Grouped, may_be_deep

FEWEST = 8  # events for which it pays
INEXACT = re.compile(r"[\[:, \t\n\r](?:-?[0-9]{20}|-[0-9]{19})")  # the fast parser would round it
# A pattern looks at every character of a body, a search for bytes does not: so each digit is a 0, what stands before a number a colon.
AS_MARKS = bytes.maketrans(b"123456789[, \t\n\r", b"0" * 9 + b":" * 6)
MARKS = (b":" + b"0" * 20, b":-" + b"0" * 19)


# Where an event comes from: index, source, sourcetype, host.
Origin: TypeAlias = tuple[str, str, str | None, str | None]


def objects_of(lines: Sequence[str], longest: int) -> list[Mapping[str, Any]] | None:
    """*lines* as JSON objects; None if one is none, or is longer than *longest* characters, or may be nested too deep."""
    try:
        found = [orjson.loads(line) for line in lines]
    except orjson.JSONDecodeError:
        return None
    if set(map(type, found)) != {dict} or max(map(len, lines)) > longest or any(map(may_be_deep, lines)):
        return None
    return found


def is_exact(text: str) -> bool:
    """Whether the fast parser reads the numbers of *text*, which is JSON, as the slow one does."""
    marked = text.encode(errors="replace").translate(AS_MARKS)
    return not any(mark in marked for mark in MARKS) or INEXACT.search(text) is None


def alike(
    raws: Sequence[str],
    documents: Sequence[Mapping[str, Any] | None],
    origins: Sequence[Origin],
    times: Sequence[int | None],
    beside: Sequence[Mapping[str, Any]],
) -> Alike | Grouped | None:
    """The events of these columns, one row an event, by stream; None if they must stay in the order of the body.

    *times* in µs since 1970 UTC. Events without a sourcetype are of a stream by their source: of a sourcetype of the same
    name they would have to stay apart.
    """
    if len(set(origins)) == 1:
        return _of_rows(None, raws, documents, origins, times, beside)
    rows: dict[tuple[str, str, bool], list[int]] = {}
    for row, (index, source, sourcetype, _) in enumerate(origins):
        rows.setdefault((index, sourcetype or source, sourcetype is None), []).append(row)
    if len({(index, stream) for index, stream, _ in rows}) < len(rows):
        return None
    return Grouped([_of_rows(own, raws, documents, origins, times, beside) for own in rows.values()])


def _of_rows(
    rows: Sequence[int] | None,
    raws: Sequence[str],
    documents: Sequence[Mapping[str, Any] | None],
    origins: Sequence[Origin],
    times: Sequence[int | None],
    beside: Sequence[Mapping[str, Any]],
) -> Alike:
    """Those of *rows*, all if None."""
    if rows is not None:
        raws, documents, origins = _at(rows, raws), _at(rows, documents), _at(rows, origins)
        times, beside = _at(rows, times), _at(rows, beside)
    kinds = set(origins)
    index, source, sourcetype, host = origins[0]
    return Alike(
        raws,
        documents,
        Event("", index, source, sourcetype, host),
        None if len({one for _, one, _, _ in kinds}) == 1 else [one for _, one, _, _ in origins],
        None if len({one for _, _, _, one in kinds}) == 1 else [one for _, _, _, one in origins],
        times if any(time is not None for time in times) else None,
        beside if any(beside) else None,
    )


def _at(rows: Sequence[int], column: Sequence[Any]) -> list[Any]:
    return [column[row] for row in rows]
