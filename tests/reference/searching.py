"""Which rows search terms keep (2): not the grammar of expressions, and no nulls but absence."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import Any

from lynxalert.lang import ast
from tests.reference.values import EXACT, Row, Value, is_number, items, number, ordered, read_number, spelled

BEFORE, AFTER = r"(?<![^\W_])", r"(?![^\W_])"  # no letter or digit there: a token border (2.3)


def keeps(term: ast.Term, row: Row) -> bool:
    """Whether *row* fits; absence is false, and NOT of it true (2.2)."""
    match term:
        case ast.AllOf(terms):
            return all(keeps(one, row) for one in terms)
        case ast.AnyOf(terms):
            return any(keeps(one, row) for one in terms)
        case ast.Not(inner):
            return not keeps(inner, row)
        case ast.Member(field, values):
            return any(matches(row.get(field), value) for value in values)
        case ast.Comparison(field, "=", value):
            return matches(row.get(field), value)
        case ast.Comparison(field, "!=", value):
            return row.get(field) is not None and not matches(row.get(field), value)
        case ast.Comparison(field, sign, value):
            return any(ordered(sign, one, value.text) is True for one in each(row.get(field)))
        case ast.Word(pattern, kind=kind):
            return any(found(pattern, text, whole=kind == "term") for text in texts_of(row))
        case _:
            raise NotImplementedError(term)


def each(value: Value) -> list[Value]:
    """A multivalue fits when one of its values does."""
    return list(items(value)) if isinstance(value, list) else [value]


def matches(value: Value, pattern: ast.Pattern) -> bool:
    """`field=pattern` (2.2)."""
    return any(fits(one, pattern) for one in each(value) if one is not None)


def fits(value: Value, pattern: ast.Pattern) -> bool:
    """Text ignoring case, `*` any run; a number by value with a numeric field; a block of addresses by membership."""
    if "*" not in pattern.text:
        block = network(pattern.text)
        if block is not None:
            return inside(spelled(value), block) or spelled(value).lower() == pattern.text.lower()
        wanted = read_number(pattern.text)
        if is_number(value) and wanted is not None and abs(wanted) < EXACT:
            return number(value) == wanted
    expression = ".*".join(re.escape(part) for part in pattern.text.split("*"))
    flags = re.DOTALL if pattern.case else re.DOTALL | re.IGNORECASE
    return re.fullmatch(expression, spelled(value), flags) is not None


def network(written: str) -> Any:
    """The block of addresses that a value spells, with its slash."""
    try:
        return ipaddress.ip_network(written, strict=False) if "/" in written else None
    except ValueError:
        return None


def inside(address: str, block: Any) -> bool:
    try:
        return ipaddress.ip_address(address) in block
    except ValueError:
        return False


def texts_of(row: Row) -> list[str]:
    """Where bare words look: `_raw`, and the unescaped texts of an object (2.3). After `stats` there is none (2.4)."""
    raw = row.get("_raw")
    if not isinstance(raw, str):
        return []
    try:
        return [raw, *leaves(json.loads(raw))] if raw.startswith("{") else [raw]
    except ValueError:
        return [raw]


def leaves(value: Any) -> list[str]:
    """The texts in a JSON value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in leaves(one)]


def found(pattern: ast.Pattern, text: str, *, whole: bool) -> bool:
    """A word or phrase at token borders, ignoring case; a star at an end lifts the border there (2.3)."""
    del whole  # TERM(x) has the borders of any word
    written = pattern.text
    body = ".*".join(re.escape(part) for part in written.strip("*").split("*"))
    before = "" if written.startswith("*") else BEFORE
    after = "" if written.endswith("*") else AFTER
    flags = re.DOTALL if pattern.case else re.DOTALL | re.IGNORECASE
    return re.search(before + body + after, text, flags) is not None
