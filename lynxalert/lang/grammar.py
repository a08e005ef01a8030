"""grammar/*.lark → one text and the list of commands it knows. Builds nothing; that is `tables`."""

from __future__ import annotations

import functools
import pathlib
import re

FILES = ("query", "search", "expression", "clauses", "tokens", "commands")
# Commands that make rows themselves: these may open a query without a pipe.
GENERATORS = (
    "datamodel", "from", "gentimes", "inputlookup", "makeresults",
    "mstats", "multisearch", "search", "set", "tstats", "union",
)  # fmt: skip
PRODUCTION = re.compile(r'^!(\w+): (?:\(([^)]*)\)|("\w+"i))', re.MULTILINE)


def folder() -> pathlib.Path:
    """Where the grammar lies: inside the package once installed, beside it in a checkout."""
    package = pathlib.Path(__file__).parent.parent
    inside = package / "grammar"
    return inside if inside.is_dir() else package.parent / "grammar"


@functools.cache
def text() -> str:
    """All files of the grammar as one, with the lists of commands made from the productions."""
    parts = [(folder() / f"{name}.lark").read_text(encoding="utf-8") for name in FILES]
    names = [match[1] for match in PRODUCTION.finditer(parts[-1])]
    parts.append("?command: " + " | ".join(names))
    parts.append("?generator: " + " | ".join(GENERATORS))
    return "\n".join(parts)


@functools.cache
def commands() -> dict[str, str]:
    """Every word that names a command → the canonical name (`bucket` → `bin`)."""
    words: dict[str, str] = {}
    for match in PRODUCTION.finditer(text()):
        words.update(dict.fromkeys(re.findall(r'"(\w+)"i', match[2] or match[3]), match[1]))
    return words
