"""The language, sentence by sentence: each rule of docs/language.md has a file of queries that show it.

A file under golden/language is read from top to bottom. `== sentence` begins a case: the rule in words. Its sections
run in order, those before the first case belong to every case:

    -- events index=web --      adds events (JSON objects or text lines) to the store of the case
    -- macros --                macros, as a JSON object
    -- timezone --              and `earliest`, `latest`: options of the next query
    -- query --                 runs
    -- rows --                  what it answers; a query with warnings also has a section
    -- warnings --              code and message, one per line; or instead of both
    -- error --                 the same

Nothing here is ever rewritten: the answers were written by hand from the rules.
"""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Iterator

import pytest

import lynxalert
from lynxalert.lang import Diagnostic
from lynxalert.store import Store
from tests import goldens
from tests.queries import NOW, Knowing, held_batches, shown

# Every rule there is; one file each, called after it.
RULES = [
    "1.1-comments-and-macros",
    "1.2-first-stage",
    "1.3-case-of-words",
    "1.4-names",
    "1.5-backslashes",
    "1.6-lists-and-booleans",
    "2.1-terms",
    "2.2-comparisons",
    "2.3-words-in-raw",
    "2.4-literals-and-bounds",
    "2.5-subsearches",
    "3.1-operators",
    "3.2-values",
    "3.3-null",
    "3.4-warnings",
    "3.5-closed-schemas",
    "3.6-depth",
    "4.1-order-and-times",
    "4.2-stats",
    "4.3-timechart",
    "4.4-top-sort-tail",
    "4.5-dedup-fillnull-rex",
    "4.6-transaction-and-join",
    "5.1-commands",
    "5.2-functions",
    "5.3-aggregations",
    "5.4-refused",
    "6.1-metadata",
    "6.2-times",
    "6.3-fields",
    "6.4-types-and-collisions",
    "6.5-default-range",
]
HEADER = re.compile(r"^-- ([a-z][^\n]*?) --$", re.MULTILINE)
SENTENCE = re.compile(r"^== (.+)$", re.MULTILINE)

Section = tuple[str, str]


def sections(text: str) -> list[Section]:
    """Header and body of each section, in order."""
    parts = HEADER.split(text)
    return [(name, body.strip("\n")) for name, body in zip(parts[1::2], parts[2::2], strict=True)]


def cases() -> Iterator[object]:
    """Every sentence of every file, with all sections that it is made of."""
    for path in goldens.cases("language"):
        before, *rest = SENTENCE.split(path.read_text(encoding="utf-8"))
        for number, (sentence, body) in enumerate(zip(rest[::2], rest[1::2], strict=True), 1):
            yield pytest.param(sections(before + body), id=f"{path.stem}:{number} {sentence[:60]}")


def told(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Code and message of each, one per line."""
    return "\n".join(f"{one.code}: {one.message}" for one in diagnostics)


def answers(store: Store, query: str, options: dict[str, str]) -> dict[str, str]:
    """What *query* says: rows and warnings, or errors."""
    try:
        result = store.query(query, now=NOW, **options)
    except lynxalert.QueryError as error:
        return {"error": told(error.diagnostics)}
    said = {"rows": shown(result), "warnings": told(result.warnings)}
    return {name: text for name, text in said.items() if text}


@pytest.mark.parametrize("script", list(cases()))
def test_sentence(script: list[Section]) -> None:
    macros = json.loads(dict(script).get("macros", "{}"))
    options: dict[str, str] = {}
    batches: list[tuple[list[str], dict[str, str]]] = []
    query, given, wanted, asked = "", {}, {}, 0
    for name, body in [*script, ("query", "")]:
        word, *settings = name.split()
        if word == "events":
            batches.append((body.splitlines(), dict(one.split("=", 1) for one in settings)))
        elif word == "query":
            assert (query, given) == (query, wanted)
            asked += bool(wanted)
            query, wanted = body, {}
            store = Knowing(held_batches(batches), macros=macros) if query else None
            given, options = answers(store, query, options) if store else {}, {}
        elif word in ("rows", "warnings", "error"):
            wanted[word] = body
        elif word != "macros":
            options[word] = body
    assert asked, "a case without an answer shows nothing"


def test_every_rule_has_its_file_and_every_file_its_rule() -> None:
    assert sorted(RULES) == [path.stem for path in goldens.cases("language")]


def test_every_file_quotes_its_rule() -> None:
    texts: list[tuple[pathlib.Path, int]] = [
        (path, len(SENTENCE.findall(path.read_text(encoding="utf-8")))) for path in goldens.cases("language")
    ]
    assert [path.stem for path, count in texts if not count] == []
