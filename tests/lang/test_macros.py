"""The forms in which macros are given, and how calls are read."""

from __future__ import annotations

import pytest

from lynxalert.lang import QueryError, parse, parse_terms, print_query, print_terms
from lynxalert.lang.macros import read_call


@pytest.mark.parametrize(
    "macros",
    [
        {"by_host": {"arguments": ["field"], "definition": "stats count by $field$"}},
        {"by_host(field)": {"definition": "stats count by $field$"}},
        {"by_host(field)": "stats count by $field$"},
        {"by_host(1)": {"arguments": ["field"], "definition": "stats count by $field$"}},
        {"by_host": "stats count", "by_host(field)": "stats count by $field$"},
    ],
)
def test_ways_to_define(macros: dict[str, object]) -> None:
    assert print_query(parse("| `by_host(host)`", macros)) == "| stats count by host"


def test_no_arguments() -> None:
    for key in ("five", "five()", "five(0)"):
        assert print_query(parse("| `five` | `five()`", {key: "head 5"})) == "| head 5 | head 5"
    macros = {"five(0)": {"arguments": [], "definition": "head 5"}}
    assert print_query(parse("| `five`", macros)) == "| head 5"


@pytest.mark.parametrize(
    ("call", "name", "arguments"),
    [
        ("m", "m", []),
        ("m()", "m", []),
        (" m ( a , b ) ", "m", ["a", "b"]),
        ('m("a, b", c)', "m", ["a, b", "c"]),
        ("m(f(a, b), c)", "m", ["f(a, b)", "c"]),
        (r'm("say \"x\"")', "m", ['say "x"']),
        ('m("a" . "b")', "m", ['"a" . "b"']),
        ("m(,)", "m", ["", ""]),
        ("", "", []),
    ],
)
def test_calls(call: str, name: str, arguments: list[str]) -> None:
    assert read_call(call) == (name, arguments)


def test_a_macro_may_be_part_of_anything() -> None:
    macros = {"n": "5", "sort": "sort -x | head", "name(a)": "$a$_total", "empty": ""}
    text = "error `empty` | eval `name(x)`=`n`+1 | `sort` `n`"
    assert print_query(parse(text, macros)) == "search error | eval x_total=5 + 1 | sort -x | head 5"


@pytest.mark.parametrize("key", ["m(a", "m(1)", "m"])
def test_bad_definitions_are_told_at_the_call(key: str) -> None:
    with pytest.raises(QueryError, match="L106"):
        parse("`m` `m(x)`", {key: {"definition": None}})


def test_terms_alone() -> None:
    assert print_terms(parse_terms("a=1 OR b")) == "a=1 OR b"
    for text in ("a | head", "| head", "from x", "$a = x=1; b"):
        with pytest.raises(QueryError, match="only search terms"):
            parse_terms(text)
