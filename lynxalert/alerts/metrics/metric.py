"""The contract of a metric, an alert's `type`: its own fields instead of a query → an ordinary query and `when`.

A metric judges nothing by itself: what it lowers to is evaluated like any alert, and shown to whoever asks.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from lynxalert.alerts.conditions.build import ConditionError, Problem, fill
from lynxalert.lang.quoting import quoted
from lynxalert.registry import Registry


@dataclass(frozen=True, slots=True)
class Lowered:
    """What a metric comes to: the query, the condition on top, and how far each evaluation looks back.

    *name* is what the alert is called where nobody named it.
    """

    query: str
    when: Mapping[str, Any]
    window: dt.timedelta
    name: str


class Metric(Protocol):
    """A frozen dataclass whose fields are its settings."""

    kind: ClassVar[str]
    example: ClassVar[Mapping[str, Any]]

    def lower(self, window: dt.timedelta | None, interval: dt.timedelta) -> Lowered:
        """The query of this metric; *window* is None where the alert says none."""
        ...


M = TypeVar("M", bound=type)

_registry: Registry[type[Metric]] = Registry("metric")


def metric(kind: str, **example: Any) -> Callable[[M], M]:
    """Register the class as the alert type *kind*, with an example of its fields. The outermost decorator."""

    def register(cls: M) -> M:
        cls.kind, cls.example = kind, {"type": kind, **example}  # type: ignore[attr-defined] # the contract
        _registry.add(kind, cls, documentation=cls.__doc__)
        return cls

    return register


@functools.cache
def metrics() -> Registry[type[Metric]]:
    """Every metric there is, by type."""
    from lynxalert.alerts import metrics as package

    return _registry.discover(package)


def lower(settings: Mapping[str, Any], window: dt.timedelta | None, interval: dt.timedelta) -> Lowered:
    """What *settings*, a `type` and its fields, come to.

    Raises:
        ConditionError: with every problem at once; paths begin with the field.
    """
    known = metrics()
    kind = str(settings["type"])
    if kind not in known:
        near = known.suggest(kind)
        tip = f"did you mean `{near}`?" if near else f"one of {', '.join(known)}"
        raise ConditionError(Problem(("type",), f"is no type of condition: {kind[:60]}", tip))
    made: Metric = fill(known[kind], {name: value for name, value in settings.items() if name != "type"})
    return made.lower(window, interval)


def equals(name: str, value: str | None) -> str:
    """A stage that keeps the events whose field *name* is *value*; none where it may be anything."""
    return "" if value is None else f" | where {quoted(name, chr(39))} = {quoted(value)}"


def seconds(length: dt.timedelta) -> str:
    """*length* in whole seconds, as queries write it."""
    return f"{length.total_seconds():.0f}"
