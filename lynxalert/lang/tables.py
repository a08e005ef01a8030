"""The grammar → LALR tables and a contextual lexer, with the productions that build the tree."""

from __future__ import annotations

import functools
import hashlib
import io
import pathlib
import pickle
import platform

import lark
from lark import Lark
from lark.lexer import PatternRE, PatternStr, TerminalDef

from lynxalert.lang import grammar, kept
from lynxalert.lang.productions import Productions

# A keyword is a whole word, and no field of a comparison: `from=x`, `top IN (a)` and `where::y` are search terms.
BORDER = r"(?![\w.:@/{}*\-])(?!::)(?!\s*(?:[=<>]|!=))"
LISTED = r"(?!\s*[iI][nN]\s*\()"
CALLED = ("where",)  # `where in(a, b)` calls the function
KEYWORD_PRIORITY = 3


def _whole_word(terminal: TerminalDef) -> None:
    pattern = terminal.pattern
    if isinstance(pattern, PatternStr) and pattern.value.isalpha():
        border = BORDER if pattern.value in CALLED else BORDER + LISTED
        terminal.pattern = PatternRE(pattern.value + border, pattern.flags)
        terminal.priority = KEYWORD_PRIORITY


@functools.cache
def tables() -> Lark:
    """The parser: made at the first query, from tables that were built once for this grammar."""
    return parser(grammar.text(), kept.usual())


def parser(text: str, folder: pathlib.Path | None) -> Lark:
    """The parser of the grammar *text*; its tables are kept in *folder* for later processes."""
    productions = Productions(sorted(set(grammar.commands().values())))
    name = named(text)
    found = kept.read(name, folder)
    if found is not None:
        loaded: Lark = Lark._load_from_dict(**pickle.loads(found), transformer=productions)  # type: ignore[no-untyped-call] # noqa: S301, SLF001 - nobody else could write it; lark's own generated parsers load so
        return loaded
    built = Lark(
        text,
        parser="lalr",
        lexer="contextual",
        transformer=productions,
        edit_terminals=_whole_word,
        maybe_placeholders=False,
    )
    content = io.BytesIO()
    built.save(content, exclude_options=("transformer", "edit_terminals"))
    kept.write(name, folder, content.getvalue())
    return built


def named(text: str) -> str:
    """The name of the tables of *text*: another for everything that they depend on."""
    built_by = (
        lark.__version__,
        platform.python_version(),
        pathlib.Path(__file__).read_text(encoding="utf-8"),
    )
    return hashlib.sha256("\0".join((*built_by, text)).encode()).hexdigest()[:32]
