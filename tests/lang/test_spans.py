"""Every place in a tree points at the text the user wrote."""

from __future__ import annotations

from typing import Any

import pytest

from lynxalert.lang import QueryError, ast, parse, walk
from lynxalert.lang.source import expand
from tests.goldens import cases, load

QUERY = (
    'index=web user="a b" NOT x IN (1, 2)\n'
    "| eval total=round(a+'b c', 2), y=-z\n"
    '| stats count AS n, avg(total) by host, "e f" span=1h\n'
    '| sort -n, num(host) | rex field=x "(?<y>.)" | join id [search z]'
)


def written(node: Any, text: str) -> str:
    return text[node.span.start : node.span.end]


def found(kind: type) -> list[str]:
    return sorted(written(node, QUERY) for node in walk.nodes(parse(QUERY)) if isinstance(node, kind))


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (ast.Comparison, ["index=web", 'user="a b"']),
        (ast.Not, ["NOT x IN (1, 2)"]),
        (ast.Member, ["x IN (1, 2)"]),
        (ast.Pattern, ['"a b"', "1", "2", "web", "z"]),
        (ast.Assignment, ["total=round(a+'b c', 2)", "y=-z"]),
        (ast.Call, ["round(a+'b c', 2)"]),
        (ast.Field, ["'b c'", "a", "z"]),
        (ast.Unary, ["-z"]),
        (ast.Aggregation, ["avg(total)", "count AS n"]),
        (ast.By, ['by host, "e f" span=1h']),
        (ast.SortKey, ["-n", "num(host)"]),
        (ast.Option, ["field=x", "span=1h"]),
        (ast.Text, ['"(?<y>.)"']),
        (ast.Subsearch, ["[search z]"]),
    ],
)
def test_places(kind: type, texts: list[str]) -> None:
    assert found(kind) == texts


def test_stages_cover_their_clauses() -> None:
    assert [written(stage, QUERY) for stage in parse(QUERY).stages][-2:] == [
        'rex field=x "(?<y>.)"',
        "join id [search z]",
    ]
    assert parse(QUERY).stages[0].name_span == ast.Span(0, 0)


def test_brackets_belong_to_what_they_hold() -> None:
    text = "| where (a+b)*c"
    product = parse(text).stages[0].clauses[0].expression
    assert written(product, text) == "(a+b)*c"
    assert written(product.left, text) == "(a+b)"


def test_a_place_in_a_macro_is_its_call() -> None:
    text = "error `late(5)` | stats `n` by host ```x``` | head 3"
    query = parse(text, {"late(minutes)": "age>$minutes$ `more`", "more": "b=1", "n": "count as n"})
    terms = query.stages[0].clauses[0].term.terms
    assert [written(term, text) for term in terms] == ["error", "`late(5)`", "`late(5)`"]
    count, by = query.stages[1].clauses
    assert (written(count, text), written(by, text)) == ("`n`", "by host")
    assert written(query.stages[2], text) == "head 3"


def test_a_mistake_after_a_macro_stands_where_it_was_made() -> None:
    text = "`long` | stats count by | head"
    with pytest.raises(QueryError) as caught:
        parse(text, {"long": "a=1 " * 50})
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.span.start, text[diagnostic.span.start]) == (24, "|")


def test_source_maps_every_letter() -> None:
    source = expand("a `m` b ```c``` d", {"m": "xyz"})
    assert source.expanded == "a xyz b         d"
    assert source.written[source.span(0, 1).start] == "a"
    assert [source.span(i, i + 1) for i in (2, 3, 4)] == [ast.Span(2, 5)] * 3
    assert source.span(6, 7) == ast.Span(6, 7)
    assert source.written[source.span(16, 17).start] == "d"
    assert source.span(17, 17) == ast.Span(17, 17)


@pytest.mark.parametrize("path", cases("parse"), ids=lambda path: path.stem)
def test_no_place_lies_outside(path: Any) -> None:
    import json

    case = load(path, rewrite=False)
    query = parse(case["query"], json.loads(case.get("macros", "{}")))
    for node in walk.nodes(query):
        assert 0 <= node.span.start <= node.span.end <= len(case["query"])
