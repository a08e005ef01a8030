"""What a configuration says, checked and frozen: the sections a daemon is built from.

The classes with fields are the reference of the file's keys (their JSON Schema is generated from them). Alerts and
channels have classes of their own: `definition`, `lynxalert.alerts`.
"""

from __future__ import annotations

import ipaddress
import pathlib
import re
import uuid
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from lynxalert.access.tokens import Tokens, keys_of
from lynxalert.alerts.model import Alert, ChannelSpec
from lynxalert.config.datamodels import DataModels
from lynxalert.config.judgements import Judgements
from lynxalert.config.lookups import LookupTable, folder_of
from lynxalert.config.mistakes import Found
from lynxalert.config.shape import Duration, Section, Size, Texts
from lynxalert.config.units import UnitError, duration, size
from lynxalert.engine import LookupFolder
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.retry import Lifetimes

EVERYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: a host name or IP address, and a port (0: any free one)."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _address(value: object) -> Address:
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    host = host.removeprefix("[").removesuffix("]")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) < 65_536):
        raise UnitError("must be an address and a port such as 127.0.0.1:3100")
    return Address(host, int(port))


def _zone(value: object) -> str:
    try:
        if isinstance(value, str) and value:
            return zoneinfo.ZoneInfo(value).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise UnitError("must be a time zone such as UTC or Europe/Berlin")


