r"""A regular expression → one that also says where its named groups stand, for an engine that gives no positions. Pure.

What stands before a group is caught too, piece by piece, on every level of brackets: the group begins where the match
begins plus the lengths of those pieces. `a(?:b|c(?<x>\d))` becomes `(a)(?:b|(c)(?<x>\d))`.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|(?P<flags>\(\?[a-zA-Z-]+\))"
    r"|\(\?P?<(?P<name>[A-Za-z_]\w*)>|(?P<plain>\(\?[a-zA-Z-]*:)|(?P<open>\()|(?P<close>\))|(?P<bar>\|)|.",
    re.DOTALL,
)
REPEATED = tuple("*+{")


@dataclass(frozen=True, slots=True)
class Placed:
    """A named group: the number it has, and the numbers of the groups that catch what stands before it."""

    name: str
    number: int
    before: tuple[int, ...]


@dataclass(slots=True)
class _Level:
    """Open brackets, or the whole pattern: the pieces of the branch read now."""

    start: int
    opened: int = 0
    named: str | None = None
    pieces: list[tuple[int, int]] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)  # named groups within

    def until(self, end: int) -> list[tuple[int, int]]:
        """What stands between the beginning of the branch and *end*."""
        return [piece for piece in (*self.pieces, (self.start, end)) if piece[0] < piece[1]]


def placed(pattern: str) -> tuple[str, tuple[Placed, ...]]:
    """*pattern* with further groups; a group that may repeat, or stands in something that may, has no place."""
    before = _before(pattern)
    pieces = sorted({piece for found in before.values() for piece in found}, key=lambda p: (p[0], -p[1]))
    written: list[str] = []
    numbers: dict[tuple[int, int], int] = {}
    names: dict[str, int] = {}
    count = 0
    for token in TOKEN.finditer(pattern):
        at = token.start()
        written += ")" * sum(end == at for _, end in pieces)
        for piece in pieces:
            if piece[0] == at:
                count += 1
                numbers[piece] = count
                written.append("(")
        if token["name"] or token["open"]:
            count += 1
            names |= {token["name"]: count} if token["name"] else {}
        written.append(token[0])
    found = (Placed(name, names[name], tuple(numbers[p] for p in pieces)) for name, pieces in before.items())
    return "".join(written), tuple(found)


def _before(pattern: str) -> dict[str, list[tuple[int, int]]]:
    """For every named group that has one place, the pieces of the pattern that stand before it."""
    found: dict[str, list[tuple[int, int]]] = {}
    levels = [_Level(0)]
    for token in TOKEN.finditer(pattern):
        at, end, top = token.start(), token.end(), levels[-1]
        if token["flags"]:  # they hold for what follows, so no group may end behind them
            top.pieces, top.start = top.until(at), end
        elif token["name"] or token["plain"] or token["open"]:
            levels.append(_Level(end, at, token["name"]))
            if token["name"]:
                inner = itertools.pairwise(levels)
                found[token["name"]] = [
                    piece for level, below in inner for piece in level.until(below.opened)
                ]
        elif token["bar"]:
            top.pieces, top.start = [], end
        elif token["close"] and len(levels) > 1:
            levels.pop()
            inside = [*top.inside, *((top.named,) if top.named else ())]
            if pattern.startswith(REPEATED, end):
                for name in inside:
                    found.pop(name, None)
            levels[-1].inside += inside
    return found
