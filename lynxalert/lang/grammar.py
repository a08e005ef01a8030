"""grammar/*.lark → the parser's tables. Knows no query; `productions` says what a production becomes."""

from __future__ import annotations

import functools
import pathlib
import re

from lark import Lark
from lark.lexer import PatternRE, PatternStr, TerminalDef

from lynxalert.lang.productions import Productions

FILES = ("query", "search", "expression", "clauses", "tokens", "commands")
# Commands that make rows themselves: these may open a query without a pipe.
GENERATORS = (
    "datamodel", "from", "gentimes", "inputlookup", "makeresults",
    "mstats", "multisearch", "search", "set", "tstats", "union",
)  # fmt: skip
PRODUCTION = re.compile(r'^!(\w+): (?:\(([^)]*)\)|("\w+"i))', re.MULTILINE)
# A keyword is a whole word, and no field of a comparison: `from=x`, `top IN (a)` and `where::y` are search terms.
BORDER = r"(?![\w.:@/{}*\-])(?!\s*(?:[=<>]|!=|::|[iI][nN]\s*\())"
KEYWORD_PRIORITY = 3


def folder() -> pathlib.Path:
    """Where the grammar lies: beside the package in a checkout, inside it once installed."""
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


def _whole_word(terminal: TerminalDef) -> None:
    pattern = terminal.pattern
    if isinstance(pattern, PatternStr) and pattern.value.isalpha():
        terminal.pattern = PatternRE(pattern.value + BORDER, pattern.flags)
        terminal.priority = KEYWORD_PRIORITY


@functools.cache
def parser() -> Lark:
    """The LALR tables and the contextual lexer: built once, at the first query."""
    return Lark(
        text(),
        parser="lalr",
        lexer="contextual",
        transformer=Productions(sorted(set(commands().values()))),
        edit_terminals=_whole_word,
        maybe_placeholders=False,
    )
