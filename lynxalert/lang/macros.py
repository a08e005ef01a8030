"""Named pieces of query text: a mapping of definitions → the text that a call stands for. Knows no grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lynxalert.lang.quoting import unquote
from lynxalert.registry import suggest

KEY = re.compile(r"\s*([^\s(]+)\s*(?:\(([^()]*)\)\s*)?")
CALL = re.compile(r"\s*([^\s(]+)\s*(?:\((.*)\)\s*)?", re.DOTALL)
ARGUMENT_PART = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[(),]|[^"(),]+|"', re.DOTALL)
TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
ARGUMENT = re.compile(r"\$(\w+)\$")
# `comment("…")` is how remarks were written before comments existed.
BUILT_IN = {"comment(text)": ""}


@dataclass(frozen=True, slots=True)
class Macro:
    """One definition; `$argument$` in it is replaced by what the call gives."""

    name: str
    arguments: tuple[str, ...]
    definition: str

    def fill(self, values: Sequence[str]) -> str:
        """The definition with *values* in place of the arguments."""
        given = dict(zip(self.arguments, values, strict=True))
        return ARGUMENT.sub(lambda match: given.get(match[1], match[0]), self.definition)


class Macros:
    """Definitions by name and number of arguments; an entry is read when it is first called."""

    def __init__(self, definitions: Mapping[str, object] | None = None) -> None:
        self._entries: dict[str, list[tuple[str, object]]] = {}
        for key, entry in {**BUILT_IN, **(definitions or {})}.items():
            self._entries.setdefault(key.partition("(")[0].strip(), []).append((key, entry))

    def named(self, name: str) -> dict[int, Macro]:
        """The macros called *name* by the number of arguments they take; empty when there is none."""
        found = (_read(key, entry) for key, entry in self._entries.get(name, ()))
        return {len(macro.arguments): macro for macro in found}

    def suggest(self, name: str) -> str | None:
        """The macro that *name* most probably meant."""
        return suggest(name, self._entries)


def _read(key: str, entry: object) -> Macro:
    """One entry of the mapping: `name`, `name(2)` or `name(a, b)` → a definition, alone or with its arguments.

    Raises:
        ValueError: the entry does not say how many arguments it takes, or has no definition.
    """
    match = KEY.fullmatch(key)
    if match is None:
        raise ValueError(f"`{key}` is no name of a macro")
    listed = [part.strip() for part in (match[2] or "").split(",") if part.strip()]
    counted = int(listed.pop()) if len(listed) == 1 and listed[0].isdigit() else len(listed)
    definition = entry
    if isinstance(entry, Mapping):
        definition = entry.get("definition")
        listed = list(entry.get("arguments") or listed)
    if counted and not listed:
        raise ValueError(f"macro `{key}` does not name its arguments")
    if not isinstance(definition, str):
        raise ValueError(f"macro `{key}` has no definition")  # noqa: TRY004 - one error for every bad entry
    return Macro(match[1], tuple(listed), definition.strip())


def read_call(text: str) -> tuple[str, list[str]]:
    """A call without its backticks → the name and the arguments, unquoted."""
    match = CALL.fullmatch(text)
    if match is None:
        return text.strip(), []
    if match[2] is None or not match[2].strip():
        return match[1], []
    arguments = [""]
    depth = 0
    for part in ARGUMENT_PART.findall(match[2]):
        depth += (part == "(") - (part == ")")
        if part == "," and depth == 0:
            arguments.append("")
        else:
            arguments[-1] += part
    return match[1], [_value(argument.strip()) for argument in arguments]


def _value(argument: str) -> str:
    return unquote(argument) if TEXT.fullmatch(argument) else argument