def _version(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d+\.\d+\.\d+", value):
        return value
    raise UnitError("must be a version such as 8.17.0")


def _keys(value: object) -> object:
    """One key may stand without brackets."""
    return (value,) if isinstance(value, str) else value


def _identity(value: object) -> str:
    try:
        if isinstance(value, str):
            return str(uuid.UUID(value))
    except ValueError:
        pass
    raise UnitError("must be a UUID such as 550e8400-e29b-41d4-a716-446655440000")


def _network(value: object) -> str:
    try:
        if isinstance(value, str):
            return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        pass
    raise UnitError("must be a network such as 192.168.0.0/16")


Listen = Annotated[Address, BeforeValidator(_address), WithJsonSchema({"type": "string"})]
Zone = Annotated[str, BeforeValidator(_zone), WithJsonSchema({"type": "string"})]
Network = Annotated[str, BeforeValidator(_network), WithJsonSchema({"type": "string"})]
Identity = Annotated[str, BeforeValidator(_identity), WithJsonSchema({"type": "string", "format": "uuid"})]
Version = Annotated[str, BeforeValidator(_version), WithJsonSchema({"type": "string"})]
Keys = Annotated[
    tuple[str, ...],
    BeforeValidator(_keys),
    Field(strict=False),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Port = Annotated[int, Field(ge=1, le=65_535)]


class Jwt(Section):
    """Whose tokens are believed. *key*: PEM, JWK, a set of JWKs, or the secret of HS256."""

    key: str
    algorithms: Annotated[
        tuple[Literal["EdDSA", "RS256", "HS256"], ...], Field(strict=False, min_length=1)
    ] = ("EdDSA",)
    issuer: str | None = None
    audience: str | None = None
    role_claim: str = "role"
    name_claim: str = "sub"
    leeway: Duration = duration("30s")

    @property
    def tokens(self) -> Tokens:
        """What checks a token.

        Raises:
            BadTokenKeyError: the key cannot be used.
        """
        return Tokens(
            keys=keys_of(self.key, self.algorithms),
            algorithms=self.algorithms,
            issuer=self.issuer,
            audience=self.audience,
            role_claim=self.role_claim,
            name_claim=self.name_claim,
            leeway=self.leeway,
        )


class Server(Section):
    """Where the HTTP interface listens and who may use it."""

    listen: Listen = Address("127.0.0.1", 3100)
    public_url: str | None = None  # where people reach it: for links in messages, which hold none without it
    action_links: bool = True  # links also let whoever holds them acknowledge and mute
    auth: Literal["off", "keys", "jwt"] | None = None  # default: off on loopback, refused elsewhere
    jwt: Jwt | None = None
    timezone: Zone = "UTC"
    error_channels: Texts = ()  # names of channels that hear what goes wrong here

    @property
    def asks_for_keys(self) -> bool:
        """Whether the interface is closed to whoever shows none."""
        return self.auth in {"keys", "jwt"}

    @property
    def tokens(self) -> Tokens | None:
        """What checks tokens, where they are accepted beside keys."""
        return self.jwt.tokens if self.auth == "jwt" and self.jwt is not None else None


class Index(Section):
    """What differs for the events of one index."""

    keep: Duration


class Store(Section):
    """Where events and state are kept, how long, in how much memory."""

    path: str = "data"
    keep: Duration = duration("30d")
    history: Duration = duration("30d")  # transitions, deliveries, evaluations
    most_evaluations: Annotated[int, Field(ge=100_000)] = (
        2_000_000  # some 150 bytes each; quiet ones go first
    )
    memory: Size = size("768MB")
    keep_free: Size = size("256MB")  # of the disk; below it nothing is accepted
    indexes: dict[str, Index] = Field(default_factory=dict)


class Syslog(Section):
    """Where syslog is received, and from whom. Senders have no keys: their networks stand in for them."""

    udp: Listen | None = None
    tcp: Listen | None = None
    tls: Listen | None = None
    certificate: str | None = None  # PEM files
    key: str | None = None
    client_ca: str | None = None  # senders must show a certificate that it signed
    allow: Annotated[tuple[Network, ...], Field(strict=False)] = ()  # beside this machine
    index: str = "main"
    timezone: Zone | None = None  # of times that name none; default: `server.timezone`
    max_message: Size = size("64KiB")
    max_connections: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    receive_buffer: Size = size("8MiB")  # of the UDP socket, as far as the system grants it


class Elasticsearch(Section):
    """As what the daemon greets Elasticsearch's clients. Beats refuse a server older than themselves."""

    version: Version = "9.99.0"


def _rate(value: object) -> float:
    match = re.fullmatch(r"(\d{1,9})/([smh])", value) if isinstance(value, str) else None
    if match is None or not int(match[1]):
        raise UnitError("must be events per time such as 1000/s, 500/m")
    return int(match[1]) / {"s": 1, "m": 60, "h": 3600}[match[2]]


class Limited(Section):
    """What each source whose name fits may send."""

    rate: Annotated[float, BeforeValidator(_rate), WithJsonSchema({"type": "string"})] | None = None
    size: Size | None = None  # of one event


class Ingest(Section):
    """What is accepted from senders. *keys*: by protocol, or `any`; a protocol with keys asks for one of them."""

    max_body: Size = size("100MB")
    keys: dict[str, Keys] = Field(default_factory=dict)
    limits: dict[str, Limited] = Field(default_factory=dict)  # by pattern of the source
    skills: dict[str, Identity] = Field(default_factory=dict)  # ids of pushed skills by name
    elasticsearch: Elasticsearch = Elasticsearch()
    syslog: Syslog | None = None


class Email(Section):
    """What every email channel uses unless it says otherwise."""

    smtp_host: str = "localhost"
    smtp_port: Port = 587
    sender: str | None = Field(default=None, alias="from")
    username: str | None = None
    password: str | None = None
    tls: Literal["auto", "starttls", "implicit", "none"] = "auto"


class Outbound(Section):
    """How messages leave this machine. Metadata services of clouds stay closed whatever stands here."""

    allow_private: Annotated[tuple[Network, ...], Field(strict=False)] | None = None
    timeout: Duration = duration("15s")
    connect_timeout: Duration = duration("5s")
    max_age: Duration = duration("24h")  # how long a message is tried
    max_age_resolved: Duration = duration("7d")  # and an end, which closes what is open elsewhere


class Heartbeat(Section):
    """A sign of life to somebody outside, while everything gets on. Without an address, none."""

    url: str | None = None
    interval: Duration = duration("1m")
    method: Literal["GET", "POST", "HEAD"] = "GET"


class Probe(Section):
    """How often every channel is asked how far one gets with it, without a message. Without an interval, never."""

    interval: Duration | None = None


class Lookups(Section):
    """Files that queries may read: those of a folder, some of them under names of their own."""

    folder: str = "lookups"
    tables: dict[str, LookupTable] = Field(default_factory=dict)


class Queries(Section):
    """What queries over HTTP may do beside reading. Those of alerts only read."""

    write: bool = False  # `outputlookup` and `collect`


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A whole configuration. *folder* is where relative paths start; *written* is the file as data, secrets as references.

    *macros* are texts by head: `by_host(field)` → `stats count by $field$`. *channels* are the named ones, by name;
    *alerts* carry theirs resolved. *warnings* are mistakes that do not
    stop the start. *judgements* spare the next reading of the file what it says as before.
    """

    server: Server = field(default_factory=Server)
    store: Store = field(default_factory=Store)
    ingest: Ingest = field(default_factory=Ingest)
    outbound: Outbound = field(default_factory=Outbound)
    email: Email = field(default_factory=Email)
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
    probe: Probe = field(default_factory=Probe)
    lookups: Lookups = field(default_factory=Lookups)
    queries: Queries = field(default_factory=Queries)
    datamodels: DataModels = field(default_factory=dict)
    macros: Mapping[str, str] = field(default_factory=dict)
    inhibitions: tuple[Inhibition, ...] = ()
    channels: Mapping[str, ChannelSpec] = field(default_factory=dict)
    alerts: tuple[Alert, ...] = ()
    warnings: tuple[Found, ...] = ()
    folder: pathlib.Path = pathlib.Path()
    file: pathlib.Path | None = None
    written: Mapping[str, Any] = field(default_factory=dict)
    judgements: Judgements = field(default_factory=Judgements, compare=False, repr=False)

    @property
    def error_specs(self) -> tuple[ChannelSpec, ...]:
        """The channels that hear what goes wrong here."""
        return tuple(self.channels[name] for name in self.server.error_channels if name in self.channels)

    @property
    def lifetimes(self) -> Lifetimes:
        """How long messages are tried where their channel does not say."""
        return Lifetimes(self.outbound.max_age, self.outbound.max_age_resolved)

    @property
    def allow_private(self) -> tuple[str, ...]:
        """The networks that messages may reach beside the public ones.

        Unless said otherwise: all, while only this machine can reach the interface (whoever may configure a channel
        can reach those networks anyway); none as soon as others can.
        """
        if self.outbound.allow_private is not None:
            return self.outbound.allow_private
        return EVERYWHERE if self.server.listen.loopback else ()

    @property
    def lookup_folder(self) -> LookupFolder:
        """The files that queries may read, and what they are called."""
        return folder_of(self.folder / self.lookups.folder, self.lookups.tables)

    @property
    def data_folder(self) -> pathlib.Path:
        """Where the event store and the state live."""
        return self.folder / self.store.path
