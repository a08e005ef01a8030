"""What is cast from a mold is what compiling would say: constants, how they are spelled, types, places of warnings."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.engine.shared import Ask
from lynxalert.engine.shared.known import Known
from lynxalert.engine.shared.library import Library
from lynxalert.lang import QueryError, parse
from lynxalert.lang.outline import WILD, Outline, outline_of
from lynxalert.plan import ALL_TIME
from tests.engine.test_shared import EVENTS, engine_of, events, queries

NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
POOL = {
    "word": ["b", "Ab", "status", "service", "kk7", "E5", "nowhere", "ok", "zulu", "Zulu9"],
    "whole": ["2", "12", "599", "401", "123456789"],
    "path": ["/a", "/api/v1/items/9", "/A_b/c.d/", "/status"],
    "fraction": ["0.25", "12.5", "99.99", "0.1"],
    "large": ["1234567890", "2147483648", "4294967296", "999999999999999"],
    "holding": ["*b*", "*Ab*", "*5*", "*12*", "*serv*", "*kk7*", "*E-5*", "*o.k*"],
    "starting": ["b*", "A*", "5*", "1*", "serv*", "4*", "kk*", "Zulu9*"],
    "ending": ["*b", "*Ab", "*5", "*01", "*ice", "*1-a", "*kk7", "*Z"],
}


def outline(text: str) -> Outline:
    found = outline_of(parse(text))
    assert found is not None, text
    return found


def alike(text: str, chance: random.Random) -> str:
    """A query of the outline of *text*, its constants drawn anew; *text* itself if it has none."""
    found = outline_of(parse(text))
    if found is None:
        return text
    pools = [
        [
            word
            for word in POOL[gap.kind[2]]
            if gap.kind[2] not in ("word", "path", *WILD) or (word != word.lower()) == gap.kind[3]
        ]
        for gap in found.gaps
    ]
    return found.text(
        {number: chance.choice(pool) for number, pool in enumerate(pools) if chance.random() < 0.8}
    )


def said(library: Library, text: str) -> object:
    try:
        known = library.look_up(Ask(text, ALL_TIME, NOON))
    except QueryError as error:
        return str(error)
    return None if known is None else shown(known)


def shown(known: Known) -> object:
    constants = [(each.type, each.value, each.node.sql(dialect="duckdb")) for each in known.constants]
    return known.shape.text, constants, known.names, known.types, known.warnings, known.indexes


@given(st.lists(events, max_size=12), queries, st.randoms(use_true_random=False))
def test_casting_is_compiling(found: list[dict[str, Any]], text: str, chance: random.Random) -> None:
    engine = engine_of(found)
    library = Library(engine)
    for each in [text, *(alike(text, chance) for _ in range(3))]:
        assert said(library, each) == said(Library(engine), each), each


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("service=web-1 status>=400 | stats count as n | where n > 10", ["word", "whole", "whole"]),
        ('level="error" | where ms > 0.5 | stats count', ["word", "fraction"]),
        ("path=/api/v1/items/12 host!=/x | stats count", ["path", "path"]),
        ('| where path="/a/b" | stats count', ["path"]),
        ('msg="*12*" host=web* path=*.html | stats count', ["holding", "starting"]),
        ("host=*Web status=4* | stats count | where count > 12345678900", ["ending", "starting", "large"]),
        ("service IN (a, bb) OR host=T9 | stats count", ["word", "word", "word"]),
    ],
)
def test_an_outline_is_the_text_around_plain_constants(text: str, kinds: list[str]) -> None:
    found = outline(text)
    assert [gap.kind[2] for gap in found.gaps] == kinds
    assert found.text({}) == text
    assert all(text[gap.span.start : gap.span.end] == gap.spelled(gap.text) for gap in found.gaps)


@pytest.mark.parametrize(
    "text",
    [
        "service=w*b | stats count",  # a wildcard within
        'msg="*a_b*" | stats count',  # what LIKE reads as one itself
        "up=*true* | stats count",
        "n>1234567890123456 | stats count",  # a float would lose its end
        '| where msg="*web*" | stats count',  # no pattern: stars are stars
        "up=true | stats count",  # a truth value, or a word
        "n=0 | stats count",
        "n>1e5 | stats count",
        'note="say \\"hi\\"" | stats count',  # escapes
        'host="10.0.0.1" | stats count',
        "earliest=-5m | stats count",
    ],
)
def test_what_a_compiler_looks_at_closely_is_no_gap(text: str) -> None:
    assert outline_of(parse(text)) is None


def test_what_a_macro_says_stays_in_the_macro() -> None:
    found = outline_of(parse("`web` level=warn | stats count", {"web": 'service="web" status=500'}))
    assert found is not None
    assert [gap.text for gap in found.gaps] == ["warn"]


def test_a_thousand_alerts_of_few_outlines_are_compiled_a_few_times() -> None:
    """The compiler's own cache says how often it had to work."""
    engine = engine_of(EVENTS)
    library = Library(engine)
    texts = [f"service=s{n} status>={n % 7 + 2} | stats count as n | where n > {n + 9}" for n in range(1000)]
    shapes = {id(known.shape) for text in texts if (known := library.look_up(Ask(text, ALL_TIME, NOON)))}
    assert len(shapes) == 1
    assert len(engine.compiler._cache) < 10


def test_patterns_and_large_thresholds_need_no_compiling_either() -> None:
    engine = engine_of(EVENTS)
    library = Library(engine)
    texts = [
        f'service="*{n}*" host=s{n}* | stats sum(dur) as d | where d > {n}123456789012' for n in range(1, 999)
    ]
    for text in texts[:9]:
        assert said(library, text) == said(Library(engine), text)
    assert (
        len({id(known.shape) for text in texts if (known := library.look_up(Ask(text, ALL_TIME, NOON)))}) == 1
    )
    assert len(engine.compiler._cache) < 60


def test_a_constant_that_shapes_the_sql_keeps_alerts_apart() -> None:
    """A percentile is no constant of a comparison: each has a mold of its own."""
    engine = engine_of(EVENTS)
    library = Library(engine)
    texts = [
        f'service=s{n} | stats count(eval(service="s{n % 3}")), perc{n % 2 + 90}(dur) as p' for n in range(12)
    ]
    for text in texts:
        assert said(library, text) == said(Library(engine), text)


def test_a_mold_is_made_anew_when_a_field_it_rests_on_changes() -> None:
    engine = engine_of(EVENTS)
    library = Library(engine)
    texts = [f"status={n} | stats count" for n in range(2, 9)]
    before = [said(library, text) for text in texts]
    engine.source.ingest([{"timestamp": NOON.isoformat(), "status": "down"}], source="0")  # type: ignore[attr-defined]
    after = [said(library, f"{text} ") for text in texts]
    assert [said(Library(engine), f"{text} ") for text in texts] == after
    assert before != after
