"""`{ env = "NAME" }` and `{ file = "path" }` → the secret they stand for. A secret is never put into a message."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import Any

from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.lang import Code

# Stands in for a secret that is not known, to keep the other checks going: the configuration is refused.
UNKNOWN = "missing-secret"


def is_reference(value: object) -> bool:
    """Whether *value* stands for a secret: a table of exactly one text, `env` or `file`."""
    return (
        isinstance(value, Mapping)
        and len(value) == 1
        and next(iter(value)) in {"env", "file"}
        and isinstance(next(iter(value.values())), str)
    )


def resolve(
    value: Any, path: Path, environment: Mapping[str, str], folder: pathlib.Path
) -> tuple[Any, list[Mistake]]:
    """*value* with every reference in it replaced, and a C105 for each that leads nowhere.

    *folder* is where relative file names start. One line break at the end of a file is not part of the secret.
    """
    if is_reference(value):
        return _secret(value, path, environment, folder)
    mistakes: list[Mistake] = []
    if isinstance(value, Mapping) and value.keys() == {"env", "file"}:
        return UNKNOWN, [Mistake(path, "is either { env = … } or { file = … }, not both")]
    if isinstance(value, Mapping):
        table = {}
        for key, each in value.items():
            table[key], found = resolve(each, (*path, key), environment, folder)
            mistakes += found
        return table, mistakes
    if isinstance(value, list):
        items = []
        for position, each in enumerate(value):
            item, found = resolve(each, (*path, position), environment, folder)
            items.append(item)
            mistakes += found
        return items, mistakes
    return value, []


def _secret(
    reference: Mapping[str, str], path: Path, environment: Mapping[str, str], folder: pathlib.Path
) -> tuple[str, list[Mistake]]:
    (kind, name), *_ = reference.items()
    if kind == "env":
        if environment.get(name):
            return environment[name], []
        problem = f"needs the environment variable {name}, which is not set"
        hint = f"export {name}=… before the start"
    else:
        file = folder / name
        try:
            secret = file.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, UnicodeDecodeError) as error:
            reason = (error.strerror or "unreadable") if isinstance(error, OSError) else "not UTF-8 text"
            problem, hint = f"needs the file {name}, which cannot be read: {reason}", None
        else:
            if secret:
                return secret, []
            problem, hint = f"needs the file {name}, which is empty", None
    return UNKNOWN, [Mistake(path, problem, Code.MISSING_SECRET, hint)]
