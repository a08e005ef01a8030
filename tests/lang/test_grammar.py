"""The grammar's own promises: keywords, words that could be two things, what every command shows of itself."""

from __future__ import annotations

import itertools
import re

import pytest

from lynxalert.lang import QueryError, grammar, parse, refused, tables
from tests.goldens import cases, load

# Terminals whose words look alike: the lexer could not choose where two of them may stand.
LOOK_ALIKE = [
    ("AGGREGATE", "CALLED"), ("LSQB", "TEMPLATE"), ("NAME", "WORD"), ("NAME", "FIELD"), ("NAME", "ALIAS"),
    ("NAME", "VALUE"), ("WORD", "STATWORD"), ("WORD", "PLAIN"), ("FIELD", "WORD"), ("TARGET", "NAME"),
]  # fmt: skip


@pytest.mark.parametrize("pair", LOOK_ALIKE, ids="-".join)
def test_words_that_look_alike_never_meet(pair: tuple[str, str]) -> None:
    states = tables.tables().parser.parser._parse_table.states.values()
    assert [actions for actions in states if set(pair) <= set(actions)] == []


def test_every_command_has_a_comment_that_shows_it() -> None:
    text = (grammar.folder() / "commands.lark").read_text(encoding="utf-8")
    lines = text.splitlines()
    silent = []
    for before, line in itertools.pairwise(lines):
        if line.startswith("!") and not before.startswith("//"):
            silent.append(line)
    assert silent == []


def test_every_command_stands_in_a_golden() -> None:
    queries = " ".join(load(path, rewrite=False)["canonical"] for path in cases("parse"))
    shown = set(re.findall(r"(?:^|[|\[;=] )\s*(\w+)", queries)) | set(re.findall(r"\[(\w+)", queries))
    assert sorted(set(grammar.commands().values()) - shown) == []


def test_no_command_is_both_known_and_refused() -> None:
    assert set(grammar.commands()) & set(refused.REASONS) == set()


def test_generators_are_commands() -> None:
    assert set(grammar.GENERATORS) <= set(grammar.commands().values())


@pytest.mark.parametrize(
    ("alias", "name"), [("bucket", "bin"), ("discretize", "bin"), ("kv", "extract"), ("BIN", "bin")]
)
def test_other_names_of_a_command(alias: str, name: str) -> None:
    assert parse(f"| {alias} x").stages[0].command == name


@pytest.mark.parametrize("word", ["dedupe", "heads", "where-ever", "stats.x", "evaluate"])
def test_a_keyword_is_a_whole_word(word: str) -> None:
    with pytest.raises(QueryError, match="unknown command"):
        parse(f"| {word} x")


@pytest.mark.parametrize(
    "name", ["android", "order", "nothing", "inner", "island", "likes", "betweenness", "xorg"]
)
def test_operators_are_whole_words(name: str) -> None:
    assert len(parse(f"| where {name}=1 and a={name} or {name}").stages) == 1


@pytest.mark.parametrize(
    "name", ["output", "over", "where", "from", "sortby", "desc", "a", "in", "with", "eval"]
)
def test_keywords_of_other_commands_are_names(name: str) -> None:
    (stage,) = parse(f"| table x, {name}, y").stages
    assert [clause.text for clause in stage.clauses] == ["x", name, "y"]


def test_a_field_may_have_the_name_of_a_command() -> None:
    query = parse("from=a top>5 where!=x search IN (a)")
    assert [stage.command for stage in query.stages] == ["search"]
    assert len(query.stages[0].clauses[0].term.terms) == 4
