"""The sections of a file except channels and alerts → settings, and what they mean together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from lynxalert.access.tokens import BadTokenKeyError
from lynxalert.config.flow import LEAST_PROBE
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.config.settings import (
    Address,
    Email,
    Heartbeat,
    Ingest,
    Lookups,
    Outbound,
    Probe,
    Queries,
    Server,
    Store,
    Syslog,
)
from lynxalert.config.shape import Section, read_rest
from lynxalert.ingest import PROTOCOLS
from lynxalert.ingest.origin import INDEX
from lynxalert.lang import Code
from lynxalert.registry import suggest

S = TypeVar("S", bound=Section)

SECTIONS = (
    "alerts",
    "channels",
    "datamodels",
    "email",
    "heartbeat",
    "include",
    "ingest",
    "inhibitions",
    "lookups",
    "macros",
    "outbound",
    "probe",
    "queries",
    "server",
    "store",
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_LOOKUP = re.compile(r"\w[\w.\-]*")
_MACRO = re.compile(r"[^\s(),$`]+\s*(\(\s*(\w+(\s*,\s*\w+)*\s*)?\))?")


def unknown_sections(table: Mapping[str, Any]) -> list[Mistake]:
    """A mistake for every top-level key that means nothing."""
    mistakes = []
    for name in table:
        if name not in SECTIONS:
            near = suggest(name, SECTIONS)
            hint = f"did you mean `{near}`?" if near else f"known here: {', '.join(SECTIONS)}"
            mistakes.append(Mistake((name,), "is not a known setting", Code.UNKNOWN_KEY, hint))
    return mistakes


def section(model: type[S], table: Mapping[str, Any], name: str) -> tuple[S, list[Mistake]]:
    """The section *name* as a *model*; the default of each setting that is absent or wrong."""
    raw = table.get(name, {})
    if not isinstance(raw, Mapping):
        return model(), [Mistake((name,), "must be an object")]
    value, mistakes, _ = read_rest(model, raw)
    return value, [each.under(name) for each in mistakes]


def server(table: Mapping[str, Any]) -> tuple[Server, list[Mistake]]:
    """`[server]`, which refuses to be reachable from elsewhere without keys."""
    value, mistakes = section(Server, table, "server")
    where: Path = ("server", "listen")
    if not value.listen.loopback and value.auth is None:
        hint = (
            'say auth = "keys", listen on 127.0.0.1, or say auth = "off" if anyone who reaches it may use it'
        )
        text = f"({value.listen}) is reachable from other machines and no keys protect it"
        mistakes.append(Mistake(where, text, help=hint))
    mistakes += [each.under("server") for each in _tokens(value)]
    if value.public_url is not None and not re.fullmatch(r"https?://[^\s/]+(/[^\s?#]*)?", value.public_url):
        where = ("server", "public_url")
        mistakes.append(Mistake(where, "must be an address such as https://alerts.example.com"))
    return value, mistakes


def _tokens(value: Server) -> list[Mistake]:
    if value.jwt is None:
        if value.auth != "jwt":
            return []
        return [Mistake(("jwt",), 'is required by auth = "jwt"', Code.MISSING_KEY)]
    if value.auth != "jwt":
        text = 'has no effect unless auth = "jwt"'
        return [Mistake(("jwt",), text, Code.LINT)]
    try:
        _ = value.jwt.tokens
    except BadTokenKeyError as error:
        return [Mistake(("jwt", "key"), str(error))]
    return []


def store(table: Mapping[str, Any]) -> tuple[Store, list[Mistake]]:
    """`[store]` with what differs per index."""
    value, mistakes = section(Store, table, "store")
    for name in value.indexes:
        if not _NAME.fullmatch(name.replace("-", "_")):
            mistakes.append(
                Mistake(("store", "indexes", name), "is no name of an index: letters, digits, _ and -")
            )
    return value, mistakes


def ingest(table: Mapping[str, Any]) -> tuple[Ingest, list[Mistake]]:
    """`[ingest]`, which refuses syslog from other machines unless it is said which."""
    value, mistakes = section(Ingest, table, "ingest")
    doors = ("any", *(name for name in PROTOCOLS if name != "syslog"))
    for name, keys in value.keys.items():
        if name not in doors:
            near = suggest(name, doors)
            hint = f"did you mean `{near}`?" if near else f"known here: {', '.join(doors)}"
            text = "is no protocol with keys"
            mistakes.append(Mistake(("ingest", "keys", name), text, Code.UNKNOWN_KEY, hint))
        if not keys or not all(key.strip() for key in keys):
            mistakes.append(Mistake(("ingest", "keys", name), "must be a key, or a list of keys"))
    found = _syslog(value.syslog) if value.syslog is not None else []
    return value, mistakes + [each.under("ingest", "syslog") for each in found]


def _syslog(value: Syslog) -> list[Mistake]:
    mistakes = []
    for name in ("udp", "tcp", "tls"):
        listen: Address | None = getattr(value, name)
        known = bool(value.allow) or (name == "tls" and value.client_ca is not None)
        if listen is not None and not listen.loopback and not known:
            text = f"({listen}) is reachable from other machines, and syslog has no keys"
            hint = 'list the networks of the senders: allow = ["10.0.0.0/8"]'
            mistakes.append(Mistake((name,), text, help=hint))
    if value.tls is not None:
        needed = (("certificate", value.certificate), ("key", value.key))
        missing = [name for name, file in needed if file is None]
        mistakes += [Mistake((name,), "is required by tls", Code.MISSING_KEY) for name in missing]
    if INDEX.fullmatch(value.index) is None:
        mistakes.append(Mistake(("index",), "cannot be the name of an index"))
    return mistakes


def lookups(table: Mapping[str, Any]) -> tuple[Lookups, list[Mistake]]:
    """`[lookups]` with the names of its tables."""
    value, mistakes = section(Lookups, table, "lookups")
    for name in value.tables:
        if not _LOOKUP.fullmatch(name):
            where: Path = ("lookups", "tables", name)
            mistakes.append(Mistake(where, "is no name of a lookup: letters, digits, _, - and . only"))
    return value, mistakes


def queries(table: Mapping[str, Any]) -> tuple[Queries, list[Mistake]]:
    """`[queries]`."""
    return section(Queries, table, "queries")


def email(table: Mapping[str, Any]) -> tuple[Email, list[Mistake]]:
    """`[email]`."""
    return section(Email, table, "email")


def outbound(table: Mapping[str, Any]) -> tuple[Outbound, list[Mistake]]:
    """`[outbound]`."""
    return section(Outbound, table, "outbound")


def heartbeat(table: Mapping[str, Any]) -> tuple[Heartbeat, list[Mistake]]:
    """`[heartbeat]`."""
    value, mistakes = section(Heartbeat, table, "heartbeat")
    if value.url is not None and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value.url):
        text = "must be an address such as https://hc-ping.com/your-uuid"
        mistakes.append(Mistake(("heartbeat", "url"), text))
    return value, mistakes


def probe(table: Mapping[str, Any]) -> tuple[Probe, list[Mistake]]:
    """`[probe]`."""
    value, mistakes = section(Probe, table, "probe")
    if value.interval is not None and value.interval < LEAST_PROBE:
        mistakes.append(Mistake(("probe", "interval"), "must be at least 1m"))
    return value, mistakes


def macros(table: Mapping[str, Any]) -> tuple[dict[str, str], list[Mistake]]:
    """`[macros]`: heads (`web_errors`, `by_host(field)`) → texts."""
    raw = table.get("macros", {})
    if not isinstance(raw, Mapping):
        return {}, [Mistake(("macros",), "must be an object")]
    found: dict[str, str] = {}
    mistakes = []
    for head, definition in raw.items():
        where: Path = ("macros", head)
        if not _MACRO.fullmatch(head.strip()):
            mistakes.append(Mistake(where, "must be a name, or a name with arguments such as by_host(field)"))
        elif not isinstance(definition, str):
            mistakes.append(Mistake(where, "must be a text"))
        else:
            found[head] = definition
    return found, mistakes
