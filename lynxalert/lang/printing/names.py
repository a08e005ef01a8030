"""Names and values → text, quoted where the grammar could not read them bare."""

from __future__ import annotations

import re

from lynxalert.lang import ast
from lynxalert.lang.quoting import quoted

LISTED = re.compile(r"[\w.:@/{}*#%$&][\w.:@/{}*#%$&\-]*")
CALLED = re.compile(r"[\w.:@/{}*]+\([\w.:@/{}*\-]*\)")
TARGET = re.compile(r"[\w.:@/{}\-]+")
FIELD = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
VALUE = re.compile(r"[^=\s|\[\]\"'(),;`][^\s|\[\]\"(),;`]*|now\(\)")
BARE = re.compile(r"[\w.:@/{}*#%$&+?~^-]+")
# Words that mean something where a name of a list may stand.
KEYWORDS = frozenset(
    (
        "and", "as", "asc", "between", "by", "desc", "diff", "eval", "false", "from", "groupby", "in", "intersect",
        "is", "like", "not", "null", "or", "output", "outputnew", "over", "sortby", "true", "union", "where", "with",
        "xor",
    )
)  # fmt: skip
SORT_KEYWORDS = KEYWORDS | {"a", "d"}


def name(node: ast.Name, keywords: frozenset[str] = KEYWORDS, quote: str = '"') -> str:
    """A name where names stand in a list; one with a wildcard stays as it was written."""
    text = node.text
    star = "*" in text and node.quoted
    plain = LISTED.fullmatch(text) and not text.isdigit() and not text.startswith("$")
    wild = "*" in text and CALLED.fullmatch(text)  # elsewhere a bracket would not be read as part of a name
    if (plain or wild) and not star and text.lower() not in keywords:
        return text
    return quoted(text, quote)


def plain_name(node: ast.Name, quote: str = '"') -> str:
    """A name where no bracket may follow it."""
    return name(node, quote=quote) if "(" not in node.text else quoted(node.text, quote)


def target(node: ast.Name) -> str:
    """The left side of an assignment."""
    return node.text if TARGET.fullmatch(node.text) else quoted(node.text)


def field(text: str) -> str:
    """A field in an expression."""
    if FIELD.fullmatch(text) and text.lower() not in KEYWORDS:
        return text
    return quoted(text, "'")


def option(node: ast.Option) -> str:
    """`name=value`; `where max in top5` of a chart."""
    if node.name == "where" and not node.quoted:
        return f"where {node.value}"
    bare = not node.quoted and VALUE.fullmatch(node.value)
    return f"{node.name}={node.value if bare else quoted(node.value)}"


def value(node: ast.Pattern) -> str:
    """A search value, after a comparison sign."""
    text = node.text
    bare = not node.quoted and (BARE.fullmatch(text) or text == "now()") and text not in ("AND", "OR", "NOT")
    shown = text if bare else quoted(text)
    return f"CASE({shown})" if node.case else shown
