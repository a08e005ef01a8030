"""What a channel's configuration is made of: plain JSON values → secrets, URLs, templates, headers, lists.

Each kind of field knows how to read itself and how to show itself without its secret. Knows no channel.
"""

from __future__ import annotations

import ipaddress
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yarl

from lynxalert.notify.message import Plain

MASK = "..."
OPEN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})  # never secret
OWN_HEADERS = frozenset(
    {"connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
ADDRESS = re.compile(r"(?:[^<>@\s][^<>@]*<)?[^<>@\s,]+@[^<>@\s,]+>?")
ROUTES = frozenset(
    {"alerts", "events", "messages", "services", "webhook", "webhooks"}
)  # say what is there, not who
NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
HOST = re.compile(r"(?!.{254})(?:[0-9A-Za-z_-]{1,63}\.)*[0-9A-Za-z_-]{1,63}\.?")
SEGMENT = re.compile(r"[a-z_-]{2,12}|v[0-9]")  # a first path segment that says what is there, not who


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that no `repr`, log or error shows."""

    value: str

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__

    @property
    def mask(self) -> str:
        """The beginning, enough to recognise it: `110201543:AAH...`, `R012ABC...`."""
        head, colon, rest = self.value.partition(":")
        if colon and head.isdigit() and len(rest) > 8:
            return f"{head}:{rest[:3]}{MASK}"
        return self.value[: min(7, len(self.value) // 3)] + MASK


@dataclass(frozen=True, slots=True, repr=False)
class Url:
    """An absolute http(s) address whose path and query may be secret."""

    value: str

    def __repr__(self) -> str:
        return f"Url({self.mask})"

    __str__ = __repr__

    @property
    def mask(self) -> str:
        """Scheme and host, a telling first path segment, then `...` where anything more follows."""
        url = yarl.URL(self.value)
        segments = [segment for segment in url.path.split("/") if segment]
        if not segments and not url.query_string:
            return self.value
        shown = f"{segments[0]}/" if len(segments) > 1 and SEGMENT.fullmatch(segments[0]) else ""
        return f"{url.origin()}/{shown}{MASK}"


class Headers(dict[str, str]):
    """Header fields of a request; their values may be secret."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Headers({mask(self)})"

    __str__ = __repr__


class Template(str):
    """A message template: checked when it is saved, rendered when a delivery is queued."""

    __slots__ = ()


class ChatId(str):
    """A Telegram chat: a number (groups begin with -100) or `@name`, kept as text."""

    __slots__ = ()


def read(wanted: Any, value: Plain) -> object:
    """*value* as the annotation *wanted* says.

    Raises:
        ValueError: it cannot be read so; the text completes "… must be".
    """
    if typing.get_origin(wanted) in (types.UnionType, typing.Union):
        wanted = next(option for option in typing.get_args(wanted) if option is not types.NoneType)
    if typing.get_origin(wanted) is Literal:
        return _choice(typing.get_args(wanted), value)
    if typing.get_origin(wanted) is tuple:
        return _list(value)
    if typing.get_origin(wanted) is Mapping:
        return _headers(value)
    if wanted is bool or wanted is int:
        if isinstance(value, bool) is (wanted is bool) and isinstance(value, wanted):
            return value
        raise ValueError("true or false" if wanted is bool else "a whole number")
    if wanted is ChatId and isinstance(value, int) and not isinstance(value, bool):
        return ChatId(value)
    if not isinstance(value, str):
        raise ValueError("text or a whole number" if wanted is ChatId else "text")  # noqa: TRY004 - one error type
    if wanted is Url:
        return _url(value)
    if wanted is Secret and not (value.isascii() and value.isprintable()):
        raise ValueError("text without control characters")
    return wanted(value.strip() if wanted in (Secret, ChatId) else value)


def is_address(text: str) -> bool:
    """Whether *text* looks like an e-mail address, with or without a name: `Ops <ops@example.com>`."""
    return text.isascii() and bool(ADDRESS.fullmatch(text))


def mask(value: object) -> Plain:
    """A field as a reader may see it."""
    match value:
        case Secret() | Url():
            return value.mask
        case Mapping():
            return {
                name: text if name.lower() in OPEN_HEADERS else Secret(str(text)).mask
                for name, text in value.items()
            }
        case tuple():
            return list(value)
        case _:
            return value


def secrets(value: object) -> list[str]:
    """The texts within a field that no error may show."""
    match value:
        case Secret():
            return [value.value]
        case Url():
            url = yarl.URL(value.value)
            parts = [url.raw_path_qs, *url.raw_path.split("/"), *url.path.split("/"), *url.query.values()]
            return [part for part in parts if len(part) > 5 and part not in ROUTES]
        case Mapping():
            kept = (str(text) for name, text in value.items() if name.lower() not in OPEN_HEADERS)
            return [part for text in kept for part in (text, *text.split()[1:]) if len(part) > 5]
        case _:
            return []


def _choice(options: tuple[str, ...], value: Plain) -> str:
    if value in options and isinstance(value, str):
        return value
    raise ValueError("one of " + ", ".join(options))


def _list(value: Plain) -> tuple[str, ...]:
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if isinstance(parts, list | tuple) and all(isinstance(part, str) and _one_line(part) for part in parts):
        return tuple(part for part in parts if part)
    raise ValueError("a list of texts")


def _headers(value: Plain) -> Headers:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError("an object of texts")
    for name, text in value.items():
        if not HEADER_NAME.fullmatch(str(name)) or name.lower() in OWN_HEADERS:
            raise ValueError(f"an object of headers, and `{str(name)[:40]!r}` is none that can be set")
        if not (text.isascii() and _one_line(text)):
            raise ValueError(f"an object of headers; the value of `{name}` must be plain ASCII on one line")
    return Headers(value)


def _url(value: str) -> Url:
    wrong = "an absolute URL with http or https"
    try:
        url = yarl.URL(value.strip())
        host = (
            url.raw_host if url.host else None
        )  # a name that IDNA cannot read raises here, and not when it is sent
    except ValueError:
        raise ValueError(wrong) from None
    if url.scheme not in ("http", "https") or not host or len(value) > 4096 or not _one_line(value):
        raise ValueError(wrong)
    if not (HOST.fullmatch(host) or ":" in host) or _is_odd_number(host):
        raise ValueError("a URL whose host is a name, or an address as it is usually written")
    if url.user is not None or url.password is not None:
        raise ValueError("a URL without user and password")
    return Url(value.strip())


def _is_odd_number(host: str) -> bool:
    """Whether *host* is an IPv4 address in one of the spellings that only some readers take: `127.1`, `0x7f000001`."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) is not None
    return False


def _one_line(text: str) -> bool:
    return not any(character < " " or character == "\x7f" for character in text)
