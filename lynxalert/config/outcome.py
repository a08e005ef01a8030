"""`when`, `key`, `expect` × the columns that a query leaves → what they ask for and will not find. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lynxalert.config.definition import AlertDefinition
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.lang import Code
from lynxalert.registry import suggest

_MILD_FIRST = ("info", "warn", "warning", "error", "critical", "fatal", "page")


def unfound(
    definition: AlertDefinition, columns: Iterable[str] | None, keys: tuple[str, ...]
) -> Iterator[Mistake]:
    """A warning for each; *columns* None: they depend on the events. *keys* are the by-fields of the query."""
    when = definition.when or {}
    if columns is not None:
        known = tuple(columns)
        yield from _field(when, known, ("when",))
        for place, name in enumerate(definition.key or ()):
            if name not in known:
                yield _missing(("key", place), name, known)
    yield from _expected(definition, definition.key if definition.key is not None else keys)
    yield from _tiers(when)


def _field(when: Mapping[str, Any], known: tuple[str, ...], path: Path) -> Iterator[Mistake]:
    name = when.get("field")
    if isinstance(name, str) and name not in known:
        yield _missing((*path, "field"), name, known)
    if isinstance(when.get("of"), Mapping):
        yield from _field(when["of"], known, (*path, "of"))


def _missing(path: Path, name: str, known: tuple[str, ...]) -> Mistake:
    near = suggest(name, known)
    hint = f"did you mean `{near}`?" if near else f"there are {', '.join(known[:10])}"
    return Mistake(path, f"is no column of the result: {name[:60]}", Code.LINT, hint)


def _expected(definition: AlertDefinition, keys: Sequence[str]) -> Iterator[Mistake]:
    """Declared keys that no row can have."""
    for place, each in enumerate(definition.expect):
        if definition.trigger == "each" and set(each) != set(keys):
            wanted = ", ".join(keys) or "nothing: the query has no by-fields"
            text = f"is the key of no row: it has {', '.join(map(str, each)) or 'nothing'}"
            yield Mistake(("expect", place), text, Code.LINT, f"instances are told apart by {wanted}")


def _tiers(when: Mapping[str, Any]) -> Iterator[Mistake]:
    """Tiers whose names say another order than their values."""
    tiers = when.get("tiers")
    if not isinstance(tiers, Mapping):
        return
    ranks = [_MILD_FIRST.index(name) for name in tiers if name in _MILD_FIRST]
    if ranks != sorted(ranks):
        text = (
            f"go from mild to severe: {', '.join(map(str, tiers))} means that {list(tiers)[-1]} is the worst"
        )
        yield Mistake(("when", "tiers"), text, Code.LINT, "swap the values, or the names")
