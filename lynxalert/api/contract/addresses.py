"""The addresses of the routes, as aiohttp has them → those of OpenAPI: `{operation:_doc|_create}` becomes two of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_VARIABLE = re.compile(r"\{(?P<name>\w+)(?::(?P<pattern>[^{}]+))?\}")
_WORDS = re.compile(r"\w+(\|\w+)*")
_REST = re.compile(r"(?P<first>\w+)\[\\s\\S\]\*")  # `_[\s\S]*`: everything that begins so, slashes included
METHODS = ("GET", "PUT", "POST", "DELETE")  # of a route that takes any


@dataclass(frozen=True, slots=True)
class Address:
    """A path with its variables in braces, and the schema of each."""

    path: str
    variables: dict[str, dict[str, Any]]


def addresses(path: str) -> Iterator[Address]:
    """Every address that *path* stands for."""
    choices = []
    for match in _VARIABLE.finditer(path):
        pattern = match["pattern"]
        choices.append(pattern.split("|") if pattern and _WORDS.fullmatch(pattern) else [None])
    for chosen in itertools.product(*choices):
        words = iter(chosen)
        variables: dict[str, dict[str, Any]] = {}

        def spelled(match: re.Match[str], words: Iterator[str | None] = words) -> str:
            word = next(words)
            return word if word is not None else _variable(match, variables)  # noqa: B023 - used at once

        yield Address(_VARIABLE.sub(spelled, path), variables)


def methods(method: str) -> tuple[str, ...]:
    """The methods that a route of *method* answers, those that say the same without a body left out."""
    return METHODS if method == "*" else (method,)


def _variable(match: re.Match[str], variables: dict[str, dict[str, Any]]) -> str:
    name, pattern = match["name"], match["pattern"]
    rest = _REST.fullmatch(pattern) if pattern else None
    if rest:
        variables[name] = {"type": "string", "description": "What follows; slashes may be in it."}
        return f"{rest['first']}{{{name}}}"
    variables[name] = {"type": "string", "minLength": 1, **({"pattern": f"^{pattern}$"} if pattern else {})}
    return f"{{{name}}}"
