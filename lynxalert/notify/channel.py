"""The contract of a channel, and the registry that finds it by its type.

A channel is a frozen dataclass in `channels/`: its fields are its configuration, its docstring is its
documentation. It knows one provider's request and what success looks like, and nothing of retries, time-outs
or statuses.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import typing
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

from lynxalert.notify import fields
from lynxalert.notify.markup import Markup
from lynxalert.notify.message import Message
from lynxalert.notify.model import ProbeReport, Receipt, Target
from lynxalert.registry import Registry

if typing.TYPE_CHECKING:
    from lynxalert.notify.http import Http


class Channel(Protocol):
    """One configured destination.

    *kind* is the `type` in a configuration. *identity* names the fields that say where and as whom, hence which
    worker serves it. *stateful*: the provider keeps an incident open until its end arrives. *keyed*: it drops a
    repeated delivery by itself. *acknowledges*: it is told that somebody knows of an episode. *link_kinds* names the links that its text holds, None all of them: others are buttons.
    """

    kind: ClassVar[str]
    identity: ClassVar[tuple[str, ...]]
    stateful: ClassVar[bool]
    keyed: ClassVar[bool]
    acknowledges: ClassVar[bool]
    link_kinds: ClassVar[tuple[str, ...] | None]

    @property
    def takes_pictures(self) -> bool:
        """Whether a chart is sent along as it is, not as an address."""
        ...

    @property
    def markup(self) -> Markup:
        """How text is marked up here, and how much of it fits."""
        ...

    async def send(self, message: Message, http: Http) -> Receipt:
        """Hand *message* to the provider; return once it is accepted.

        Raises:
            DeliveryError: it was not accepted.
        """
        ...

    async def probe(self, http: Http) -> ProbeReport:
        """How far one gets without notifying anyone.

        Raises:
            DeliveryError: the provider refused; the caller reports it.
        """
        ...

    def objections(self) -> Sequence[tuple[str, str]]:
        """What is wrong between fields: (field, what completes "config.field …")."""
        ...


C = TypeVar("C", bound=type)

_registry: Registry[type[Channel]] = Registry("channel")


class Base:
    """The defaults of the contract. Not a place for behaviour."""

    __slots__ = ()
    stateful: ClassVar[bool] = False
    keyed: ClassVar[bool] = False
    acknowledges: ClassVar[bool] = False
    link_kinds: ClassVar[tuple[str, ...] | None] = None

    @property
    def takes_pictures(self) -> bool:
        """Not here."""
        return False

    def objections(self) -> Sequence[tuple[str, str]]:
        """Nothing is wrong between fields."""
        return ()


def channel(cls: C) -> C:
    """Register *cls* under its `kind`. The outermost decorator: slots make a second class."""
    _registry.add(cls.kind, cls, documentation=cls.__doc__)  # type: ignore[attr-defined] # checked by tests
    return cls


@functools.cache
def channels() -> Registry[type[Channel]]:
    """Every channel there is, by type."""
    from lynxalert.notify import channels as package

    return _registry.discover(package)


@functools.cache
def field_types(cls: type[Channel]) -> Mapping[str, Any]:
    """Attribute → annotation, in order, class variables left out."""
    hints = typing.get_type_hints(cls)
    return {one.name: hints[one.name] for one in dataclasses.fields(cls)}  # type: ignore[arg-type] # all are


def setting(attribute: str) -> str:
    """The name of a field in a configuration: `from` for the attribute `from_`, which Python keeps for itself."""
    return attribute.rstrip("_")


def destination(made: Channel) -> str:
    """`type:` + 16 hex digits, the same for the same place and credentials; tells neither."""
    parts = [_revealed(getattr(made, name)) for name in made.identity]
    digest = hashlib.sha256("\x00".join([made.kind, *parts]).encode())
    return f"{made.kind}:{digest.hexdigest()[:16]}"


def target(made: Channel, name: str) -> Target:
    """The target that deliveries to *made* are owed to."""
    return Target(made.kind, name, destination(made), made.stateful)


def secrets_of(made: Channel) -> frozenset[str]:
    """Every text in the configuration of *made* that no error, log or reply may show."""
    return frozenset(text for name in field_types(type(made)) for text in fields.secrets(getattr(made, name)))


def _revealed(value: object) -> str:
    match value:
        case fields.Secret() | fields.Url():
            return value.value
        case tuple():
            return ",".join(value)
        case None:
            return ""
        case _:
            return str(value)
