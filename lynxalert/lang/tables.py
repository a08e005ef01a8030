"""The grammar → LALR tables and a contextual lexer, with the productions that build the tree."""

from __future__ import annotations

import functools

from lark import Lark
from lark.lexer import PatternRE, PatternStr, TerminalDef

from lynxalert.lang import grammar
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
    """The parser: built once, at the first query."""
    return Lark(
        grammar.text(),
        parser="lalr",
        lexer="contextual",
        transformer=Productions(sorted(set(grammar.commands().values()))),
        edit_terminals=_whole_word,
        maybe_placeholders=False,
    )
