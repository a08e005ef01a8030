"""TOML text → where each setting stands in it: `tomllib` gives values without places, this gives the places.

Reads only text that `tomllib` has accepted; it checks nothing and computes no values except texts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lynxalert.lang import Span

# `("alerts", "high", "channels", 1, "url")`: names of tables and keys, positions in arrays.
Path: TypeAlias = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
# A multi-line text may end in up to two quotes of its own before the three that close it.
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})' + r"|'''.*?'''(?:'{0,2})" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[ \t]*\n[ \t\n]*|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one setting stands: its key (an array's item: the item), and its value (a table header: the header)."""

    key: Span
    value: Span


def places(text: str) -> dict[Path, Spot]:
    """The spot of every table, key and array item of *text*, in the order written."""
    return _Scanner(text).scan()


def nearest(spots: Mapping[Path, Spot], path: Path) -> tuple[Path, Spot | None]:
    """The longest part of *path* that is written down, and its spot: where to report what is missing."""
    for length in range(len(path), 0, -1):
        if path[:length] in spots:
            return path[:length], spots[path[:length]]
    return (), None


def inside(text: str, spot: Span, span: Span) -> Span:
    """*span*, characters of the value of the string written at *spot*, as characters of *text*."""
    offsets = _offsets(text[spot.start : spot.end])
    first = offsets[min(span.start, len(offsets) - 1)]
    last = offsets[min(max(span.end, span.start + 1), len(offsets) - 1)]
    return Span(spot.start + first, spot.start + max(last, first + 1))


def _offsets(token: str) -> list[int]:
    """Where in *token* (quotes included) each character of its value starts, and where the value ends."""
    if token[:1] not in {'"', "'"}:
        return [0, len(token)]
    quotes = 3 if token[:3] in {'"""', "'''"} else 1
    position, end = quotes, len(token) - quotes
    if quotes == 3 and token[position : position + 1] == "\n":
        position += 1
    offsets = []
    while position < end:
        match = _ESCAPE.match(token, position) if token[0] == '"' else None
        if match is None:
            offsets.append(position)
            position += 1
            continue
        if match[1] or match[2] or match[3]:
            offsets.append(position)
        position = match.end()
    return [*offsets, end]


class _Scanner:
    """One walk over a text: *at* is the position, *spots* what was found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.spots: dict[Path, Spot] = {}
        self.lengths: dict[Path, int] = {}  # arrays of tables by path

    def scan(self) -> dict[Path, Spot]:
        table: Path = ()
        while self.skip(_BLANK) < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
        return self.spots

    def skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def header(self) -> Path:
        start = self.at
        brackets = 2 if self.text.startswith("[[", start) else 1
        self.at += brackets
        names = self.names()
        self.at = self.text.index("]", self.at) + brackets
        spot = Span(start, self.at)
        path: Path = ()
        for position, (name, _) in enumerate(names):
            path = (*path, name)
            last = position == len(names) - 1
            if last and brackets == 2:
                self.lengths[path] = self.lengths.get(path, 0) + 1
                self.spots.setdefault(path, Spot(spot, spot))
            elif not last:
                self.spots.setdefault(path, Spot(spot, spot))
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        self.spots[path] = Spot(spot, spot)
        return path

    def names(self) -> list[tuple[str, Span]]:
        """A dotted key: its parts with their places."""
        parts = []
        while True:
            self.skip(_SPACE)
            start = self.at
            quoted = self.text[start] in {'"', "'"}
            self.skip(_STRING if quoted else _BARE)
            written = self.text[start : self.at]
            name = tomllib.loads(f"k = {written}")["k"] if quoted else written
            parts.append((name, Span(start, self.at)))
            self.skip(_SPACE)
            if self.text[self.at : self.at + 1] != ".":
                return parts
            self.at += 1

    def pair(self, table: Path) -> None:
        names = self.names()
        self.at = self.text.index("=", self.at) + 1
        self.skip(_SPACE)
        path = table
        for name, key in names[:-1]:
            path = (*path, name)
            self.spots.setdefault(path, Spot(key, key))
        name, key = names[-1]
        path = (*path, name)
        self.spots[path] = Spot(key, key)
        self.spots[path] = Spot(key, self.value(path))

    def value(self, path: Path) -> Span:
        start = self.at
        match self.text[start]:
            case "[":
                self.array(path)
            case "{":
                self.inline(path)
            case '"' | "'":
                self.skip(_STRING)
            case _:
                self.skip(_SCALAR)
                return Span(start, start + len(self.text[start : self.at].rstrip()))
        return Span(start, self.at)

    def array(self, path: Path) -> None:
        self.at += 1
        position = 0
        while self.text[self.skip(_BLANK)] != "]":
            item = (*path, position)
            span = self.value(item)
            self.spots[item] = Spot(span, span)
            position += 1
            if self.text[self.skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        while self.text[self.skip(_BLANK)] != "}":
            self.pair(path)
            if self.text[self.skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1
