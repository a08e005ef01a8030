"""Elasticsearch's `filter_path`: a reply and patterns → the parts of the reply that were asked for."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from typing import Any, TypeAlias

Pattern: TypeAlias = tuple[str, ...]

NOTHING = object()


def filtered(value: Any, patterns: str) -> Any:
    """*value* reduced to what the comma-separated *patterns* name (`errors,items.*.status`, `-took`).

    Lists are looked through; what has nothing left in it goes, as Elasticsearch does it.
    """
    words = [word.strip() for word in patterns.split(",") if word.strip()]
    wanted = [tuple(word.split(".")) for word in words if not word.startswith("-")]
    unwanted = [tuple(word[1:].split(".")) for word in words if word.startswith("-")]
    if wanted:
        value = _keep(value, wanted)
    if unwanted and value is not NOTHING:
        value = _drop(value, unwanted)
    return {} if value is NOTHING else value


def _step(patterns: Sequence[Pattern], key: str) -> tuple[list[Pattern], bool]:
    """What of *patterns* is left to match below *key*, and whether one of them ends here."""
    rest: list[Pattern] = []
    for pattern in patterns:
        if pattern[0] == "**":
            rest.append(pattern)
            inner, ended = _step([pattern[1:]], key) if len(pattern) > 1 else ([], True)
            rest += inner
            if ended:
                rest.append(())
        elif fnmatch.fnmatchcase(key, pattern[0]):
            rest.append(pattern[1:])
    return [one for one in rest if one], () in rest


def _keep(value: Any, patterns: Sequence[Pattern]) -> Any:
    if isinstance(value, list):
        kept = [found for each in value if (found := _keep(each, patterns)) is not NOTHING]
        return kept or NOTHING
    if not isinstance(value, dict):
        return NOTHING
    result = {}
    for key, each in value.items():
        rest, whole = _step(patterns, key)
        found = each if whole else _keep(each, rest) if rest else NOTHING
        if found is not NOTHING:
            result[key] = found
    return result or NOTHING


def _drop(value: Any, patterns: Sequence[Pattern]) -> Any:
    if isinstance(value, list):
        return [_drop(each, patterns) for each in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, each in value.items():
        rest, whole = _step(patterns, key)
        if not whole:
            result[key] = _drop(each, rest) if rest else each
    return result
