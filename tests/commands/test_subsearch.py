from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lynxalert
from lynxalert.lang import Code, Span, parse_terms
from lynxalert.lang.ast import AllOf, AnyOf, Comparison, Member, Not, Pattern, SubsearchTerm, Word
from lynxalert.lang.walk import nodes
from lynxalert.plan.subsearch import moved, term_of
from tests.queries import rows

HERE = Span(3, 9)


class Reports:
    """Where diagnostics go."""

    def __init__(self) -> None:
        self.codes: list[Code] = []

    def report(self, code: Code, message: str, span: Span, help_: str | None = None) -> None:
        self.codes.append(code)


def term(*given_rows: dict[str, object]) -> object:
    return term_of(given_rows, HERE, Reports())  # type: ignore[arg-type]


def equals(field: str, text: str) -> Comparison:
    return Comparison(field, "=", Pattern(text, HERE, quoted=True), HERE, HERE)


def test_rows_are_alternatives_and_their_fields_go_together() -> None:
    assert term({"a": "x", "b": 5}, {"a": 1.50}) == AnyOf(
        (AllOf((equals("a", "x"), equals("b", "5")), HERE), equals("a", "1.5")), HERE
    )


def test_equal_rows_say_it_once_and_empty_ones_nothing() -> None:
    assert term({"a": "x"}, {"a": "x"}, {"a": None}, {"_time": 1}) == AnyOf((equals("a", "x"),), HERE)


def test_of_several_values_any_will_do() -> None:
    assert term({"a": ["x", None, True]}) == AnyOf(
        (AnyOf((equals("a", "x"), equals("a", "true")), HERE),), HERE
    )
    assert term({"a": [None]}) == AnyOf((), HERE)


def test_bounds_are_epoch_seconds_or_times() -> None:
    noon = dt.datetime(2026, 2, 14, 12)  # noqa: DTZ001 - as the engine hands times over
    found = term({"earliest": noon, "latest": "1771070500.5"})
    assert found == AnyOf(
        (
            AllOf(
                (
                    Comparison("_time", ">=", Pattern("1771070400", HERE), HERE, HERE),
                    Comparison("_time", "<", Pattern("1771070500.5", HERE), HERE, HERE),
                ),
                HERE,
            ),
        ),
        HERE,
    )


def test_a_blank_search_field_says_nothing() -> None:
    assert term({"search": "  ", "a": 1}) == AnyOf((equals("a", "1"),), HERE)


def test_what_cannot_be_read_is_reported() -> None:
    reports = Reports()
    term_of([{"query": "a=("}, {"earliest": "soon"}], HERE, reports)  # type: ignore[arg-type]
    assert reports.codes == [Code.SYNTAX, Code.BAD_TIME]


def test_every_place_moves() -> None:
    written = parse_terms('a=1 (b IN (x, "y") OR NOT error) c::d [search z=1]')
    found = [
        node
        for node in nodes(moved(written, HERE))
        if isinstance(node, Word | Comparison | Member | Not | AllOf | AnyOf)
    ]
    inner = [node for node in nodes(written) if isinstance(node, SubsearchTerm)]
    assert len(inner) == 1
    assert {node.span for node in found if node.span != HERE} <= {
        node.span for node in nodes(inner[0].query) if hasattr(node, "span")
    }


# Letters whose small form every library agrees on, and every sign that means something in a search.
TEXTS = st.text("aAbBzé日€ 01.\"'\\\\|()[]=<>!,;`$:/-\n\t", min_size=1, max_size=6)


@settings(max_examples=12)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.integers(0, 5))
def test_a_subsearch_finds_exactly_the_values_it_gives(values: list[str], picked: int) -> None:
    wanted = values[picked % len(values)]
    events = [{"timestamp": "2026-02-14T11:00:00Z", "n": n, "v": value} for n, value in enumerate(values)]
    for inner in ("fields v", "return v", "fields v | format"):
        found = rows(events, f"[search n={picked % len(values)} | {inner}] | sort n | table n")
        assert [row["n"] for row in found] == [
            n for n, value in enumerate(values) if value.lower() == wanted.lower()
        ]


def test_format_gives_what_a_subsearch_means() -> None:
    events = [
        {"timestamp": f"2026-02-14T11:0{n}:00Z", "host": host, "user": user}
        for n, (host, user) in enumerate([("a", 'x"y'), ("b", "back\\slash"), ("a", "z|w"), ("c d", "(e)")])
    ]
    for event in events:
        plain = rows(events, f'[search host="{event["host"]}" | fields host user] | fields user')
        written = rows(events, f'[search host="{event["host"]}" | fields host user | format] | fields user')
        assert plain == written
        assert {"user": event["user"]} in plain


def combined(events: list[dict[str, object]], inner: str, wanted: set[tuple[object, ...]]) -> None:
    """*inner* gives combinations of a and b; exactly the *wanted* ones are found, few or many."""
    stamped = [{"timestamp": "2026-02-14T11:00:00Z", "n": n, **event} for n, event in enumerate(events)]
    found = {row["n"] for row in rows(stamped, f"[{inner} | fields a b] | table n")}
    assert found == {n for n, event in enumerate(events) if (event.get("a"), event.get("b")) in wanted}


def test_many_combinations_are_found_as_few_are() -> None:
    events: list[dict[str, object]] = [{"a": f"A{n}", "b": n % 7} for n in range(60)]
    events += [{"a": "a1", "b": 2}, {"a": "A1"}, {"b": 1}, {"a": "A5", "b": 5.0}]
    for most in (5, 50):
        wanted = {(f"A{n}", n % 7) for n in range(most)} | ({("A5", 5.0)} if most > 5 else set())
        combined(events, f"search n<{most}", wanted)


def test_a_combination_with_a_list_is_met_by_any_value() -> None:
    events: list[dict[str, object]] = [{"a": f"x{n}", "b": [f"p{n}", f"q{n}"]} for n in range(12)]
    stamped = [{"timestamp": "2026-02-14T11:00:00Z", "n": n, **event} for n, event in enumerate(events)]
    query = "[search n<10 | eval b=mvindex('b{}', 1) | rename b as b{} | fields a b{}] | sort n | table n"
    assert [row["n"] for row in rows(stamped, query)] == list(range(10))


def test_more_alternatives_than_the_engine_can_plan_are_refused() -> None:
    stamped = [{"timestamp": "2026-02-14T11:00:00Z", "a": f"x{n}*", "b": n} for n in range(1_001)]
    with pytest.raises(lynxalert.QueryError, match="1,001 alternatives of several terms"):
        rows(stamped, "[search * | fields a b]")
