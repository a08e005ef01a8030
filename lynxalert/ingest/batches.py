"""A batch that is taken whole or not at all → its records, checked; the first that is wrong is named by its path."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.events import Unreadable
from lynxalert.ingest.bodies import next_value, text_of
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.taken import stamp
from lynxalert.ingest.written import text_of_value

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field of a record *holds*, said as `must be …`; null and absence are fine unless it is *required*."""

    says: str
    holds: Callable[[Any], bool]
    required: bool = False

    @property
    def always(self) -> Rule:
        """The same, required."""
        return Rule(self.says, self.holds, required=True)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


TEXT = Rule("must be a text", lambda value: isinstance(value, str))
FILLED = Rule("must be a text that is not empty", lambda value: isinstance(value, str) and bool(value))
FLAG = Rule("must be true or false", lambda value: isinstance(value, bool))
NUMBER = Rule("must be a number", _number)
NOT_NEGATIVE = Rule("must be a number from 0 on", lambda value: _number(value) and value >= 0)
SHARE = Rule("must be a number between 0 and 1", lambda value: _number(value) and 0 <= value <= 1)
COUNT = Rule(
    "must be a whole number from 0 on",
    lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
)
MOMENT = Rule(
    "must be an ISO 8601 timestamp", lambda value: isinstance(value, str) and stamp(value) is not None
)
OBJECT = Rule("must be an object", lambda value: isinstance(value, Mapping))


def wrong(path: Path, message: str) -> IngestError:
    """What stands at *path* is not what it must be."""
    return IngestError(IngestCode.INVALID_BODY, message, path)


def document_of(body: bytes) -> Any:
    """The one JSON value of *body*.

    Raises:
        IngestError: it is none, or something follows it.
    """
    text = text_of(body).text
    found = next_value(text, 0)
    if found is None:
        raise IngestError(IngestCode.NO_DATA, "the body is empty")
    if text[found[2] :].strip():
        raise IngestError(IngestCode.INVALID_JSON, "something follows the JSON")
    return found[0]


def records_of(value: Any, path: Path) -> Sequence[Mapping[str, Any]]:
    """*value*, an array of objects.

    Raises:
        IngestError: it is none.
    """
    if not isinstance(value, list):
        raise wrong(path, "must be an array")
    for place, record in enumerate(value):
        if not isinstance(record, Mapping):
            raise wrong((*path, place), OBJECT.says)
    return value


def check(record: Mapping[str, Any], rules: Mapping[str, Rule], path: Path) -> None:
    """Return if *record* keeps all *rules*.

    Raises:
        IngestError: the first field that does not.
    """
    for name, rule in rules.items():
        value = record.get(name)
        if value is None and not rule.required:
            continue
        if name not in record:
            raise wrong((*path, name), "is required")
        if not rule.holds(value):
            raise wrong((*path, name), rule.says)


def written(record: Mapping[str, Any], path: Path) -> str:
    """The text of the event that *record* becomes.

    Raises:
        IngestError: it is nested too deep.
    """
    try:
        return text_of_value(record)
    except Unreadable as error:
        raise wrong(path, str(error)) from None
