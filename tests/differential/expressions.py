"""Random expressions over given columns, well typed and not, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import strategies as st

LITERALS = ["0", "1", "2", "5", "-1", "0.5", "10", '"5"', '"5.0"', '"a"', '"A"', '""', '" 5"', '"é"', '"x"', '"b,a"', "null()", '"10.1.2.3"', "9007199254740993"]  # fmt: skip
UNARY = ["-{}", "abs({})", "round({})", "round({}, 1)", "floor({})", "ceil({})", "sqrt({})", "len({})", "lower({})", "upper({})", "trim({})", "tonumber({})", "tostring({})", "typeof({})", "substr({}, 2)", "substr({}, -2, 1)", 'split({}, ",")', "mvcount({})", "mvsort({})", "mvdedup({})", "mvindex({}, 0)", "mvindex({}, -1)", "mvindex({}, 0, 1)", 'mvjoin({}, "+")', 'replace({}, "[a-z]", "<\\0>")', "md5({})", 'tostring({}, "commas")', 'tostring({}, "hex")', "exact({})", "ltrim({})", 'rtrim({}, "05")', "tonumber({}, 16)", 'mvfind({}, "5")', "sigfig({})", "urldecode({})"]  # fmt: skip
BINARY = ["{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} % {}", "{} . {}", "{} ?? {}", "coalesce({}, {})", "nullif({}, {})", "min({}, {})", "max({}, {})", "sum({}, {})", "avg({}, {})", "mvappend({}, {})", "mvzip({}, {})", "pow({}, {})", "mvrange({}, {})", "substr({}, {})", "mvindex({}, {})", "split({}, {})"]  # fmt: skip
CLAIMS = ["{} = {}", "{} != {}", "{} < {}", "{} <= {}", "{} > {}", "{} >= {}", "{} IN ({}, {})", "{} NOT IN ({}, {})", "{} BETWEEN {} AND {}", '{} LIKE "%5%"', '{} NOT LIKE "a_"', "{} IS NULL", "{} IS NOT NULL", "isnum({})", "isint({})", "isstr({})", "isbool({})", "isnull({})", "isnotnull({})", 'match({}, "[a5]")', "in({}, {}, {})", 'cidrmatch("10.0.0.0/8", {})', "like({}, {})", "true()", "false()"]  # fmt: skip
LOGIC = ["{} AND {}", "{} OR {}", "{} XOR {}", "NOT {}", "if({}, {}, {})"]


def quoted(name: str) -> str:
    """A field in an expression."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) and name.lower() not in WORDS else f"'{name}'"


WORDS = {"and", "or", "not", "xor", "in", "like", "between", "is", "null", "by", "as"}


def filled(draw: st.DrawFn, template: str, part: st.SearchStrategy[str]) -> str:
    """The template with each of its gaps drawn."""
    pieces = template.split("{}")
    return "".join(
        piece + (draw(part) if place < len(pieces) - 1 else "") for place, piece in enumerate(pieces)
    )


@st.composite
def values(draw: st.DrawFn, columns: Sequence[str], depth: int = 3) -> str:
    """An expression that is no Boolean."""
    choice = draw(st.integers(0, 9 if depth else 3))
    if choice <= 2:
        return quoted(draw(st.sampled_from(columns)))
    if choice == 3:
        return draw(st.sampled_from(LITERALS))
    inner = values(columns, depth - 1)
    if choice == 9:
        claim = draw(claims(columns, depth - 1))
        return (
            f"if({claim}, {draw(inner)}, {draw(inner)})"
            if draw(st.booleans())
            else f"case({claim}, {draw(inner)}, {draw(claims(columns, depth - 1))}, {draw(inner)})"
        )
    return "(" + filled(draw, draw(st.sampled_from(UNARY if choice < 7 else BINARY)), inner) + ")"


@st.composite
def claims(draw: st.DrawFn, columns: Sequence[str], depth: int = 2) -> str:
    """An expression that claims something."""
    if depth and draw(st.integers(0, 3)) == 0:
        return "(" + filled(draw, draw(st.sampled_from(LOGIC[:4])), claims(columns, depth - 1)) + ")"
    return "(" + filled(draw, draw(st.sampled_from(CLAIMS)), values(columns, depth)) + ")"
