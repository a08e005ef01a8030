"""Whatever the text: a query or a QueryError, and soon."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.lang import QueryError, ast, parse, print_query
from lynxalert.lang.nesting import DEEPEST

WRONG = {
    "nul": "a\x00b",
    "surrogate": "a\ud800",
    "a text of a million letters": '"' + "a" * 1_000_000,
    "brackets": "(" * 10_000,
    "balanced brackets": "| where " + "(" * 10_000 + "1" + ")" * 10_000,
    "square brackets": "[" * 5_000 + "]" * 5_000,
    "calls": "| eval a=" + "f(" * 5_000 + ")" * 5_000,
    "NOT": "NOT " * 10_000 + "a",
    "signs": "| where " + "-" * 10_000 + "1",
    "signs and brackets": "(NOT " * 150 + "a" + ")" * 150,
    "sums": "| eval a=" + "+".join(["x"] * 10_000),
    "subsearches": "| append [search a " * 300,
    "quotes": '"' * 9_999,
    "single quotes": "| where " + "'" * 9_999,
    "backticks": "`" * 9_999,
    "pipes": "|" * 9_999,
    "commas": "| table " + "," * 10_000,
    "semicolons": ";" * 1_000,
    "backslashes": '"' + "\\" * 100_001 + '"',
    "digits": "| where a=" + "9" * 5_000,
    "a macro call without end": "`" + "a(" * 10_000,
    "a template without end": "| foreach * [" + '"' * 50_001,
    "comparisons": "| where a" + "=b" * 10_000,
    "many words": "a " * 300_000,
    "many datasets": "$a = from b;" * 2_000 + "from a",
    "typographic quotes": "“" * 1_000,
}
LONG = {
    "texts": "| eval a=" + " . ".join(["x"] * 10_000),
    "alternatives": " OR ".join(f'cmd="*\\\\program{i}.exe*"' for i in range(6_000)),
    "members": "a IN (" + ", ".join(f'"*\\\\program{i}.exe"' for i in range(12_000)) + ")",
    "conditions": "| where " + " AND ".join(["x=1"] * 5_000),
    "defaults": "| eval a=" + " ?? ".join(["x"] * 5_000),
    "a text": '| eval a="' + "a" * 900_000 + '"',
    "blanks": " " * 100_000 + "a",
    "stars": "*" * 100_000,
}
PIECES = [
    "|", " ", "| where ", "| stats ", "count", "(", ")", "[", "]", '"', "'", "`", "```", "a", "b=1", " IN ", " in (",
    "NOT ", "AND ", "OR ", " by ", " as ", "eval(", "avg(x)", ",", ";", "$x", "$x = ", "from ", "| eval ", "=", "==",
    "!", "!=", "<", "-", "+", "5", "5.5", "1e9", ".", "??", '"t"', "'f'", " like ", " between ", " is null", "*",
    "TERM(", "CASE(a)", "::", "\\", "\n", "\x00", "“", "`m`", "`m(1)`", "| head ", "| sort -", "| timechart span=1h ",
    "| foreach * [", '| rex "', "| transaction ", "startswith=", "| tstats ", "| join ", "| append [", "| lookup ",
    " output ", "| replace ", " with ", "| return ", "| union ", "| set ", "| format ", "now()", "é", "\u200b", "{",
    "}", "@", "#", "%", "&&", "| bin x as y", "| top 5 ", "| dedup ", " sortby ", "| search ", " over ", "| chart ",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_refused(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert 1 <= len(caught.value.diagnostics) <= 20
    assert len(str(caught.value)) < 20_000


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_and_harmless(text: str) -> None:
    assert isinstance(parse(text), ast.Query)


def test_macros_that_grow_are_stopped() -> None:
    macros = {f"m{i}": f"`m{i + 1}` " * 10 for i in range(15)} | {"m15": "x"}
    with pytest.raises(QueryError, match="L402"):
        parse("`m0`", macros)


def test_macros_that_stay_small_are_stopped_too() -> None:
    macros = {f"m{i}": f"`m{i + 1}`" * 10 for i in range(15)} | {"m15": ""}
    with pytest.raises(QueryError, match="L402"):
        parse("`m0`", macros)


def test_as_deep_as_allowed() -> None:
    parse("| where " + "(" * DEEPEST + "1" + ")" * DEEPEST)
    parse("| eval a=" + "+".join(["x"] * (DEEPEST - 1)))


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_heaps_of_pieces(text: str) -> None:
    try:
        query = parse(text, {"m": "a `n`", "n": "b", "m(x)": 'c $x$ "'})
    except QueryError as error:
        for diagnostic in error.diagnostics:
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text) + 1
    else:
        assert print_query(parse(print_query(query))) == print_query(query)


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    with contextlib.suppress(QueryError):
        parse(text)
