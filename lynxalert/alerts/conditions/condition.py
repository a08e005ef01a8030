"""The contract of a condition, and the registry that finds it by its `type`.

A condition is a frozen dataclass in this package: its fields are its settings, its docstring is its
documentation. It sees one slot's result and says which keys meet it; what follows from that is `alerts.state`.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from lynxalert.alerts.model import Alert, Inputs, Match
from lynxalert.plan import Result, Row, TimeWindow
from lynxalert.registry import Registry

# What a condition remembers from slot to slot: texts, numbers, lists and objects only.
Memory = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """What a condition sees of one slot.

    *key_fields* make the key of a row. *baseline* is the result over the window it asked for. *memory* is what
    it remembered at the last judged slot; None before the first.
    """

    result: Result
    key_fields: tuple[str, ...]
    at: dt.datetime
    baseline: Result | None = None
    memory: Memory | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a condition says of one slot, and what it wants to remember."""

    inputs: Inputs
    memory: Memory | None = None


class Condition(Protocol):
    """One way to tell which keys meet an alert.

    *kind* is the `type` of `when`; *example* is a `when` that is valid. *judges_again*: a past slot may be judged
    with what is remembered now, and what it hits then is what nobody has seen yet.
    """

    kind: ClassVar[str]
    example: ClassVar[Mapping[str, Any]]
    judges_again: ClassVar[bool]

    def judge(self, view: View) -> Verdict:
        """Which keys hit, band or miss.

        Raises:
            EvaluationError: the result lacks a field, or holds what cannot be compared.
        """
        ...

    def second_window(self, window: TimeWindow, memory: Memory | None) -> TimeWindow | None:
        """A second window to run the same query over, or None."""
        ...

    def adjust(self, alert: Alert, key_fields: tuple[str, ...]) -> Alert:
        """*alert* with the policy that this condition implies."""
        ...

    def phrase(self, row: Row | None) -> str | None:
        """The condition with the value of *row*, `errors (247) > 100`; None: the query's last `where` says it."""
        ...

    def objections(self) -> Sequence[tuple[str, str]]:
        """What is wrong between fields: (field, what completes "when.field …")."""
        ...


class Base:
    """The defaults of the contract. Not a place for behaviour."""

    __slots__ = ()
    judges_again: ClassVar[bool] = False

    def second_window(self, window: TimeWindow, memory: Memory | None) -> TimeWindow | None:  # noqa: ARG002 - the contract
        """No second window."""
        return None

    def adjust(self, alert: Alert, key_fields: tuple[str, ...]) -> Alert:  # noqa: ARG002 - the contract
        """The alert as it is."""
        return alert

    def phrase(self, row: Row | None) -> str | None:  # noqa: ARG002 - the contract
        """The query says it."""
        return None

    def objections(self) -> Sequence[tuple[str, str]]:
        """Nothing is wrong between fields."""
        return ()


C = TypeVar("C", bound=type)

_registry: Registry[type[Condition]] = Registry("condition")


def condition(kind: str, **example: Any) -> Callable[[C], C]:
    """Register the class under *kind*, with an example of its fields. The outermost decorator."""

    def register(cls: C) -> C:
        cls.kind, cls.example = kind, {"type": kind, **example}  # type: ignore[attr-defined] # the contract
        _registry.add(kind, cls, documentation=cls.__doc__)
        return cls

    return register


@functools.cache
def conditions() -> Registry[type[Condition]]:
    """Every condition there is, by type."""
    from lynxalert.alerts import conditions as package

    return _registry.discover(package)


def matches_only(hits: Mapping[str, Match]) -> Verdict:
    """The verdict of a condition that knows nothing but hits."""
    return Verdict(Inputs(hits=hits))
