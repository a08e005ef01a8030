"""What is read among thousands of texts is what each says by itself: trees, places, outlines, refusals."""

from __future__ import annotations

import pathlib
import random

from hypothesis import given
from hypothesis import strategies as st

from lynxalert.lang import QueryError, grammar, parse
from lynxalert.lang.outline import outline_of
from lynxalert.lang.reader import KEYWORD, Reader

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
TEXTS = sorted(
    {
        part.split("\n--")[0].split("\n==")[0].strip()
        for folder in ("language", "queries", "errors/syntax", "errors/warnings")
        for path in sorted((GOLDEN / folder).rglob("*.txt"))
        for part in path.read_text(encoding="utf-8").split("-- query --\n")[1:]
    }
)
KEYWORDS = sorted({word.lower() for word in KEYWORD.findall(grammar.text())})
# Constants of every form, some that are more than they seem: keywords, numbers with letters, times, names.
WORDS = ["b", "Ab", "a.b", "a..b", "a-", "b_c", "E5", "e5", "x1e5", "OR", "or", "now", "TERM", "kk7", "inf"]
NUMBERS = [
    "2",
    "1",
    "0",
    "12",
    "007",
    "719283",
    "1234567890",
    "999999999999999",
    "1e5",
    "5m",
    "1.2.3.4",
    "-5",
]
FRACTIONS = ["0.25", "12.5", "00.5", "0.00001", "1.50", "5.", ".5"]
PATTERNS = [
    "*b*",
    "b*",
    "*b",
    "*",
    "a*b",
    "*5*",
    "5*",
    "*A-b*",
    "*by*",
    "by*",
    "/a/b",
    "/A_b/c.d/",
    "//",
    "a/b",
]
CONSTANTS = [*WORDS, *NUMBERS, *FRACTIONS, *PATTERNS, "a:b", "a::b", "$a$", "é", "a b", "", 'a"b']
SHAPES = [
    "level={} service={} | stats count as n | where n > {}",
    '| where service="{}" AND ms>{} | stats count(eval(level="{}")) as e, count(eval(ms>{})) | where e>{}',
    "{} {} NOT {} (a={} OR b!={}) status IN ({}, {}) | head {}",
    'msg="*{}*" path={} | top limit={} host | where count > {} | eval r=e*{}/c',
    'a={} | join host [search b={} | stats count by host] | append [search c={}] | where x in ({}, "{}")',
    "a={} | timechart span={}m count by {} | sort -{} {} | fields {} | rename {} as {}",
    '| eval x=if(a>{}, "{}", "{}"), y=case(b={}, {}) | search {}',
    "earliest=-{}m latest={} index={} {} | dedup {} host | bin _time span={}s | stats p{}(x) by {}",
]


def said(text: str) -> object:
    try:
        query = parse(text)
    except QueryError as error:
        return str(error)
    return query, outline_of(query)


def read(reader: Reader, text: str) -> object:
    try:
        found = reader.read(text)
    except QueryError as error:
        return str(error)
    return found.query, found.outline


def alike(text: str, chance: random.Random) -> str:
    """*text* with other constants where it has plain ones."""
    try:
        outline = outline_of(parse(text))
    except QueryError:
        return text
    if outline is None:
        return text
    pool = [*CONSTANTS, *chance.sample(KEYWORDS, 5)]
    return outline.text({number: chance.choice(pool) for number in range(len(outline.gaps))})


@given(st.integers(0, 2**32))
def test_reading_many_is_parsing_each(seed: int) -> None:
    """Queries of the goldens, each twice, then others of its outline."""
    reader, chance = Reader(), random.Random(seed)
    for text in chance.sample(TEXTS, 12):
        for each in (text, text, *(alike(text, chance) for _ in range(3))):
            assert read(reader, each) == said(each), each


@given(st.data())
def test_whatever_stands_where_a_constant_may(data: st.DataObject) -> None:
    reader, shape = Reader(), data.draw(st.sampled_from(SHAPES))
    plain = st.one_of(st.sampled_from(["q", "Q", "5", "0.5", "/a", "b*"]), st.sampled_from(CONSTANTS))
    constants = st.one_of(plain, plain, st.sampled_from(KEYWORDS))
    first = [data.draw(plain) for _ in range(shape.count("{}"))]
    for change in range(6):
        text = shape.format(
            *(data.draw(constants) if change > 1 and data.draw(st.booleans()) else each for each in first)
        )
        assert read(reader, text) == said(text), text


def test_a_keyword_is_no_constant_where_a_word_is() -> None:
    reader = Reader()
    for word in ("alpha", "beta", *KEYWORDS, *(word.upper() for word in KEYWORDS)):
        for shape in ("level={} x={} | stats count by host", "{} | head 5", "a IN (b, {}) {} | stats count"):
            text = shape.format(word, word)
            assert read(reader, text) == said(text), text


def test_what_macros_say_is_read_anew() -> None:
    reader = Reader({"bad": "status=500"})
    texts = [f"`bad` host=h{n} | stats count" for n in range(4)]
    assert [reader.read(text).query for text in texts] == [
        parse(text, {"bad": "status=500"}) for text in texts
    ]


def test_a_thousand_queries_of_one_outline_are_cast_from_the_second() -> None:
    reader = Reader()
    cast = [reader.read(f"service=s{n} | stats count by host | where count > {n + 10}") for n in range(1000)]
    pieces = {id(each.outline.pieces) for each in cast if each.outline is not None}
    assert len(pieces) == 2  # of the first, and of the second, whose tree is the template of all others
    assert cast[999].query == parse("service=s999 | stats count by host | where count > 1009")
