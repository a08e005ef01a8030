"""A `when` as written → a condition, or every mistake in it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.alerts.conditions.condition import Condition, conditions
from lynxalert.errors import LynxError
from lynxalert.registry import suggest

Path: TypeAlias = tuple[str | int, ...]
Read: TypeAlias = Callable[[Any], Any]


MOST_REMEMBERED = 16_384  # conditions: every slot of every alert asks for its own
_BUILT: dict[str, Condition] = {}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its place within `when`, what completes "when.field …", and what to do about it."""

    path: Path
    message: str
    help: str | None = None


class ConditionError(LynxError):
    """A `when` that means nothing, with every problem found in it."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{spell(each.path)} {each.message}" for each in problems))

    def under(self, *path: str | int) -> ConditionError:
        """The same problems, further inside."""
        return ConditionError(
            *(dataclasses.replace(each, path=(*path, *each.path)) for each in self.problems)
        )


def spell(path: Path) -> str:
    """`when.tiers[0].value`."""
    return "when" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def build(when: Mapping[str, Any]) -> Condition:
    """The condition that *when* describes.

    Raises:
        ConditionError: with every problem at once.
    """
    text = repr(when)  # not its values: 1, 1.0 and True are one key
    made = _BUILT.get(text)
    if made is None:
        made = _built(when)
        if len(_BUILT) >= MOST_REMEMBERED:
            _BUILT.clear()
        _BUILT[text] = made
    return made


def _built(when: Mapping[str, Any]) -> Condition:
    known = conditions()
    kind = when.get("type")
    if not isinstance(kind, str) or kind not in known:
        near = suggest(str(kind), known) if kind is not None else None
        tip = f"did you mean `{near}`?" if near else "one of " + ", ".join(known)
        message = "is required" if kind is None else f"`{str(kind)[:60]}` is not a condition"
        raise ConditionError(Problem(("type",), message, tip))
    made: Condition = fill(known[kind], {name: value for name, value in when.items() if name != "type"})
    if objections := made.objections():
        raise ConditionError(*(Problem((name,), message) for name, message in objections))
    return made


def _choice(fields: Iterable[str]) -> str:
    return f"one of {', '.join(fields)}" if fields else "nothing but its type belongs here"


def reads(read: Read, **default: Any) -> Any:
    """A dataclass field whose value is read from `when` by *read*, which raises ValueError or ConditionError."""
    return dataclasses.field(metadata={"read": read}, **default)


def fill(cls: type, values: Mapping[str, Any]) -> Any:
    """An instance of the dataclass *cls* with its fields read from *values*.

    Raises:
        ConditionError: unknown, missing or wrong fields, all of them.
    """
    fields = {each.name: each for each in dataclasses.fields(cls)}
    problems = []
    for name in sorted(set(values) - set(fields)):
        near = suggest(name, fields)
        tip = f"did you mean `{near}`?" if near else _choice(fields)
        problems.append(Problem((name,), "is not known here", tip))
    filled = {}
    for name, each in fields.items():
        if values.get(name) is None:
            if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
                problems.append(Problem((name,), "is required"))
            continue
        try:
            filled[name] = each.metadata["read"](values[name])
        except ConditionError as inner:
            problems += inner.under(name).problems
        except ValueError as wrong:
            problems.append(Problem((name,), str(wrong)))
    if problems:
        raise ConditionError(*problems)
    return cls(**filled)


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text")
    return value


def number(value: Any) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("must be a number")
    return value


def count(value: Any) -> int:
    """A whole number from 1 on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("must be a whole number from 1 on")
    return value


@dataclass(frozen=True, slots=True)
class OneOf:
    """Reads one of *words*."""

    words: tuple[str, ...]

    def __call__(self, value: Any) -> str:
        """*value*, if it is one of them."""
        if value not in self.words:
            near = suggest(str(value), self.words)
            raise ValueError(
                f"must be one of {', '.join(self.words)}" + (f"; did you mean `{near}`?" if near else "")
            )
        return str(value)


def one_of(*words: str) -> Read:
    """What reads one of *words*."""
    return OneOf(words)


def nested(value: Any) -> Condition:
    """A whole condition."""
    if not isinstance(value, Mapping):
        raise ValueError("must be an object")  # noqa: TRY004 - the reader reports values, not types
    return build(value)
