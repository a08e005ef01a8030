"""A body of HEC's envelopes → columns, where every envelope is as usual. The meaning is that of `protocols/hec.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from lynxalert.events import Alike, Grouped, may_be_deep, parse_object
from lynxalert.ingest.columns import FEWEST, Origin, alike, is_exact
from lynxalert.ingest.origin import is_index
from lynxalert.ingest.taken import stamps

# Between two envelopes. Within a text it would end the text, and what stands before it would be no JSON.
BETWEEN = re.compile(r'\}[ \t\n\r]*\{(?=")')
CUT = "}\0{"  # JSON has no such character
NAMES = ("index", "source", "sourcetype", "host")
NOTHING: Mapping[str, Any] = {}
TIMES = {int, float, str, type(None)}


def together(text: str, usual: Origin, longest: int) -> Alike | Grouped | None:
    """The events of the envelopes in *text*; *usual* is where they come from unless they say so. None: read them one by one."""
    envelopes = _envelopes(text)
    origins = None if envelopes is None else _origins(envelopes, usual)
    if envelopes is None or origins is None:
        return None
    raws = _texts([envelope.get("event") for envelope in envelopes])
    times = _times([envelope.get("time") for envelope in envelopes])
    beside = [NOTHING if (one := envelope.get("fields")) is None else one for envelope in envelopes]
    if raws is None or times is None or max(map(len, raws)) > longest or not all(map(_flat, beside)):
        return None
    documents = [
        event if type(event := envelope["event"]) is dict else parse_object(raw)
        for envelope, raw in zip(envelopes, raws, strict=True)
    ]
    return alike(raws, documents, origins, times, beside)


def _envelopes(text: str) -> list[Mapping[str, Any]] | None:
    """The objects in *text*, of an array or one behind the other."""
    if not is_exact(text):
        return None
    try:
        if text.lstrip().startswith("["):
            found = orjson.loads(text)
        else:
            found = [orjson.loads(piece) for piece in BETWEEN.sub(CUT, text).split("\0")]
    except orjson.JSONDecodeError:
        return None
    return found if len(found) >= FEWEST and set(map(type, found)) == {dict} else None


def _texts(events: Sequence[Any]) -> list[str] | None:
    if not set(map(type, events)) <= {dict, str}:
        return None
    try:
        raws = [event if type(event) is str else orjson.dumps(event).decode() for event in events]
    except TypeError:  # nested too deep
        return None
    return None if any(map(may_be_deep, raws)) or not all(map(str.strip, raws)) else raws


def _times(given: Sequence[Any]) -> list[int | None] | None:
    if not set(map(type, given)) <= TIMES:
        return None
    times = stamps(given)
    pairs = zip(times, given, strict=True)
    return None if any(time is None and one not in (None, "") for time, one in pairs) else times


def _origins(envelopes: Sequence[Mapping[str, Any]], usual: Origin) -> list[Origin] | None:
    known: dict[tuple[Any, ...], Origin] = {}
    found: list[Origin] = []
    for envelope in envelopes:
        said = tuple(envelope.get(name) for name in NAMES)
        if not all(one is None or type(one) is str for one in said):
            return None
        if said not in known:
            index, source, sourcetype, host = (None if one is None else one.strip() for one in said)
            if not is_index(index or usual[0]):
                return None
            known[said] = index or usual[0], source or usual[1], sourcetype or usual[2], host or usual[3]
        found.append(known[said])
    return found


def _flat(fields: Any) -> bool:
    """Whether *fields* are scalars, which most are."""
    return type(fields) is dict and set(map(type, fields.values())).isdisjoint((dict, list))
