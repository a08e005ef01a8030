"""What one endpoint takes and gives, as a value. Says nothing of addresses: those stand in the tables of routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lynxalert.api.errors import Endpoint

JSON = "application/json"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Data:
    """The envelope of a success: `{"data": value, "meta"?: meta}`; both are types."""

    value: Any
    meta: Any = None


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes."""

    shapes: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class AlertBody:
    """The fields of a definition as a body: those that are *ignored*, and those of the class *beside* it."""

    name: str
    says: str
    ignored: frozenset[str]
    beside: Any = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One status: what it means, and the *shape* of its body.

    A type, a `Data`, an `Either`, a tuple of shapes that all hold, a JSON Schema; None: no body. *headers* are those that mean something here; see `headers`.
    """

    says: str
    shape: Any = None
    media: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What an endpoint is for. *name* is unique; *says* is one line, *more* what else is worth knowing.

    *takes*: a class of settings, or a JSON Schema; the body of POST, PUT and PATCH, which may be absent if it is
    *optional*, and the query string of the other methods. *asked*: the query string of any method. *media* are
    those of the body, *headers* those of the request. *refuses*: the statuses that do not follow from the rest.
    """

    name: str
    says: str
    replies: Mapping[int, Reply]
    more: str = ""
    takes: Any = None
    optional: bool = False
    asked: Any = None
    media: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()
    refuses: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Endpoints that speak alike. *refusal* is the reply of a status that is no success.

    *usual* are the statuses that any of them may answer with; None: those that follow from role, body, path and query.
    """

    name: str
    says: str
    operations: Mapping[Endpoint, Operation]
    refusal: Callable[[int], Reply]
    usual: tuple[int, ...] | None = None
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def gives(
    shape: Any, meta: Any = None, *, status: int = 200, says: str = "Done.", headers: tuple[str, ...] = ()
) -> dict[int, Reply]:
    """The one success of an operation: *shape* under `data`, *meta* beside it."""
    return {status: Reply(says, Data(shape, meta), headers=headers)}


def nothing(says: str = "Done; there is no body.") -> dict[int, Reply]:
    """204."""
    return {204: Reply(says)}


SAME = Reply("Nothing of it differs from what `If-None-Match` names; there is no body.", headers=("ETag",))
