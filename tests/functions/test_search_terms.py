"""What `search` finds, rule by rule (language §2). Each row: the terms, and the ids of the events that fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lynxalert.store import Store
from tests.queries import NOW, store_of

LINES = [
    "0 error in web_error_log",
    "1 Errors everywhere",
    "2 an ERROR",
    "3 error_code=5 terror",
    "4 user-agent: curl/7.68.0 from 10.0.0.1:8080",
    "5 path=/var/log/app.log state=open",
    "6 nothing here",
    "7 ünïcode ÉCLAIR 東京タワー",
    'x id=8 msg="disk full" the disk is full',
    "9 a*b 100% _leading trailing_",
]

WORDS = [
    # a word stands between token borders: anything but letters and digits, `_` included
    ("error", [0, 2, 3]),
    ("ERROR", [0, 2, 3]),
    ("errors", [1]),
    ("rror", []),
    ("err*", [0, 1, 2, 3]),
    ("*rror", [0, 2, 3]),
    ("*rror*", [0, 1, 2, 3]),
    ("e*r", [0, 2, 3]),
    ("error_code", [3]),
    ("code", [3]),
    ("error_log", [0]),
    ("web", [0]),
    ("web_error_log", [0]),
    ("leading", [9]),
    ("trailing_", [9]),
    # words with borders inside them
    ("user-agent", [4]),
    ("curl/7.68.0", [4]),
    ("7.68", [4]),
    ("10.0.0.1", [4]),
    ("10.0.0", [4]),
    ("0.0.0.1", []),
    ("/var/log", [5]),
    ("/var/lo", []),
    ("/var/lo*", [5]),
    ("app.log", [5]),
    # phrases
    ('"disk full"', [8]),
    ('"disk is"', [8]),
    ('"DISK IS FULL"', [8]),
    ('"isk full"', []),
    ('"disk is f*"', [8]),
    ('"disk * full"', [8]),
    ('"*isk is*"', [8]),
    ('"the disk" "is full"', [8]),
    # letters of any language
    ("éclair", [7]),
    ("ÜNÏCODE", [7]),
    ("nïcode", []),
    ("東京タワー", [7]),
    ("東京", []),
    ("東京*", [7]),
    # signs
    ("100%", [9]),
    ("%", [9]),
    ("*%*", [9]),
    ("_leading", [9]),
    # letters that count, whole terms
    ("CASE(ERROR)", [2]),
    ("CASE(error)", [0, 3]),
    ("CASE(Err*)", [1]),
    ("TERM(10.0.0.1)", []),
    ("TERM(error)", [0, 2]),
    ("TERM(ERROR)", [0, 2]),
    ("TERM(/var/log/app.log)", []),
    ("TERM(path=/var/log/app.log)", [5]),
    ("TERM(10.0.0.1:8080)", [4]),
    ("TERM(10.0.0.1*)", [4]),
    ("TERM(disk)", [8]),
    # everything
    ("*", list(range(10))),
    ("", list(range(10))),
]

TERMS = [
    # AND is implied, OR binds tighter, NOT tightest
    ("error web", [0]),
    ("error AND web", [0]),
    ("error OR nothing", [0, 2, 3, 6]),
    ("error web OR terror", [0, 3]),
    ("error OR disk full", [8]),
    ("NOT error", [1, 4, 5, 6, 7, 8, 9]),
    ("NOT error NOT disk", [1, 4, 5, 6, 7, 9]),
    ("NOT (error OR disk)", [1, 4, 5, 6, 7, 9]),
    ("NOT error OR web", [0, 1, 4, 5, 6, 7, 8, 9]),
    ("NOT NOT web", [0]),
    ("(error web) OR (disk full)", [0, 8]),
    # small letters are words
    ("nothing or here", []),
    ("disk is", [8]),
    ('"OR"', []),
]

EVENTS: list[dict[str, Any]] = [
    {"id": 0, "status": 500, "user": "Ann", "ip": "10.1.2.3", "ok": True, "tags": ["red", "Blue"]},
    {"id": 1, "status": "500", "user": "bob", "ip": "10.1.2.255", "ok": False, "tags": ["red"]},
    {"id": 2, "status": 404, "user": "", "ip": "192.168.1.1", "ok": "true", "tags": []},
    {"id": 3, "status": 500.0, "ip": "2001:db8::1"},
    {"id": 4, "status": "5xx", "user": "anna", "ip": "2001:DB8:0:0:0:0:0:ffff", "nested": {"deep": {"x": 1}}},
    {"id": 5, "status": "0500", "user": "a*b", "ip": "not an address"},
    {"id": 6, "user": 'say "hi"|', "ip": "::ffff:1", "status": -1},
]

FIELDS = [
    # text, ignoring case; a number by its value with a number, as text with a text
    ("user=ann", [0]),
    ("user=ANN", [0]),
    ("user=CASE(Ann)", [0]),
    ("user=CASE(ann)", []),
    ("status=500", [0, 1, 3]),
    ("status=500.0", [0, 3]),
    ('status="500"', [0, 1, 3]),
    ("status=5e2", [0, 3]),
    ("status=0500", [0, 3, 5]),
    ("status=-1", [6]),
    ("ok=true", [0, 2]),
    ("ok=TRUE", [0, 2]),
    ("ok=false", [1]),
    # wildcards
    ("user=an*", [0, 4]),
    ("user=*n*", [0, 4]),
    ("user=a*b", [5]),
    ("status=5*", [0, 1, 3, 4]),
    ("user=*", [0, 1, 2, 4, 5, 6]),
    ("ghost=*", []),
    # present and different, against absent or different
    ("user!=ann", [1, 2, 4, 5, 6]),
    ("NOT user=ann", [1, 2, 3, 4, 5, 6]),
    ("NOT user!=ann", [0, 3]),
    ("user!=*", []),
    ("NOT user=*", [3]),
    ("ghost!=x", []),
    ("NOT ghost=x", [0, 1, 2, 3, 4, 5, 6]),
    ('user=""', [2]),
    ('user!=""', [0, 1, 4, 5, 6]),
    # lists
    ("user IN (ann, bob)", [0, 1]),
    ('user IN ("BOB", an*)', [0, 1, 4]),
    ("NOT user IN (ann, bob)", [2, 3, 4, 5, 6]),
    ("status IN (404, -1)", [2, 6]),
    ("user in (ann,)", [0]),
    # order: numbers if both are, else text
    ("status>404", [0, 1, 3, 4, 5]),
    ("status>=404", [0, 1, 2, 3, 4, 5]),
    ("status<500", [2, 6]),
    ("status<=500", [0, 1, 2, 3, 5, 6]),
    ("user>ann", [1, 4, 6]),
    ("ghost<5", []),
    ("NOT ghost<5", [0, 1, 2, 3, 4, 5, 6]),
    # networks
    ('ip="10.0.0.0/8"', [0, 1]),
    ('ip="10.1.2.0/25"', [0]),
    ("ip=10.1.2.3/32", [0]),
    ('ip="2001:db8::/32"', [3, 4]),
    ('ip="2001:db8::/112"', [3, 4]),
    ('ip="2001:db8::/127"', [3]),
    ('ip!="10.0.0.0/8"', [2, 3, 4, 5, 6]),
    ('ip IN ("10.0.0.0/8", "192.168.1.1")', [0, 1, 2]),
    # any of several values
    ("tags{}=red", [0, 1]),
    ("tags{}=blue", [0]),
    ("tags{}=b*", [0]),
    ("tags{}!=blue", [1]),
    ("NOT tags{}=blue", [1, 2, 3, 4, 5, 6]),
    ("tags{}=*", [0, 1]),
    # names
    ("nested.deep.x=1", [4]),
    ('"nested.deep.x"=1', [4]),
    ("Status=500", []),
    # the right side is a literal; quotes and backslashes
    ("user=user", []),
    (r'user="say \"hi\"\|"', [6]),
    (r'user="a\*b"', []),
    # a value means the same beside others
    ("status=500 OR status=404", [0, 1, 2, 3]),
    ("status=500 user=ann OR user=bob", [0, 1]),
    ("status=500 OR user=anna ip=10*", [0, 1]),
    # words look in the text of an object too
    ("anna", [4]),
    ("say", [6]),
    ('"say \\"hi\\""', [6]),
    ("db8", [3, 4]),
    ("hi", [6]),
]


@pytest.fixture(scope="module")
def lines() -> Iterator[Store]:
    with store_of(LINES) as store:
        yield store


@pytest.fixture(scope="module")
def events() -> Iterator[Store]:
    with store_of(EVENTS) as store:
        yield store


@pytest.mark.parametrize(("terms", "ids"), [*WORDS, *TERMS])
def test_words(lines: Store, terms: str, ids: list[int]) -> None:
    found = lines.query(f"search {terms} | table _raw", now=NOW).rows
    assert sorted(LINES.index(str(row["_raw"])) for row in found) == ids


@pytest.mark.parametrize(
    ("word", "ids"), [(word, ids) for word, ids in WORDS if word.strip("*") and '" "' not in word]
)
def test_a_word_among_many_finds_what_it_finds_alone(lines: Store, word: str, ids: list[int]) -> None:
    absent = [
        form.format(number) for number in range(16) for form in ("gone{}", "TERM(gone{})", "CASE(gone{})")
    ]
    query = " OR ".join([*absent, word])
    found = lines.query(f"search {query} | table _raw", now=NOW).rows
    assert sorted(LINES.index(str(row["_raw"])) for row in found) == ids


@pytest.mark.parametrize(("terms", "ids"), FIELDS)
def test_fields(events: Store, terms: str, ids: list[int]) -> None:
    found = events.query(f"search {terms} | table id", now=NOW).rows
    assert sorted(row["id"] for row in found) == ids  # type: ignore[type-var]


@pytest.mark.parametrize(
    "terms", ["status=500", "user!=ann", "NOT user=ann", "status IN (404, 5*)", "user=a*"]
)
def test_the_same_terms_after_other_stages(events: Store, terms: str) -> None:
    first = events.query(f"search {terms} | table id", now=NOW).rows
    later = events.query(f"| eval x=1 | table id status user | search {terms} | table id", now=NOW).rows
    matched = events.query(f'| where searchmatch("{terms}") | table id', now=NOW).rows
    assert first == later == matched


def test_a_word_of_a_later_stage_looks_in_the_text_kept_there(lines: Store) -> None:
    query = "| eval _raw=upper(_raw) | search CASE(ERROR) | table _raw"
    assert len(lines.query(query, now=NOW).rows) == 3
