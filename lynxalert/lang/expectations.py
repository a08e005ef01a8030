"""What the parser could take at a place → words a person would use for it."""

from __future__ import annotations

from collections.abc import Collection

from lynxalert.lang import grammar

QUOTES = frozenset({"STRING", "QUOTED"})
OPERATORS = frozenset(
    ("COMPARE", "COALESCE", "TIMES", "DOT", "PLUS", "MINUS", "NOT", "LIKE", "_AND", "_OR", "_XOR", "_IN", "_BETWEEN", "_IS")
)  # fmt: skip
SEARCH = frozenset(
    ("WORD", "STATWORD", "STRING", "TERM", "CASE", "JOINED", "LPAR", "LSQB", "EXCEPT", "DEFINE")
)
LIST = QUOTES | {"NAME", "CALLED", "OPTION", "BORDER", "AGGREGATE", "PLUS", "MINUS"}
# Where all of the first may stand, one phrase speaks for all of the second.
GROUPS: tuple[tuple[frozenset[str], str, frozenset[str]], ...] = tuple(
    (frozenset(keys.split()), phrase, covered)
    for keys, phrase, covered in (
        ("FIELD", "an expression", QUOTES | {"NUMBER", "FUNCTION", "LPAR", "LSQB", "NOT", "MINUS", "PLUS"}),
        ("WORD", "a search term", SEARCH),
        ("STATWORD", "a search term", SEARCH),
        ("PLAIN", "a value", frozenset({"STRING", "TERM", "CASE", "LSQB"})),
        ("VALUE", "a value", QUOTES),
        ("ALIAS", "a new name", QUOTES),
        ("TARGET", "a field to assign to", QUOTES),
        ("NAME EVAL", "a field name or `eval(…)`", LIST | {"EVAL"}),
        ("COMPARE", "an operator", OPERATORS),
        ("_OR", "an operator", OPERATORS),
        ("COALESCE", "an operator", OPERATORS),
        ("_AND", "`AND`", OPERATORS),
        ("DOT", "an operator", OPERATORS),
        ("NAME MINUS", "a field name", LIST),
        ("CALLED", "a field name", LIST),
        ("SORTBY", "`sortby`", frozenset()),
        ("AGGREGATE", "an aggregation", LIST | {"RESET"}),
        ("NAME", "a field name", LIST),
        ("STRING", "a text in double quotes", frozenset()),
        ("INT", "a number", frozenset()),
        ("OPTION", "an option", frozenset()),
        ("_ALSO", "`AND`", frozenset({"_ELSE"})),
        ("WITHIN", "`IN (…)`", frozenset()),
        ("WITHIN_FIELDS", "`in`", frozenset()),
        ("DIRECTION", "`desc`", frozenset()),
        ("TEMPLATE", "`[…]`", frozenset()),
        ("DATASET", "a dataset `$name`", frozenset()),
        ("NULL", "`NULL`", frozenset()),
        ("NOT", "`NOT`", frozenset()),
        ("LPAR", "`(`", frozenset()),
        ("RPAR", "`)`", frozenset()),
        ("LSQB", "`[…]`", frozenset()),
        ("RSQB", "`]`", frozenset()),
        ("COMMA", "`,`", frozenset()),
        ("SEMICOLON", "`;`", frozenset()),
        ("EQUAL", "`=`", frozenset()),
        ("PIPE", "`|`", frozenset()),
    )
)
MOST = 4  # a longer list is no help


def wants_command(accepted: Collection[str]) -> bool:
    """Whether a command may stand here."""
    return "STATS" in accepted


def phrases(accepted: Collection[str]) -> list[str]:
    """The kinds of words that may follow, the most telling first."""
    left = set(accepted) - {"$END"}
    said: list[str] = []
    if wants_command(left):
        said.append("a command")
    if wants_command(left) or "WORD" in left:
        left -= {word.upper() for word in grammar.commands()}
    for keys, phrase, covered in GROUPS:
        if keys <= left:
            said.append(phrase)
            left -= covered | keys
    keywords = sorted(name for name in left if name.isalpha())
    said[1:1] = [f"`{name.lower()}`" for name in keywords]
    return list(dict.fromkeys(said))[:MOST]


def listed(words: list[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
