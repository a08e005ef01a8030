"""Headers and query → where a payload says it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.protocol import Payload

INDEX = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}")
LONGEST_NAME = 1_000  # characters
HEADERS = {
    "index": ("x-index",),
    "source": ("x-source",),
    "sourcetype": ("x-source-type", "x-sourcetype"),
    "host": ("x-host",),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """What every event of a payload has in common."""

    index: str = "main"
    source: str = "http"
    sourcetype: str | None = None
    host: str | None = None


def is_index(name: str) -> bool:
    """Whether *name* can be that of an index."""
    return INDEX.fullmatch(name) is not None


def origin_of(payload: Payload, default: Origin) -> Origin:
    """The origin that *payload* declares, over *default*; the query says it before the headers do.

    Raises:
        IngestError: the index has characters that no index has, or a name is too long.
    """
    found = {
        name: value
        for name, headers in HEADERS.items()
        if (value := _first(payload, name, headers)) is not None
    }
    index = found.get("index", default.index)
    if not is_index(index):
        raise IngestError(IngestCode.INVALID_NAME, f"`{index[:100]}` cannot be the name of an index")
    for name, value in found.items():
        if len(value) > LONGEST_NAME:
            raise IngestError(IngestCode.INVALID_NAME, f"the {name} is longer than {LONGEST_NAME} characters")
    return Origin(
        index,
        found.get("source", default.source),
        found.get("sourcetype", default.sourcetype),
        found.get("host", default.host),
    )


def _first(payload: Payload, name: str, headers: tuple[str, ...]) -> str | None:
    values = [payload.query.get(name), *(payload.headers.get(header) for header in headers)]
    return next((value.strip() for value in values if value is not None and value.strip()), None)
