"""Mistakes in settings as values: path, message, code, help; and how they are shown with their place in a file.

A message reads after its path: `channels[1].config.bot_token` + ` is required for type 'telegram'`.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lynxalert.config.places import Path, Spot, inside, nearest
from lynxalert.errors import LynxError
from lynxalert.lang import Code, Diagnostic, Span, locate, render

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong setting. *span* is a place inside its text (a query), None for the setting as a whole."""

    path: Path
    message: str
    code: Code = Code.BAD_SETTING
    help: str | None = None
    span: Span | None = None
    whole: bool = False  # the message already names the setting

    @property
    def text(self) -> str:
        """The whole sentence: path and message."""
        name = dotted(self.path)
        if self.whole or not name:
            return self.message
        return f"{name}{self.message}" if self.message.startswith(":") else f"{name} {self.message}"

    @property
    def fatal(self) -> bool:
        """Whether the setting must be refused; otherwise it is a warning."""
        return self.code.severity == "error"

    def under(self, *prefix: str | int) -> Mistake:
        """The same mistake, its path beginning with *prefix*."""
        return replace(self, path=(*prefix, *self.path))

    def as_json(self) -> dict[str, Any]:
        """The API's form: `path`, `message`, and `help` where there is one."""
        body: dict[str, Any] = {"path": list(self.path), "message": self.text, "code": str(self.code)}
        return {**body, "help": self.help} if self.help else body


def dotted(path: Iterable[str | int]) -> str:
    """*path* as people write it.

    >>> dotted(("channels", 1, "config", "bot_token"))
    'channels[1].config.bot_token'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if part and set(part) <= _PLAIN else f'"{part}"'
            text += f".{name}" if text else name
    return text


@dataclass(frozen=True, slots=True)
class Written:
    """One file as it was read: its name for people, its text, and where each setting stands in it."""

    name: pathlib.PurePath
    text: str
    spots: Mapping[Path, Spot]

    def place(self, mistake: Mistake) -> Span:
        """The characters that *mistake* is about: the value, the key of an unknown one, else the nearest table."""
        path, spot = nearest(self.spots, mistake.path)
        if spot is None:
            return Span(0, len(self.text.split("\n", 1)[0]))
        if path != mistake.path:
            return spot.key
        if mistake.span is not None:
            return inside(self.text, spot.value, mistake.span)
        return spot.key if mistake.code is Code.UNKNOWN_KEY else spot.value


@dataclass(frozen=True, slots=True)
class Found:
    """A mistake with its place: *file* is the name for people, *span* characters of *source*."""

    file: str
    source: str
    mistake: Mistake
    span: Span

    @property
    def line(self) -> int:
        """The line, from 1."""
        return locate(self.source, self.span).line

    def render(self) -> str:
        """`file:line:column: severity[code]: sentence`, the source line, the caret, the help."""
        place = locate(self.source, self.span)
        diagnostic = Diagnostic(self.mistake.code, self.mistake.text, self.span, self.mistake.help)
        return f"{self.file}:{place.line}:{place.column}: {render(self.source, diagnostic)}"

    def as_json(self) -> dict[str, Any]:
        """The API's form: the mistake with `file`, `line`, `column`."""
        place = locate(self.source, self.span)
        return {**self.mistake.as_json(), "file": self.file, "line": place.line, "column": place.column}


class ConfigError(LynxError):
    """A configuration that cannot be used, with every mistake found. `str()` is the report for people."""

    def __init__(self, found: Sequence[Found]) -> None:
        self.found = tuple(found)
        super().__init__(report(self.found))


def report(found: Sequence[Found]) -> str:
    """Every mistake in the order of the files, a blank line between two."""
    return "\n\n".join(each.render() for each in found)
